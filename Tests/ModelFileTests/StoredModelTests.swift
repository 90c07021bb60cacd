import Files
import ModelFile
import Patches
import Scoring
import SparseCoding
import Tensors
import Testing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

@Suite struct StoredModelTests {
    /// A JSON value that nobody looks at.
    struct Anything: Decodable {
        init(from decoder: any Decoder) {}
    }

    @Test func comesBackBitForBit() throws {
        let model = try SmallModel.model()
        #expect(try StoredModel(model.content()) == model)
        try withTemporaryFolder { folder in
            let path = "\(folder)/m.residua"
            let sha256 = try model.write(to: path)
            let read = try StoredModel.read(path)
            #expect(read.model == model)
            #expect(read.sha256 == sha256)
            #expect(try model.sha256() == sha256)
            // What was read is written to the same bytes.
            #expect(try read.model.sha256() == sha256)
        }
    }

    /// The model with a layer of FISTA codes of patches as they are.
    private static func unwhitened() throws -> StoredModel {
        let model = try SmallModel.parameters()
        var configuration = model.configuration
        configuration.encoders[1].layers[0].components = nil
        configuration.encoders[1].layers[0].inference = .fista(iterations: 20, tolerance: 1e-3)
        let old = model.layers[1][0]
        var atoms = Matrix(rows: 3, columns: 27)
        for index in atoms.elements.indices { atoms.elements[index] = Float(index * 37 % 11) - 5 }
        let layer = LayerParameters(
            configuration: configuration.encoders[1].layers[0],
            inputChannels: 3,
            whitening: nil,
            dictionary: AtomDictionary(atoms: atoms),
            penalties: old.penalties,
            rates: old.rates,
            noiseVariance: 0.3,
            density: old.density,
            learningCurve: old.learningCurve
        )
        return try SmallModel.model(
            of: ModelParameters(
                configuration: configuration,
                channels: 3,
                grid: model.grid,
                layers: [model.layers[0], [layer]],
                detectors: model.detectors,
                calibrations: model.calibrations,
                conformal: model.conformal
            )
        )
    }

    @Test func anUnwhitenedLayerOfAnyInferenceComesBack() throws {
        let model = try Self.unwhitened()
        let content = try model.content()
        #expect(content.tensors["encoder/coarse/layer1/whitening_mean"] == nil)
        #expect(content.tensors["encoder/coarse/layer1/atoms"]?.shape == [3, 27])
        #expect(model.card.layers[2].keptVariance == 1)
        let read = try StoredModel(content)
        #expect(read == model)
        #expect(read.parameters.layers[1][0].noiseVariance == 0.3)
    }

    /// The model with a detector that is conditional on nothing.
    private static func unconditional() throws -> StoredModel {
        let model = try SmallModel.parameters()
        var detectors = model.detectors
        guard case .gaussian(let reduction, _, let gaussian) = detectors[0].normality else {
            throw Unexpected()
        }
        detectors[0] = DetectorParameters(
            configuration: detectors[0].configuration,
            normality: .gaussian(
                reduction,
                nil,
                PositionalGaussian(
                    rows: gaussian.rows,
                    columns: gaussian.columns,
                    dimension: gaussian.dimension,
                    means: gaussian.means,
                    whiteners: gaussian.whiteners
                )
            )
        )
        return try SmallModel.model(
            of: ModelParameters(
                configuration: model.configuration,
                channels: 3,
                grid: model.grid,
                layers: model.layers,
                detectors: detectors,
                calibrations: model.calibrations,
                conformal: model.conformal
            )
        )
    }

    private struct Unexpected: Error {}

    @Test("statistics of positions are kept in half as many bytes, and only so")
    func refusesWidePositions() throws {
        for name in ["detector/1/loadings", "detector/1/whiteners"] {
            var content = try SmallModel.model().content()
            let tensor = try #require(content.tensors[name])
            #expect(tensor.elementType == .bfloat16)
            content.tensors[name] = try Tensor(shape: tensor.shape, values: tensor.values)
            #expect(
                throws: ModelFileError.badTensor(
                    name: name,
                    reason: "its type is \"F32\", expected \"BF16\""
                )
            ) { try StoredModel(content) }
        }
    }

    @Test func aModelStaysAsItWasOpenedWhenItsFileIsReplaced() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/m.residua"
            let model = try SmallModel.model()
            try model.write(to: path)
            let (opened, seal) = try StoredModel.open(path)
            let other = try Self.unconditional()
            try other.write(to: path)
            #expect(try seal.sha256() == model.sha256())
            #expect(opened == model)
            #expect(try StoredModel.read(path).model == other)
        }
    }

    @Test("of a damaged file the damage is what is told") func tellsOfDamageFirst() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/m.residua"
            var file = try ModelContainer.encode(SmallModel.model().content())
            let card = try #require(file.firstRange(of: Array("\\\"rows\\\":2".utf8)))
            file[card.upperBound - 1] = UInt8(ascii: "3")
            try AtomicFile.write(file, to: path)
            for read in [{ _ = try StoredModel.open(path) }, { _ = try StoredModel.read(path) }] {
                #expect {
                    try read()
                } throws: { error in
                    if case .digestMismatch = error as? ModelFileError { true } else { false }
                }
            }
        }
    }

    @Test func aDetectorWithoutFactorsComesBack() throws {
        let model = try Self.unconditional()
        #expect(model.card.detectors[0].factors == nil)
        let content = try model.content()
        #expect(content.tensors["detector/1/loadings"] == nil)
        #expect(content.tensors["detector/1/factor_projection"] == nil)
        #expect(try StoredModel(content) == model)
        #expect(try StoredModel(content) != SmallModel.model())
    }

    @Test("models of before noise variances are read as they were meant")
    func readsOlderCards() throws {
        var content = try SmallModel.model().content()
        let text = try content.text("card")
        let word = #","noise_variance":1"#
        #expect(text.contains(word))
        content.metadata["card"] = text.replacing(word, with: "")
        #expect(try StoredModel(content).parameters == SmallModel.model().parameters)
    }

    @Test(arguments: [Float(0), -1])
    func refusesNoiseThatIsNotAboveZero(noise: Float) throws {
        let content = try SmallModel.content { $0.layers[1].noiseVariance = noise }
        #expect {
            try StoredModel(content)
        } throws: { error in
            (error as? ModelFileError)?.description.contains("noise variance") == true
        }
    }

    @Test func keepsNumbersThatPrintBadly() throws {
        let odd: [Float] = [
            0.1, 1 / 3, .leastNonzeroMagnitude, .greatestFiniteMagnitude, 16_777_215, -0.0,
            Float(1e-7).nextUp,
        ]
        let content = try SmallModel.content { $0.layers[1].learningCurve = odd }
        let curve = try StoredModel(content).parameters.layers[0][1].learningCurve
        #expect(curve.map(\.bitPattern) == odd.map(\.bitPattern))
    }

    @Test func namesItsTensorsByPlace() throws {
        let names = try SmallModel.model().content().tensors.keys.sorted()
        #expect(names.count == 3 * 5 + 4 + 3 + 3 + 4 * 2 + 1)
        for name in [
            "calibration/scores", "detector/1/factor_mean", "detector/1/loadings",
            "detector/1/means", "detector/1/whiteners", "detector/2/exemplars",
            "detector/3/normal_deviation", "encoder/coarse/layer1/atoms",
            "encoder/fine/layer2/whitening_projection",
        ] {
            #expect(names.contains(name))
        }
    }

    @Test("the card is JSON with sorted keys, the same each time") func cardIsStable() throws {
        let text = try SmallModel.model().content().text("card")
        #expect(try SmallModel.model().content().text("card") == text)
        let object = try JSONDecoder().decode([String: Anything].self, from: Data(text.utf8))
        #expect(
            object.keys.sorted() == [
                "calibration", "configuration", "created_with", "detectors", "grid", "kernels",
                "layers", "seed", "training",
            ]
        )
        #expect(text.hasPrefix(#"{"calibration":{"scores":{"count":30,"#))
        #expect(text.contains(#""created_with":"1.2.3","detectors":[{"factor_variance":0.25,"#))
        #expect(text.contains(#","factors":3,"kept_variance":0.6666667,"#))
        #expect(text.contains(#""grid":{"columns":3,"rows":2},"kernels":"baseline","#))
        #expect(text.contains(#""learning_curve":[0.7,0.1,1e-07]"#))
        #expect(text.contains(#""seed":18446744073709551615,"#))
        let card = try JSONDecoder().decode(ModelCard.self, from: Data(text.utf8))
        #expect(try card == SmallModel.model().card)
    }

    @Test func theCardSaysWhatWasLearned() throws {
        let model = try SmallModel.model()
        let card = model.card
        #expect(card.layers.map(\.encoder) == ["fine", "fine", "coarse"])
        #expect(card.layers.map(\.layer) == [1, 2, 1])
        #expect(card.layers.map(\.inputChannels) == [3, 6, 3])
        let layers = model.parameters.layers.flatMap { $0 }
        #expect(card.layers.map(\.keptVariance) == layers.map { $0.whitening?.keptVariance })
        #expect(card.layers.map(\.density) == layers.map(\.density))
        #expect(
            card.detectors.map(\.name) == [
                "fine/layer2/position", "coarse/layer1/exemplars", "fine/layer1/reconstruction",
                "fine/layer2/energy",
            ]
        )
        #expect(card.detectors.map(\.keptVariance) == [2 / 3, 2 / 3, nil, nil])
        #expect(card.detectors.map(\.factors) == [3, nil, nil, nil])
        #expect(card.detectors.map(\.factorVariance) == [0.25, nil, nil, nil])
        #expect(card.calibration.scores == ScoreSummary(of: model.parameters.conformal.scores))
        #expect(card.configuration == model.parameters.configuration)
    }

    @Test("random damage to a whole file is noticed", arguments: 0..<4)
    func neverLoadsSilently(stream: UInt64) throws {
        let model = try SmallModel.model()
        let whole = try ModelContainer.encode(model.content())
        var generator = SeededGenerator(seed: 31, stream: stream)
        for trial in 0..<150 {
            var file = whole
            for _ in 0...generator.next(below: 3) {
                file[generator.next(below: file.count)] ^= UInt8(1 + generator.next(below: 255))
            }
            if trial % 5 == 0 { file.removeLast(1 + generator.next(below: file.count)) }
            do throws(ModelFileError) {
                let read = try StoredModel(ModelContainer.decode(file))
                // Only blank padding of the header can differ without a change of content.
                #expect(read == model, "seed 31, stream \(stream), trial \(trial)")
            } catch {
                #expect(!error.description.isEmpty)
            }
        }
    }

    @Test("random damage without the digest's guard is refused or harmless", arguments: 0..<4)
    func survivesDamageBelowTheDigest(stream: UInt64) throws {
        let whole = try SmallModel.model().content().encoded()
        var generator = SeededGenerator(seed: 32, stream: stream)
        var refused = 0
        for _ in 0..<150 {
            var file = whole
            for _ in 0...generator.next(below: 3) {
                file[generator.next(below: file.count)] ^= UInt8(1 + generator.next(below: 255))
            }
            do throws(ModelFileError) {
                let read = try StoredModel(SafeTensors(reading: file))
                #expect(read.parameters.configuration.problem == nil)
            } catch {
                refused += 1
                #expect(!error.description.isEmpty)
            }
        }
        #expect(refused > 75)
    }
}
