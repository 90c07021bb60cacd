internal import ImageCodec
internal import Patches
internal import Scoring
internal import Tensors

/// Images that show defects, to be passed over once for each stage of detectors.
struct AnomalousImages {
    private let images: TrainingImages
    /// The defective share of each position, by the tiles' numbers; only where there is a mask.
    private let masks: [Int: Matrix]
    /// The images that are passed over.
    private let selection: EvenSelection

    /// Looks for masks.
    ///
    /// - Parameters:
    ///   - anomalous: The images.
    ///   - survey: What a first look at them said.
    ///   - channels: Of the normal images.
    ///   - grid: The positions.
    ///   - options: How the model is learned.
    ///   - stages: The passes to come.
    ///   - events: Hears of progress, and of masks that can't be used.
    /// - Throws: `CancellationError`.
    init(
        _ anomalous: AnomalousOptions,
        survey: TrainingSurvey,
        channels: Int,
        grid: PositionGrid,
        options: TrainingOptions,
        stages: Int,
        events: @escaping @Sendable (TrainingEvent) -> Void
    ) async throws {
        let tiling = options.configuration.tiles
        let layout = survey.layout(tiling: tiling, seed: options.seed)
        let total = survey.inputs
        let selection = Self.selection(of: total, layout, isDivided: tiling != nil)
        var masks: [Int: Matrix] = [:]
        try await forEachOrdered(
            anomalous.ingest.makeWalk().enumerated().lazy.filter { selection.includes($0.offset) },
            jobs: options.jobs,
            transform: { item in
                (
                    place: item.offset,
                    masks: Result { () throws(ItemFailure) in
                        try Self.masks(of: item.element, anomalous, grid: grid, tiling: tiling)
                    }
                )
            },
            deliver: { item in
                switch item.masks {
                case .success(let parts):
                    for (number, part) in zip(layout.numbers(of: item.place), parts) {
                        masks[number] = part
                    }
                case .failure(let failure): events(.skipped(failure))
                }
            }
        )
        self.masks = masks
        self.selection = selection
        images = TrainingImages(
            options: anomalous.ingest,
            channels: channels,
            configuration: options.configuration,
            jobs: options.jobs,
            total: total,
            names: survey.names,
            layout: layout,
            passes: stages,
            steps: TrainingSteps(.everything),
            keptBytes: 0,
            events: events
        )
    }

    /// Which images are passed over: evenly spread, so many that their tiles' maps can be held.
    private static func selection(
        of inputs: Int,
        _ layout: TileLayout,
        isDivided: Bool
    ) -> EvenSelection {
        var limit = min(inputs, TrainingOptions.anomalousLimit)
        if isDivided {
            let most = TrainingOptions.anomalousTileLimit
            limit = max(1, min(limit, inputs * most / max(1, layout.count)))
        }
        return EvenSelection(count: inputs, most: limit)
    }

    /// The maps of each usable image by detectors learned from all normal images.
    ///
    /// - Returns: By the tiles' numbers.
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
    /// - Returns: By the tiles' numbers.
    /// - Throws: `CancellationError`.
    func maps(by reader: NetworkReader) async throws -> [Int: [Matrix]] {
        try await maps { image in [reader.map(of: image)] }
    }

    private func maps(
        transform: @escaping @Sendable (FeatureMap) -> [Matrix]
    ) async throws -> [Int: [Matrix]] {
        var maps: [Int: [Matrix]] = [:]
        try await images.pass(
            named: "anomalous images",
            only: { [selection] in selection.includes($0.image) },
            transform: { _, image in transform(image) },
            deliver: { tile, found in maps[tile.number] = found }
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
            let numbers = images.layout.numbers(of: place)
            let tiles = numbers.compactMap { number -> FusionStudy.AnomalousImage.Tile? in
                let all = parts.compactMap { $0[number] }
                guard all.count == parts.count else { return nil }
                let maps = all.flatMap(\.self)
                return .init(maps: order.map { maps[$0] }, mask: masks[number])
            }
            guard !tiles.isEmpty, tiles.count == numbers.count else { return nil }
            return FusionStudy.AnomalousImage(tiles: tiles)
        }
    }

    /// The masks of an image's tiles on the grid; none where there is none, and for images that can't be read: passes name
    /// those.
    private static func masks(
        of entry: WalkEntry,
        _ options: AnomalousOptions,
        grid: PositionGrid,
        tiling: Tiling?
    ) throws(ItemFailure) -> [Matrix] {
        let limits = options.ingest.limits
        guard let bytes = try? LoadedImage.bytes(of: entry, options: options.ingest),
            let header = try? ImageReader.header(of: bytes, limits: limits)
        else { return [] }
        let size = (width: header.orientedWidth, height: header.orientedHeight)
        guard
            let mask = try MaskFile.read(options.masks(of: entry), size: size, limits: limits)
        else { return [] }
        guard let tiling else { return [DefectPractice.shares(of: mask.matrix, on: grid)] }
        return tiling.tiles(width: size.width, height: size.height).map { tile in
            DefectPractice.shares(of: mask.part(tile), on: grid)
        }
    }
}
