internal import Files
internal import ImageCodec
internal import Reports
internal import SyntheticDefects
internal import Tensors

/// Paints defects into the normal pictures of a folder and writes them where a person can look at them.
///
/// Pictures are brought to the working size first, as for training. Each takes texture from another one of the first
/// few. The files depend on pictures, declaration and seed alone, not on the number of jobs.
public struct DefectGallery: Sendable {
    /// What is painted on what.
    public let options: DefectGalleryOptions
    private let events: @Sendable (Event) -> Void

    /// What the run is doing.
    public enum Event: Sendable {
        /// So many pictures are done.
        case done(Int)
        /// An input can't be used.
        case skipped(ItemFailure)
    }

    /// Creates a run.
    ///
    /// - Parameters:
    ///   - options: What is painted on what.
    ///   - events: Hears of progress.
    public init(
        options: DefectGalleryOptions,
        events: @escaping @Sendable (Event) -> Void = { _ in }
    ) {
        self.options = options
        self.events = events
    }

    /// Paints and writes.
    ///
    /// Files are written whole or not at all, and those of the same names are replaced; `defects.json`
    /// comes last.
    ///
    /// - Returns: What `defects.json` says.
    /// - Throws: ``RunError`` when there are no inputs or the folder can't be written,
    ///   `CancellationError` when interrupted; what is finished is kept.
    public func run() async throws -> DefectGalleryRecord {
        try options.ingest.refuseOutput(in: options.folder)
        let sources = sources()
        let folder = Folder(options.folder)
        let painter = DefectPainter(configuration: options.configuration)
        let options = options
        var names = ImageIdentifiers()
        var pictures: [DefectGalleryRecord.Picture] = []
        var failures: [ItemFailure] = []
        try await forEachOrdered(
            options.makeWalk().enumerated(),
            jobs: options.jobs,
            transform: { item in
                Result { () throws(ItemFailure) in
                    try PaintedPicture(
                        item.element,
                        number: item.offset,
                        sources: sources,
                        painter: painter,
                        options: options
                    )
                }
            },
            deliver: { result in
                switch result {
                case .failure(let failure):
                    failures.append(failure)
                    events(.skipped(failure))
                case .success(let painted):
                    let name = names.identifier(for: painted.path)
                    let record = painted.record(name: name)
                    try folder.write(painted.picture, to: record.picture)
                    try folder.write(painted.mask, to: record.mask)
                    pictures.append(record)
                }
                events(.done(pictures.count + failures.count))
            }
        )
        guard !pictures.isEmpty || !failures.isEmpty else {
            throw RunError.noImages(paths: options.ingest.roots.map(\.description))
        }
        let record = DefectGalleryRecord(
            schemaVersion: 1,
            seed: options.seed,
            configuration: options.configuration,
            contactSheet: try writeSheet(of: sources, in: folder),
            pictures: pictures,
            failures: failures
        )
        try folder.write(
            try ReportJSON.document(record, what: "painted defects"),
            to: "defects.json"
        )
        return record
    }

    /// The first pictures that can be read.
    private func sources() -> [FeatureMap] {
        var sources: [FeatureMap] = []
        for entry in options.makeWalk() {
            if sources.count == DefectGalleryOptions.sourceCount { break }
            if let image = try? options.load(entry) { sources.append(image) }
        }
        return sources
    }

    private func writeSheet(
        of pictures: [FeatureMap],
        in folder: Folder
    ) throws -> DefectGalleryRecord.ContactSheet? {
        guard !pictures.isEmpty else { return nil }
        let hasColour = pictures.contains { $0.channels == 3 }
        let kinds = DefectKind.allCases.filter {
            options.configuration.kinds.contains($0) && $0.isPossible(channels: hasColour ? 3 : 1)
        }
        guard !kinds.isEmpty else { return nil }
        let sheet = ContactSheet.paint(
            pictures,
            configuration: options.configuration,
            kinds: kinds,
            seed: options.seed
        )
        let name = "contact-sheet.png"
        try folder.write(try ImageWriter.png(sheet), to: name)
        return DefectGalleryRecord.ContactSheet(picture: name, rows: kinds)
    }
}

extension DefectGalleryOptions {
    /// The inputs, as many as are wanted.
    fileprivate func makeWalk() -> PrefixSequence<DirectoryWalk> {
        ingest.makeWalk().prefix(limit ?? .max)
    }

    /// Reads an input at the working size, grey or colour as it is stored.
    fileprivate func load(_ entry: WalkEntry) throws(ItemFailure) -> FeatureMap {
        let loaded = try LoadedImage(
            entry,
            options: ingest,
            channels: nil,
            pixels: Self.pixels,
            tiling: nil,
            digest: false
        )
        return loaded.input(of: loaded.tiles[0])
    }
}

/// A picture with defects, as files.
private struct PaintedPicture: Sendable {
    let path: String
    let picture: [UInt8]
    let mask: [UInt8]
    private let seed: UInt64
    private let width: Int
    private let height: Int
    private let defects: [DefectiveImage.Defect]

    /// Reads and paints an input.
    ///
    /// - Parameters:
    ///   - entry: The input.
    ///   - number: Its place in the walk.
    ///   - sources: Pictures to take texture from.
    ///   - painter: Paints.
    ///   - options: Limits, seed.
    /// - Throws: ``ItemFailure`` when it can't be read.
    init(
        _ entry: WalkEntry,
        number: Int,
        sources: [FeatureMap],
        painter: DefectPainter,
        options: DefectGalleryOptions
    ) throws(ItemFailure) {
        let image = try options.load(entry)
        path = entry.relativePath.description
        seed = options.seed &+ UInt64(number)
        // A neighbour; the picture itself where there is no other.
        let source = sources.isEmpty ? nil : sources[(number + 1) % sources.count]
        let painted = painter.paint(on: image, source: source, seed: seed)
        (width, height, defects) = (image.width, image.height, painted.defects)
        do throws(EncodeError) {
            picture = try ImageWriter.png(PixelImage(painted.image))
            mask = try ImageWriter.png(PixelImage(mask: painted.mask))
        } catch {
            throw ItemFailure(
                stage: .write,
                code: ItemFailure.Code(rawValue: "not-encoded"),
                path: path,
                detail: error.detail
            )
        }
    }

    func record(name: String) -> DefectGalleryRecord.Picture {
        DefectGalleryRecord.Picture(
            path: path,
            picture: "defective/\(name).png",
            mask: "masks/\(name)_mask.png",
            seed: seed,
            width: width,
            height: height,
            defects: defects
        )
    }
}
