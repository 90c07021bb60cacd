import ArgumentParser
import Foundation
import ImageCodec
import SampleImages

/// Writes the sample images.
struct SamplesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "samples",
        abstract: "Generate sample images: good and defective, with masks."
    )

    @Argument(help: "The folder to write to; files of the same names are replaced.")
    var folder: String

    @Option(help: "Another seed gives other images of the same kinds.")
    var seed: UInt64 = 0

    @Flag(name: .shortAndLong, help: "Print nothing.")
    var quiet = false

    func run() async throws {
        let (folder, seed) = (folder, seed)
        let count = try await Interruption.guarding {
            try await withThrowingTaskGroup(of: Int.self) { group in
                for set in SampleSet.all {
                    group.addTask { try Self.write(set, to: folder, seed: seed) }
                }
                return try await group.reduce(0, +)
            }
        }
        Terminal(isQuiet: quiet, format: .text).summary("wrote \(count) files to \(folder)")
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
