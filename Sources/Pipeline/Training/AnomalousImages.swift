internal import ImageCodec
internal import Scoring
internal import Tensors

/// Images that show defects, to be passed over once for each stage of detectors.
struct AnomalousImages {
    private let images: TrainingImages
    /// The defective share of each position, by the images' places in the walk; only where there is a mask.
    private let masks: [Int: Matrix]

    /// Looks for masks.
    ///
    /// - Parameters:
    ///   - anomalous: The images.
    ///   - survey: What is known of the normal images.
    ///   - grid: The positions.
    ///   - options: How the model is learned.
    ///   - stages: The passes to come.
    ///   - events: Hears of progress, and of masks that can't be read.
    /// - Throws: `CancellationError`.
    init(
        _ anomalous: AnomalousOptions,
        survey: TrainingSurvey,
        grid: PositionGrid,
        options: TrainingOptions,
        stages: Int,
        events: @escaping @Sendable (TrainingEvent) -> Void
    ) async throws {
        var masks: [Int: Matrix] = [:]
        var total = 0
        try await forEachOrdered(
            anomalous.ingest.makeWalk(),
            jobs: options.jobs,
            transform: { entry in
                Result { () throws(ItemFailure) in
                    try Self.mask(of: entry, anomalous, grid: grid)
                }
            },
            deliver: { mask in
                switch mask {
                case .success(let mask): masks[total] = mask
                case .failure(let failure): events(.skipped(failure))
                }
                total += 1
            }
        )
        self.masks = masks
        images = TrainingImages(
            options: anomalous.ingest,
            channels: survey.channels,
            pixels: options.configuration.pixels,
            jobs: options.jobs,
            total: total,
            passes: stages,
            events: events
        )
    }

    /// The maps of each usable image by detectors learned from all normal images.
    ///
    /// - Returns: By the images' places in the walk.
    /// - Throws: `CancellationError`.
    func maps(
        by stage: DetectorStage,
        detectors: [DetectorParameters]
    ) async throws -> [Int: [Matrix]] {
        let bank = DetectorBank(
            encoders: stage.encoders,
            sets: [detectors],
            grid: stage.grid,
            kernels: stage.options.kernels
        )
        return try await maps { image in bank.maps(of: image)[0] }
    }

    /// The map of each usable image by a network.
    ///
    /// - Returns: By the images' places in the walk.
    /// - Throws: `CancellationError`.
    func maps(by reader: NetworkReader) async throws -> [Int: [Matrix]] {
        try await maps { image in [reader.map(of: image)] }
    }

    private func maps(
        transform: @escaping @Sendable (FeatureMap) -> [Matrix]
    ) async throws -> [Int: [Matrix]] {
        let chosen = EvenSelection(
            count: images.total,
            most: TrainingOptions.anomalousLimit
        )
        var maps: [Int: [Matrix]] = [:]
        try await images.pass(
            named: "anomalous images",
            only: { chosen.includes($0) },
            transform: { _, image in transform(image) },
            deliver: { place, found in maps[place] = found }
        )
        return maps
    }

    /// Makes room for the passes of stages that are run again.
    func allowPasses(_ more: Int) { images.allowPasses(more) }

    /// Joins the maps of several stages.
    ///
    /// - Parameters:
    ///   - parts: What each stage mapped.
    ///   - order: Which of the stages' detectors, counted through, comes first, second and so on.
    /// - Returns: The images that all stages could read, in the order of the walk.
    func joined(_ parts: [[Int: [Matrix]]], order: [Int]) -> [FusionStudy.AnomalousImage] {
        (0..<images.total).compactMap { place in
            let all = parts.compactMap { $0[place] }
            guard all.count == parts.count else { return nil }
            let maps = all.flatMap(\.self)
            return FusionStudy.AnomalousImage(maps: order.map { maps[$0] }, mask: masks[place])
        }
    }

    /// The mask of an image on the grid; nil where there is none.
    private static func mask(
        of entry: WalkEntry,
        _ options: AnomalousOptions,
        grid: PositionGrid
    ) throws(ItemFailure) -> Matrix? {
        for path in options.masks(of: entry) {
            let bytes: [UInt8]
            do throws(InputError) {
                bytes = try FileBytes.read(path, limit: options.ingest.limits.maximumBytes)
            } catch {
                if error.code == .notFound { continue }
                throw ItemFailure(error, path: path)
            }
            do throws(DecodeError) {
                let image = try ImageReader.decode(
                    bytes,
                    channels: .grey,
                    limits: options.ingest.limits
                ).image
                return DefectPractice.shares(
                    of: Matrix(
                        rows: image.height,
                        columns: image.width,
                        filledWith: image.levels.map { $0 > 127 ? 1 : 0 }
                    ),
                    on: grid
                )
            } catch {
                throw ItemFailure(decoding: error, path: path)
            }
        }
        return nil
    }
}
