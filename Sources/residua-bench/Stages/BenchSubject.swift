internal import Files
internal import ImageCodec
internal import Patches
internal import Pipeline
internal import Scoring
internal import Tensors

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// What is measured on: images, a model where there is one, and a folder for what comes and goes.
struct BenchSubject {
    let arguments: BenchArguments
    /// The given images, or made ones.
    let images: BenchImages
    /// What the program `residua` is given to scan: the whole folder.
    let root: String
    /// Made from a few images: 1024 x 1024 pixels as PNG and as JPEG.
    let large: [BenchImages]
    let loaded: LoadedModel?
    /// The path of the program `residua`.
    let program: String?
    let temporary: Folder

    var repetitions: Int { arguments.repetitions }
    var configuration: ModelConfiguration { loaded?.configuration ?? .standard }
    var channels: Int { loaded?.parameters.channels ?? 3 }
    /// The model's file.
    let model: String?
    /// Jobs of a scan that takes all processors.
    let jobs = max(1, ProcessInfo.processInfo.activeProcessorCount)

    /// Made pictures of the size that the figures for training are of.
    static let side = 320
    private static let largeSide = 1024
    /// Different pictures among those that are made.
    private static let different = 8

    /// Prepares what the chosen sections need.
    init(_ arguments: BenchArguments, temporary: Folder) throws {
        self.arguments = arguments
        self.temporary = temporary
        program = Self.program(arguments)
        if let folder = arguments.images {
            root = folder
            images = try BenchImages(folder: folder, limit: arguments.limit)
        } else {
            let folder = temporary.folder("images")
            root = folder.path
            images = try BenchImages(
                "made pictures",
                MadePictures.write(
                    MadePictures.samples(.test, count: arguments.limit).enumerated().map {
                        MadePictures.picture($1, side: Self.side, seed: UInt64($0))
                    },
                    count: arguments.limit,
                    as: .png,
                    to: folder
                )
            )
        }
        model = try Self.model(arguments, program: program, temporary: temporary)
        let loaded = try model.map { try LoadedModel($0) }
        self.loaded = loaded
        let needsLarge = !arguments.sections.isDisjoint(with: [.decoding, .scanning, .profile])
        large =
            try needsLarge
            ? Self.large(
                of: Self.sources(arguments, images: images, loaded: loaded),
                count: arguments.limit,
                in: temporary
            ) : []
    }

    private static func program(_ arguments: BenchArguments) -> String? {
        if let given = arguments.residua { return given }
        let own = CommandLine.arguments[0]
        guard own.contains("/") else { return nil }
        let path = Folder(containing: own).path(of: "residua")
        return FileManager.default.isExecutableFile(atPath: path) ? path : nil
    }

    /// The given model, or one trained on made pictures where a section needs it.
    private static func model(
        _ arguments: BenchArguments,
        program: String?,
        temporary: Folder
    ) throws -> String? {
        if let given = arguments.model { return given }
        guard arguments.sections.contains(where: \.needsModel) else { return nil }
        guard let program else {
            StandardError.note("no model and no program residua: \(skipped(arguments)) left out")
            return nil
        }
        let folder = arguments.train ?? temporary.folder("train").path
        if arguments.train == nil {
            _ = try trainingPictures(count: 24, to: Folder(folder))
        }
        StandardError.note("training a model with --effort quick, for lack of one")
        let path = temporary.path(of: "model.residua")
        try ChildRun.run(
            program,
            ["train", folder, "--model", path, "--effort", "quick", "--quiet"],
            log: temporary.path(of: "log")
        )
        return path
    }

    private static func skipped(_ arguments: BenchArguments) -> String {
        BenchSection.allCases
            .filter { $0.needsModel && arguments.sections.contains($0) }
            .map(\.rawValue).joined(separator: ", ")
    }

    /// Writes normal pictures.
    static func trainingPictures(count: Int, to folder: Folder) throws -> [RawPath] {
        let pictures = MadePictures.samples(.train, count: count).enumerated().map {
            MadePictures.picture($1, side: side, seed: 1000 + UInt64($0))
        }
        return try MadePictures.write(pictures, count: count, as: .png, to: folder)
    }

    private static func large(
        of sources: [PixelImage],
        count: Int,
        in temporary: Folder
    ) throws -> [BenchImages] {
        let pictures = sources.enumerated().map {
            MadePictures.picture($1, side: largeSide, seed: UInt64($0))
        }
        return try [ImageFormat.png, .jpeg].map { format in
            let name = format == .png ? "png" : "jpeg"
            return try BenchImages(
                "\(name.uppercased())s of \(largeSide) x \(largeSide)",
                MadePictures.write(
                    pictures,
                    count: count,
                    as: format,
                    to: temporary.folder("large-\(name)")
                )
            )
        }
    }

    /// A few images that large and small ones are made of.
    ///
    /// Normal ones to train on where they are given, since in what people scan nearly all is normal; else those of the
    /// images that the model finds most normal, and the oddest.
    static func sources(
        _ arguments: BenchArguments,
        images: BenchImages,
        loaded: LoadedModel?
    ) throws -> [PixelImage] {
        func decode(_ files: [BenchImages.File]) throws -> [PixelImage] {
            try files.map { try ImageReader.decode($0.bytes, minimumPixels: side * side).image }
        }
        if let folder = arguments.train {
            return try decode(BenchImages(folder: folder, limit: different).files)
        }
        guard let loaded else { return try decode(Array(images.files.prefix(different))) }
        let scored = try images.files.enumerated().map { place, file in
            (place: place, score: loaded.model.assess(try loaded.input(file)).score)
        }
        let sorted = scored.sorted { ($0.score, $0.place) < ($1.score, $1.place) }
        let chosen = sorted.prefix(different - 1) + sorted.dropFirst(different - 1).suffix(1)
        return try decode(chosen.map { images.files[$0.place] })
    }
}
