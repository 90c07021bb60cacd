import Patches
import SparseCoding
import Tensors
import Testing

@Suite struct LayerParametersTests {
    static func configuration(signed: Bool, penalty: Float = 0.5) -> LayerConfiguration {
        LayerConfiguration(
            window: 3,
            stride: 1,
            contrast: 1e-2,
            components: 15,
            atoms: 21,
            signed: signed,
            sparsityPenalty: penalty
        )
    }

    static let samples = randomMatrix(rows: 2500, columns: 27, seed: 191)

    static func learned(signed: Bool, penalty: Float = 0.5, seed: UInt64 = 1) -> LayerParameters {
        LayerParameters(
            learning: configuration(signed: signed, penalty: penalty),
            inputChannels: 3,
            samples: samples,
            seed: seed,
            kernels: .best
        )
    }

    /// Responses of the samples in double precision, shape `[samples][atoms]`.
    static func responses(_ parameters: LayerParameters) -> [[Double]] {
        let layer = ReferenceLayer(parameters: parameters)
        return (0..<samples.rows).map { row in
            let patch = samples.row(row).map(Double.init)
            guard let whitening = parameters.whitening else { return layer.responses(patch) }
            let whitened = (0..<whitening.projection.rows).map { component in
                patch.indices.reduce(0) { sum, column in
                    sum + Double(whitening.projection[component, column])
                        * (patch[column] - Double(whitening.mean[column]))
                }
            }
            return layer.responses(whitened)
        }
    }

    @Test(arguments: [false, true], [Float(0), 0.5, 2])
    func statisticsAreThoseOfTheSamples(signed: Bool, penalty: Float) {
        let parameters = Self.learned(signed: signed, penalty: penalty)
        let responses = Self.responses(parameters)
        let count = Double(responses.count)
        var penalties: [Double] = []
        var rates: [Double] = []
        var active = 0
        for atom in 0..<21 {
            let values = responses.map { $0[atom] }
            let spread = (values.reduce(0) { $0 + $1 * $1 } / count).squareRoot()
            let threshold = spread * Double(penalty)
            penalties.append(threshold)
            let codes = values.map { max(0, (signed ? abs($0) : $0) - threshold) }
            active += codes.count { $0 > 0 }
            rates.append(1 / (codes.reduce(0, +) / count))
        }
        #expect(parameters.penalties.allSatisfy { $0 >= 0 })
        #expect(largestDifference(parameters.penalties, penalties) < 1e-4)
        let ratios = zip(parameters.rates, rates).map { Float(Double($0) / $1) }
        #expect(largestDifference(ratios, [Double](repeating: 1, count: 21)) < 5e-3)
        #expect(abs(Double(parameters.density) - Double(active) / count / 21) < 1e-3)
    }

    @Test func aLargerPenaltyMeansSparserCodes() {
        let densities = [Float(0.25), 0.5, 1, 2].map {
            Self.learned(signed: true, penalty: $0).density
        }
        #expect(zip(densities, densities.dropFirst()).allSatisfy { $0 > $1 })
        #expect(densities.allSatisfy { $0 > 0 && $0 < 1 })
    }

    @Test func theDictionaryFitsTheWhitening() {
        let parameters = Self.learned(signed: true)
        #expect(parameters.whitening?.mean.count == 27)
        #expect(parameters.whitening?.projection.rows == 15)
        #expect(parameters.dictionary.count == 21)
        #expect(parameters.dictionary.components == 15)
        #expect(parameters.grid.window == 3)
        #expect(parameters.contrast?.constant == 1e-2)
        #expect(!parameters.learningCurve.isEmpty)
    }

    @Test func samplesAndSeedAloneDecide() {
        #expect(Self.learned(signed: true) == Self.learned(signed: true))
        #expect(Self.learned(signed: true) != Self.learned(signed: true, seed: 2))
    }

    @Test("samples that are all alike, or fewer than atoms, give usable layers")
    func survivesPoorSamples() {
        let alike = Matrix(rows: 50, columns: 27, repeating: 0.1)
        for samples in [
            alike, Matrix(rows: 50, columns: 27), randomMatrix(rows: 4, columns: 27, seed: 192),
        ] {
            for signed in [false, true] {
                let parameters = LayerParameters(
                    learning: Self.configuration(signed: signed),
                    inputChannels: 3,
                    samples: samples,
                    seed: 1,
                    kernels: .best
                )
                #expect(parameters.penalties.allSatisfy { $0 >= 0 && $0.isFinite })
                #expect(parameters.rates.allSatisfy { $0 > 0 && $0.isFinite })
                #expect((0...1).contains(parameters.density))
                let map = randomMap(height: 6, width: 6, channels: 3, seed: 193)
                let response = Layer(parameters: parameters, kernels: .best).encode(map)
                #expect(response.codes.elements.allSatisfy { $0.isFinite })
                #expect(response.reconstructionError.elements.allSatisfy { $0.isFinite })
            }
        }
    }
}
