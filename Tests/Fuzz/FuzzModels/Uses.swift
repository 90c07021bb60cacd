import Foundation
import ImageCodec
import ModelFile
import Pipeline
import Reports
import Tensors

/// What a person does with a model: explain an image by it and look at it.
actor Uses {
    static let shared = Uses()

    private let folder: String
    private let image: String

    private init() {
        let place = FileManager.default.temporaryDirectory
            .appendingPathComponent("residua-fuzz-\(ProcessInfo.processInfo.processIdentifier)")
        var generator = SeededGenerator(seed: 2)
        let levels = (0..<32 * 24 * 3).map { _ in UInt8(generator.next(below: 256)) }
        let picture = PixelImage(width: 32, height: 24, channels: 3, levels: levels)
        do {
            try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
            try Data(try ImageWriter.png(picture)).write(to: place.appendingPathComponent("a.png"))
        } catch {
            fatalError("\(error)")
        }
        folder = place.path
        image = place.appendingPathComponent("a.png").path
    }

    func use(_ model: StoredModel) async {
        let identity = ModelIdentity(
            path: "fuzz.residua",
            sha256: String(repeating: "0", count: 64),
            createdWith: model.card.createdWith,
            seed: model.card.seed,
            trainingImages: model.card.training.images
        )
        do {
            _ = try await ExplainRun(
                options: ExplainOptions(
                    ingest: IngestOptions(roots: [RawPath(image)]),
                    folder: folder + "/explained",
                    tracing: true,
                    jobs: 1
                ),
                model: model,
                identity: identity
            ).run()
            _ = try await ModelInspection(
                options: ModelInspectionOptions(
                    folder: folder + "/inspected",
                    images: IngestOptions(roots: [RawPath(image)]),
                    jobs: 1
                ),
                model: model,
                identity: identity
            ).run()
        } catch is RunError, is ReportError {
            // Refused with a reason, and the program goes on.
        } catch {
            fatalError("\(error)")
        }
    }
}
