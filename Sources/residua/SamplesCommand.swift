import ArgumentParser
import Foundation
import ImageCodec
import Pipeline
import SampleImages
import SyntheticDefects

/// Writes the sample images, or synthetic defects on a user's own images.
struct SamplesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "samples",
        abstract: "Generate sample images: good and defective, with masks.",
        discussion: """
            With --defects-on, paints defects into the normal images of a folder instead, to show what \
            kinds of defects a model practises on (at other places): defective images, masks, contact-sheet.png with a row for each kind \
            (normal, defective, mask), and defects.json.
            """
    )

    @Argument(
        help: "The folder to write to; files of the same names are replaced.",
        completion: .directory
    )
    var folder: String

    @Option(help: "Another seed gives other images of the same kinds.")
    var seed: UInt64 = 0

    @Flag(name: .shortAndLong, help: "Print nothing but failures.")
    var quiet = false

    @Option(
        help: ArgumentHelp(
            "Paint defects into the normal images of this folder.",
            valueName: "folder"
        ),
        completion: .file()
    )
    var defectsOn: String?

    @Option(help: "With --defects-on: the most images taken. (default: all)")
    var count: Int?

    @Option(
        help: ArgumentHelp(
            "With --defects-on: a kind of defect, can be repeated; all when not given. One of "
                + "\(DefectKind.allCases.map(\.rawValue).joined(separator: ", ")).",
            valueName: "kind"
        ),
        transform: { text in
            guard let kind = DefectKind(rawValue: text) else {
                throw ValidationError("no such kind of defect: \(text)")
            }
            return kind
        }
    )
    var kind: [DefectKind] = []

    @OptionGroup(title: "Options with --defects-on") var ingest: IngestArguments

    func validate() throws {
        if let count, count < 1 {
            throw ValidationError("--count must be at least 1, found \(count)")
        }
        if defectsOn == nil, count != nil || !kind.isEmpty {
            throw ValidationError("--count and --kind need --defects-on")
        }
    }

    func run() async throws {
        let terminal = Terminal(isQuiet: quiet, format: .text)
        if let defectsOn { return try await paintDefects(on: defectsOn, terminal: terminal) }
        let (folder, seed) = (folder, seed)
        let count = try await Interruption.guarding {
            try await withThrowingTaskGroup(of: Int.self) { group in
                for set in SampleSet.all {
                    group.addTask { try Self.write(set, to: folder, seed: seed) }
                }
                return try await group.reduce(0, +)
            }
        }
        terminal.summary("wrote \(count) files to \(folder)")
    }

    private func paintDefects(on normal: String, terminal: Terminal) async throws {
        var declared = DefectConfiguration()
        if !kind.isEmpty { declared.kinds = DefectKind.allCases.filter(kind.contains) }
        let gallery = DefectGallery(
            options: DefectGalleryOptions(
                ingest: try ingest.options(roots: [normal]),
                folder: folder,
                configuration: declared,
                limit: count,
                seed: seed,
                jobs: ProcessInfo.processInfo.activeProcessorCount
            )
        ) { event in
            switch event {
            case .done(let done): terminal.progress("\(done) images")
            case .skipped(let failure): terminal.show(failure)
            }
        }
        let record = try await Interruption.guarding { try await gallery.run() }
        terminal.clearProgress()
        terminal.summary(
            "painted \(record.pictures.count) images, \(record.failures.count) failed; "
                + "see \(folder)"
        )
        throw record.failures.isEmpty ? ExitStatus.done : ExitStatus.inputsFailed
    }

    private static func write(_ set: SampleSet, to folder: String, seed: UInt64) throws -> Int {
        var count = 0
        for file in set.files(seed: seed) {
            try Task.checkCancellation()
            let bytes =
                switch file.format {
                case .png: try ImageWriter.png(file.image, compression: 9)
                case .jpeg(let quality): try ImageWriter.jpeg(file.image, quality: quality)
                }
            let url = URL(fileURLWithPath: folder).appendingPathComponent(file.path)
            do {
                try FileManager.default.createDirectory(
                    at: url.deletingLastPathComponent(),
                    withIntermediateDirectories: true
                )
                try Data(bytes).write(to: url, options: .atomic)
            } catch {
                throw SamplesError(path: url.path, reason: error.localizedDescription)
            }
            count += 1
        }
        return count
    }
}

/// A sample image could not be written.
struct SamplesError: Error, CustomStringConvertible {
    let path: String
    let reason: String

    var description: String { "can't write \(path): \(reason)" }
}
