internal import ImageCodec
internal import Scoring
internal import Tensors

/// Images that show defects, to be passed over once for each stage of detectors.
struct AnomalousImages {
    private let images: TrainingImages
    /// The defective share of each position, by the images' places in the walk; only where there is a mask.
    private let masks: [Int: Matrix]
    /// The images that are learned from.
    private let chosen: EvenSelection

    /// Looks for masks.
    ///
    /// - Parameters:
    ///   - anomalous: The images.
    ///   - inputs: The inputs of their walk.
    ///   - survey: What is known of the normal images.
    ///   - grid: The positions.
    ///   - options: How the model is learned.
    ///   - stages: The passes to come.
    ///   - events: Hears of progress, and of masks that can't be used.
    /// - Throws: `CancellationError`.
    init(
        _ anomalous: AnomalousOptions,
        inputs: Int,
        survey: TrainingSurvey,
        grid: PositionGrid,
        options: TrainingOptions,
        stages: Int,
        events: @escaping @Sendable (TrainingEvent) -> Void
    ) async throws {
        chosen = EvenSelection(count: inputs, most: TrainingOptions.anomalousLimit)
        let chosen = chosen
        var masks: [Int: Matrix] = [:]
        try await forEachOrdered(
            anomalous.ingest.makeWalk().lazy.enumerated().filter { chosen.includes($0.offset) },
            jobs: options.jobs,
            transform: { item in
                (
                    place: item.offset,
                    mask: Result { () throws(ItemFailure) in
                        try Self.mask(of: item.element, anomalous, grid: grid)
                    }
                )
            },
            deliver: { item in
                switch item.mask {
                case .success(let mask): masks[item.place] = mask
                case .failure(let failure): events(.skipped(failure))
                }
            }
        )
        self.masks = masks
        images = TrainingImages(
            options: anomalous.ingest,
            channels: survey.channels,
            pixels: options.configuration.pixels,
            jobs: options.jobs,
            total: inputs,
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
        let chosen = chosen
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

    /// The mask of an image on the grid; nil where there is none, and for images that can't be read: passes name those.
    private static func mask(
        of entry: WalkEntry,
        _ options: AnomalousOptions,
        grid: PositionGrid
    ) throws(ItemFailure) -> Matrix? {
        let limits = options.ingest.limits
        guard let bytes = try? LoadedImage.bytes(of: entry, options: options.ingest),
            let header = try? ImageReader.header(of: bytes, limits: limits)
        else { return nil }
        return try MaskFile.read(
            options.masks(of: entry),
            size: (header.orientedWidth, header.orientedHeight),
            limits: limits
        ).map { DefectPractice.shares(of: $0.matrix, on: grid) }
    }
}
