internal import Files
internal import ImageCodec
public import ModelFile
public import Reports
internal import Scoring
internal import SparseCoding
public import Tensors

/// Where the pictures of a model go, and what its deeper atoms are shown by.
public struct ModelInspectionOptions: Sendable {
    /// The folder for pictures, page and record.
    public var folder: String
    /// Normal images whose patches show the deeper atoms; linear projections when nil.
    public var images: IngestOptions?
    /// The patches shown for each atom.
    public var patchesPerAtom: Int
    /// The most images worked on at once.
    public var jobs: Int
    /// The kernels.
    public var kernels: Kernels

    /// Creates options.
    public init(
        folder: String,
        images: IngestOptions? = nil,
        patchesPerAtom: Int = 4,
        jobs: Int,
        kernels: Kernels = .best
    ) {
        self.folder = folder
        self.images = images
        self.patchesPerAtom = patchesPerAtom
        self.jobs = jobs
        self.kernels = kernels
    }

    /// The most atoms of a layer that are shown.
    static let atomLimit = 256
}

/// Shows what a model has learned: atoms, priors, penalties, sparsity and calibration, as pictures, a page and JSON.
public struct ModelInspection: Sendable {
    private let options: ModelInspectionOptions
    private let model: StoredModel
    private let identity: ModelIdentity
    private let events: @Sendable (Event) -> Void

    /// What the run is doing.
    public enum Event: Sendable {
        /// So many images are done.
        case done(Int)
        /// An input can't be used.
        case skipped(ItemFailure)
    }

    /// Creates a run.
    ///
    /// - Parameters:
    ///   - options: Where the pictures go.
    ///   - model: The model.
    ///   - identity: The model's path and digest.
    ///   - events: Hears of progress.
    public init(
        options: ModelInspectionOptions,
        model: StoredModel,
        identity: ModelIdentity,
        events: @escaping @Sendable (Event) -> Void = { _ in }
    ) {
        self.options = options
        self.model = model
        self.identity = identity
        self.events = events
    }

    /// Writes the pictures, the page and the record.
    ///
    /// - Returns: What `inspect.json` says, and how many images could not be read.
    /// - Throws: ``RunError`` when there are no images where some were promised, the folder can't be written, or without
    ///   images atoms are too large to be drawn; `CancellationError` when interrupted.
    public func run() async throws -> (record: ModelPageRecord, failed: Int) {
        try options.images?.refuseOutput(in: options.folder)
        let inputs = options.images.map { PeekedSequence($0.makeWalk()) }
        if let inputs, inputs.isEmpty {
            throw RunError.noImages(paths: options.images?.roots.map(\.description) ?? [])
        }
        let folder = try PictureFolder(Folder(options.folder))
        let parameters = model.parameters
        let decoders = zip(parameters.configuration.encoders, parameters.layers)
            .map { configuration, layers in
                HierarchyDecoder(
                    configuration: configuration,
                    layers: layers,
                    kernels: options.kernels
                )
            }
        let found = try await excitingPatches(decoders, inputs: inputs)
        var pictures = PictureSet()
        var layers: [ModelPageRecord.Layer] = []
        for (number, decoder) in decoders.enumerated() {
            try Task.checkCancellation()
            let atoms = AtomPictures.project(decoder.layers, kernels: options.kernels)
            for index in decoder.layers.indices {
                let patches = found.map { $0.patches[number][index].patches }
                guard index < atoms.count || (index > 0 && patches != nil) else {
                    let name = decoder.encoder.configuration.name
                    throw RunError.unusableModel(
                        identity.path,
                        reason: "the atoms of \(name)/layer\(index + 1) are too large to be drawn; "
                            + "--images shows deeper atoms by patches of images instead"
                    )
                }
                layers.append(
                    try LayerPictures(
                        encoder: (number + 1, decoder.encoder.configuration.name),
                        layer: index + 1,
                        parameters: decoder.layers[index].parameters,
                        atoms: index < atoms.count ? atoms[index] : nil,
                        patches: index == 0 ? nil : patches,
                        patchesPerAtom: options.patchesPerAtom
                    ).draw(into: &pictures)
                )
            }
        }
        let record = ModelPageRecord(
            model: identity,
            patchImages: found?.images,
            layers: layers,
            densityChart: try pictures.add(
                "density.png",
                Chart(
                    title: "share of codes that are not zero",
                    axis: "layer",
                    values: layers.map { Double($0.density) },
                    range: 1...Double(max(1, layers.count)),
                    form: .bars
                ).picture()
            ),
            calibration: try calibration(pictures: &pictures)
        )
        try folder.write(
            pictures.files,
            page: ModelPage.render(record, pictures: pictures.files),
            record: try ReportJSON.document(record, what: identity.path),
            named: "inspect.json"
        )
        return (record, found?.failed ?? 0)
    }

    /// The patches that excite the atoms of each encoder's layers most.
    private func excitingPatches(
        _ decoders: [HierarchyDecoder],
        inputs: PeekedSequence<DirectoryWalk>?
    ) async throws -> (patches: [[ExcitingPatches]], images: Int, failed: Int)? {
        guard let ingest = options.images, let inputs else { return nil }
        let parameters = model.parameters
        let limit = ModelInspectionOptions.atomLimit
        var patches = decoders.map { decoder in
            decoder.layers.map {
                ExcitingPatches(
                    atoms: min(limit, $0.parameters.dictionary.count),
                    capacity: options.patchesPerAtom
                )
            }
        }
        var (images, failed) = (0, 0)
        try await forEachOrdered(
            inputs,
            jobs: options.jobs,
            transform: { entry in
                Result { () throws(ItemFailure) in
                    let loaded = try LoadedImage(
                        entry,
                        options: ingest,
                        channels: parameters.channels,
                        pixels: parameters.configuration.pixels,
                        tiling: parameters.configuration.tiles,
                        digest: false
                    )
                    return Self.mostExciting(in: loaded, decoders, limit: limit)
                }
            },
            deliver: { result in
                switch result {
                case .failure(let failure):
                    failed += 1
                    events(.skipped(failure))
                case .success(let candidates):
                    images += 1
                    for encoder in candidates.indices {
                        for layer in candidates[encoder].indices {
                            patches[encoder][layer].offer(candidates[encoder][layer])
                        }
                    }
                    events(.done(images))
                }
            }
        )
        return (patches, images, failed)
    }

    /// The patch of an image, or of its tiles, that excites each atom of each encoder's layers most.
    private static func mostExciting(
        in loaded: LoadedImage,
        _ decoders: [HierarchyDecoder],
        limit: Int
    ) -> [[[ExcitingPatches.Patch?]]] {
        decoders.map { decoder in
            var best = decoder.mostExciting(in: loaded.input(of: loaded.tiles[0]), limit: limit)
            for tile in loaded.tiles.dropFirst() {
                let others = decoder.mostExciting(in: loaded.input(of: tile), limit: limit)
                for layer in best.indices {
                    for (atom, other) in others[layer].enumerated() {
                        guard let other else { continue }
                        let known = best[layer][atom]?.code ?? 0
                        if other.code > known { best[layer][atom] = other }
                    }
                }
            }
            return best
        }
    }

    private func calibration(
        pictures: inout PictureSet
    ) throws(EncodeError) -> ModelPageRecord.Calibration {
        let scores = model.parameters.conformal.scores
        let threshold = model.card.calibration.threshold
        let low = Double(scores.first ?? 0)
        // A model file may hold any numbers; scores that are all alike still need an axis.
        let high = max(
            Double(scores.last ?? 0),
            Double(threshold.value),
            low + max(1e-3, 1e-6 * abs(low))
        )
        let bins = min(40, max(8, Int(2 * Double(scores.count).squareRoot())))
        var counts = [Int](repeating: 0, count: bins)
        for score in scores {
            let place = Int((Double(score) - low) / (high - low) * Double(bins))
            counts[min(max(place, 0), bins - 1)] += 1
        }
        let chart = Chart(
            title: "scores of \(scores.count) held-out normal images",
            axis: "score",
            values: counts.map(Double.init),
            range: low...high,
            form: .bars,
            marker: .init(place: Double(threshold.value), label: "threshold")
        )
        return ModelPageRecord.Calibration(
            threshold: threshold,
            scores: model.card.calibration.scores,
            counts: counts,
            edges: (0...bins).map { Float(low + (high - low) * Double($0) / Double(bins)) },
            chart: try pictures.add("calibration.png", chart.picture())
        )
    }
}
