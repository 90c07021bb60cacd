import Foundation
import Patches
import SparseCoding
import Tensors
import Testing

@Suite struct DictionaryLearningTests {
    static let choices: [DictionaryLearning] = [
        .gainShape,
        .orthonormal(passes: 30, penalty: 0.5),
        .online(passes: 8, minibatch: 256, penalty: 1),
    ]

    static func configuration(
        _ learning: DictionaryLearning,
        signed: Bool = true,
        activationRate: Float? = nil
    ) -> LayerConfiguration {
        LayerConfiguration(
            window: 3,
            stride: 1,
            contrast: 1e-2,
            components: 15,
            atoms: learning == choices[2] ? 21 : 12,
            signed: signed,
            activationRate: activationRate,
            learning: learning
        )
    }

    static func json(_ configuration: LayerConfiguration) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return String(decoding: try encoder.encode(configuration), as: UTF8.self)
    }

    /// A declaration as it was written before there was a choice.
    static let old =
        #"{"atoms":12,"components":15,"contrast":0.5,"pooling":1,"signed":true,"#
        + #""sparsityPenalty":0.5,"stride":1,"whiteningEpsilon":0.25,"window":3}"#

    @Test("declarations without the new keys read, and write the same bytes")
    func oldDeclarationsKeepTheirBytes() throws {
        let read = try JSONDecoder().decode(LayerConfiguration.self, from: Data(Self.old.utf8))
        #expect(read.learning == .gainShape && read.activationRate == nil)
        #expect(try Self.json(read) == Self.old)
    }

    @Test(arguments: choices, [nil, 0.125] as [Float?])
    func roundTripsAsJSON(learning: DictionaryLearning, rate: Float?) throws {
        let configuration = Self.configuration(learning, activationRate: rate)
        let data = Data(try Self.json(configuration).utf8)
        #expect(try JSONDecoder().decode(LayerConfiguration.self, from: data) == configuration)
    }

    @Test func isReadableAsJSON() throws {
        let online = try Self.json(Self.configuration(Self.choices[2], activationRate: 0.25))
        #expect(
            online.contains(#""learning":{"online":{"minibatch":256,"passes":8,"penalty":1}}"#)
        )
        #expect(online.contains(#""activationRate":0.25"#))
        let orthonormal = try Self.json(Self.configuration(Self.choices[1]))
        #expect(
            orthonormal.contains(#""learning":{"orthonormal":{"passes":30,"penalty":0.5}}"#)
        )
    }

    @Test func refusesAnUnknownChoice() {
        let json = Self.old.dropLast() + #","learning":{"guess":{}}}"#
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(LayerConfiguration.self, from: Data(json.utf8))
        }
    }

    static let bad: [(learning: DictionaryLearning, says: String)] = [
        (.orthonormal(passes: 0, penalty: 0.5), "learning: passes must be in 1...1000"),
        (.orthonormal(passes: 1001, penalty: 0.5), "learning: passes must be in 1...1000"),
        (.orthonormal(passes: 9, penalty: -1), "learning: penalty must be in 0...1000"),
        (.orthonormal(passes: 9, penalty: .nan), "learning: penalty must be in 0...1000"),
        (.online(passes: 0, minibatch: 9, penalty: 1), "learning: passes must be in 1...1000"),
        (.online(passes: 9, minibatch: 0, penalty: 1), "learning: minibatch must be in 1...65536"),
        (.online(passes: 9, minibatch: 9, penalty: -1), "learning: penalty must be in 0...1000"),
        (
            .online(passes: 9, minibatch: 9, penalty: .infinity),
            "learning: penalty must be in 0...1000"
        ),
    ]

    @Test(arguments: bad.indices)
    func namesTheBadValue(index: Int) {
        var configuration = Self.configuration(.gainShape)
        #expect(configuration.problem == nil)
        configuration.learning = Self.bad[index].learning
        #expect(configuration.problem?.hasPrefix(Self.bad[index].says) == true)
    }

    @Test func orthonormalAtomsNeedAsManyComponents() {
        var configuration = Self.configuration(Self.choices[1])
        configuration.components = 15
        configuration.atoms = 15
        #expect(configuration.problem == nil)
        configuration.atoms += 1
        #expect(
            configuration.problem
                == "learning: 16 orthonormal atoms need as many components, found 15"
        )
        // A patch of a grey image has fewer numbers than components are wanted.
        var first = Self.configuration(Self.choices[1])
        var encoder = EncoderConfiguration(name: "e", pixels: 4096, layers: [first, first])
        #expect(encoder.problem?.hasPrefix("encoder e, layer 1: learning: 12 orthonormal") == true)
        first.atoms = 9
        encoder.layers[0] = first
        #expect(encoder.problem == nil)
    }

    @Test(arguments: [0, 1, -0.1, .nan, .infinity] as [Float])
    func namesABadActivationRate(rate: Float) {
        let problem = Self.configuration(.gainShape, activationRate: rate).problem
        #expect(problem?.hasPrefix("activationRate must be above 0 and below 1") == true)
    }

    @Test("layers learned each way code maps", arguments: choices, [false, true])
    func layersAreLearnedEachWay(learning: DictionaryLearning, signed: Bool) {
        let configuration = Self.configuration(learning, signed: signed)
        let samples = randomMatrix(rows: 1500, columns: 27, seed: 620)
        for samples in [samples, rows(0..<2, of: samples), Matrix(rows: 30, columns: 27)] {
            let parameters = LayerParameters(
                learning: configuration,
                inputChannels: 3,
                samples: samples,
                seed: 1,
                kernels: .best
            )
            #expect(parameters.dictionary.count == configuration.atoms)
            #expect(parameters.penalties.allSatisfy { $0 >= 0 && $0.isFinite })
            #expect(parameters.rates.allSatisfy { $0 > 0 && $0.isFinite })
            #expect(parameters.prior.rates == parameters.rates)
            #expect(!parameters.learningCurve.isEmpty)
            let map = randomMap(height: 6, width: 6, channels: 3, seed: 621)
            let response = Layer(parameters: parameters, kernels: .best).encode(map)
            #expect(response.codes.elements.allSatisfy { $0.isFinite })
            if case .orthonormal = learning {
                #expect(orthonormalityDefect(parameters.dictionary.atoms) < 1e-5)
            }
        }
    }

    @Test(
        "penalties are relative: samples of any scale give the same atoms",
        arguments: choices,
        [1 / 64, 64] as [Float]
    )
    func penaltiesAreRelative(learning: DictionaryLearning, scale: Float) {
        let samples = randomMatrix(rows: 800, columns: 15, seed: 622)
        var scaled = samples
        for index in scaled.elements.indices { scaled.elements[index] *= scale }
        let learned = [samples, scaled].map {
            learning.learn(atoms: 12, signed: true, from: $0, seed: 1, kernels: .best)
        }
        // A power of two changes no digit.
        #expect(learned[0].dictionary == learned[1].dictionary)
        #expect(learned[0].usage == learned[1].usage)
    }

    @Test(
        "a layer's coefficients are active as often as declared",
        arguments: choices,
        [false, true]
    )
    func layersReachTheActivationRate(learning: DictionaryLearning, signed: Bool) throws {
        let truth = AtomDictionary(atoms: randomMatrix(rows: 12, columns: 27, seed: 623)).atoms
        let samples = mixtures(12_000, of: truth, active: 3, signed: true, noise: 0.1, seed: 624)
        for rate: Float in [0.02, 0.1, 0.3] {
            let parameters = LayerParameters(
                learning: Self.configuration(learning, signed: signed, activationRate: rate),
                inputChannels: 3,
                samples: rows(0..<6000, of: samples),
                seed: 1,
                kernels: .best
            )
            #expect(abs(parameters.density - rate) < 1e-3)
            let fresh = try #require(parameters.whitening)
                .apply(to: rows(6000..<12_000, of: samples), kernels: .best)
            let responses = ReferenceKernels.multiply(
                fresh,
                parameters.dictionary.atoms.transposed
            )
            let count = parameters.dictionary.count
            let active = responses.indices.count { index in
                let response = signed ? abs(responses[index]) : responses[index]
                return response > Double(parameters.penalties[index % count])
            }
            // Atoms fit the samples that they were learned from a little better than fresh ones, so that
            // these reach the rate less exactly than sampling error allows.
            let share = Double(active) / Double(responses.count)
            #expect(abs(share - Double(rate)) < 0.15 * Double(rate))
        }
    }
}
