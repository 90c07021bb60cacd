import Foundation
import ImageCodec
import Pipeline
import Scoring
import Tensors
import Testing

/// Whole numbers of sixteen bits in the layers' products change scores less than anyone can see.
@Suite struct PrecisionTests {
    private static let configuration = """
        {
          "positions": 64,
          "fusion": {"topShare": 0.03},
          "regularization": {"shrinkage": 0.1, "reach": 1, "floor": 0.001},
          "encoders": [
            {"name": "structure", "pixels": 16384, "layers": [
              {"window": 7, "stride": 2, "pooling": 2, "contrast": 0.001,
               "components": 32, "whiteningEpsilon": 0.001,
               "atoms": 32, "signed": true, "sparsityPenalty": 0.5},
              {"window": 3, "stride": 1, "pooling": 1, "contrast": 0.01,
               "components": 64, "whiteningEpsilon": 0.001,
               "atoms": 128, "signed": true, "sparsityPenalty": 0.5}]}],
          "detectors": [
            {"encoder": "structure", "layer": 2, "window": 5,
             "method": {"positionalGaussian": {"dimension": 24}}},
            {"encoder": "structure", "layer": 2, "window": 5,
             "method": {"exemplars": {"dimension": 24, "count": 64}}}]
        }
        """

    /// The scores of the set's test images, by a model that was learned and is used in some precisions.
    private struct Scores {
        let learned: ModelParameters
        let images: [FeatureMap]

        init(learning precision: Precision) async throws {
            let folder = PaperNetwork.root.appending(path: "sample-data/woven-cloth")
            let train = folder.appending(path: "train/good").path(percentEncoded: false)
            let options = TrainingOptions(
                ingest: IngestOptions(roots: [RawPath(train)]),
                configuration: try JSONDecoder().decode(
                    ModelConfiguration.self,
                    from: Data(PrecisionTests.configuration.utf8)
                ),
                jobs: 2,
                kernels: Kernels.best.computing(in: precision),
                effort: .quick
            )
            let result = try await TrainingRun(options: options).run()
            learned = result.parameters
            let mode: ChannelMode = learned.channels == 3 ? .colour : .grey
            let test = folder.appending(path: "test")
            images = try FileManager.default.subpathsOfDirectory(
                atPath: test.path(percentEncoded: false)
            )
            .filter { $0.hasSuffix(".png") }
            .sorted()
            .map { name in
                let bytes = try [UInt8](Data(contentsOf: test.appending(path: name)))
                let image = try ImageReader.decode(bytes, channels: mode).image
                return FeatureMap(
                    height: image.height,
                    width: image.width,
                    channels: image.channels,
                    filledWith: image.levels.map { Float($0) / 255 }
                )
            }
        }

        func scores(in precision: Precision) -> [Float] {
            let model = AnomalyModel(
                parameters: learned,
                kernels: Kernels.best.computing(in: precision)
            )
            return images.map { model.assess($0).score }
        }
    }

    @Test(
        "a model that was learned in one precision gives the other's scores",
        arguments: Precision.allCases
    )
    func scoresAgree(learning precision: Precision) async throws {
        let some = try await Scores(learning: precision)
        let float = some.scores(in: .float)
        let whole = some.scores(in: .int16)
        #expect(float.count >= 10)
        #expect(float != whole)
        let differences = zip(float, whole).map { abs($0 - $1) / $0 }.sorted()
        #expect(differences[differences.count / 2] < 1e-3)
        #expect(differences[differences.count - 1] < 1e-2)
    }
}
