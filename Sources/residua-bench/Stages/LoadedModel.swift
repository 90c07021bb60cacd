internal import ImageCodec
internal import ModelFile
internal import Patches
internal import Reports
internal import Scoring
internal import Tensors

/// A model from a file, ready to score.
struct LoadedModel {
    let stored: StoredModel
    let identity: ModelIdentity
    let model: AnomalyModel

    init(_ path: String) throws {
        let (stored, sha256) = try StoredModel.read(path)
        self.stored = stored
        identity = ModelIdentity(
            path: path,
            sha256: sha256,
            createdWith: stored.card.createdWith,
            seed: stored.card.seed,
            trainingImages: stored.card.training.images
        )
        model = AnomalyModel(parameters: stored.parameters, kernels: .best)
    }

    var parameters: ModelParameters { stored.parameters }
    var configuration: ModelConfiguration { parameters.configuration }

    /// Grey or colour, as the model reads images.
    var mode: ChannelMode { stored.parameters.channels == 1 ? .grey : .colour }

    /// Decodes as a scan does: a large JPEG at a fraction of its size.
    func decode(_ file: BenchImages.File) throws -> PixelImage {
        try ImageReader.decode(
            file.bytes,
            channels: mode,
            minimumPixels: configuration.tiles == nil ? configuration.pixels : nil
        ).image
    }

    /// A decoded image at the working size.
    func resample(_ image: PixelImage) -> FeatureMap {
        let size = WorkingSize(pixels: configuration.pixels)
            .size(width: image.width, height: image.height)
        return Resampler(height: size.height, width: size.width).resample(image)
    }

    /// What the model scores.
    func input(_ file: BenchImages.File) throws -> FeatureMap { resample(try decode(file)) }

    /// Loads the model several times: reading, checking and laying out for the kernels.
    static func measure(_ path: String, repetitions: Int) throws -> Measurement {
        let times = try (0..<repetitions).map { _ in
            try seconds { _ = try LoadedModel(path) } * 1e3
        }
        return Measurement("load and prepare the model", unit: "ms", .lessIsBetter, samples: times)
    }
}
