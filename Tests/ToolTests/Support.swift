import Foundation
import TestSupport
import Testing

/// Tests that drive the built program; one at a time, since each of them takes all processors.
@Suite(.serialized) enum ToolTests {}

/// Runs `residua` to its end.
func residua(
    _ arguments: [String],
    in folder: TemporaryFolder? = nil,
    interruption: ToolRun.Interruption? = nil
) async throws -> ToolRun.Outcome {
    try await ToolRun(arguments, in: folder, interruption: interruption).run()
}

/// Runs `residua` where no file can grow beyond so many blocks, as on a disk that is full.
func residua(_ arguments: [String], fileBlocks: Int) async throws -> ToolRun.Outcome {
    let script = "trap '' XFSZ; ulimit -f \(fileBlocks); exec \"$0\" \"$@\""
    let program = try BuiltTool.path()
    return try await ToolRun(["-c", script, program] + arguments, program: "/bin/sh").run()
}

extension ToolRun.Outcome {
    /// The lines on standard error.
    var errorLines: [Substring] { error.split(separator: "\n") }
    /// The lines on standard output.
    var outputLines: [Substring] { output.split(separator: "\n") }
}

/// The repository that the tests are in.
enum Repository {
    static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static func path(_ relativePath: String) -> String {
        root.appending(path: relativePath).path(percentEncoded: false)
    }
}

/// A set of the sample images.
enum Samples {
    static let dataset = Repository.path("sample-data/brushed-metal")
    static let normal = dataset + "/train/good"
    static let test = dataset + "/test"
    /// An image that any model of the set flags.
    static let defective = test + "/missing-hole/000.png"

    /// Copies the first of the normal images into a folder, as 000.png and so on.
    static func copyNormal(_ count: Int, to folder: String, of parent: TemporaryFolder) throws {
        for name in (0..<count).map({ String(format: "%03d.png", $0) }) {
            let bytes = try Data(contentsOf: URL(filePath: "\(normal)/\(name)"))
            try parent.write(bytes, to: "\(folder)/\(name)")
        }
    }

    /// The first half of an image file.
    static func halfAnImage() throws -> Data {
        let bytes = try Data(contentsOf: URL(filePath: normal + "/000.png"))
        return bytes.prefix(bytes.count / 2)
    }
}

/// A model that takes half a second to learn: learned once, for all tests.
enum SmallModel {
    static let configuration = """
        {
          "positions": 256,
          "fusion": {"topShare": 0.03},
          "regularization": {"shrinkage": 0.1, "reach": 1, "floor": 0.001},
          "encoders": [
            {"name": "structure", "pixels": 4096, "layers": [
              {"window": 7, "stride": 2, "pooling": 2, "contrast": 0.001,
               "components": 16, "whiteningEpsilon": 0.001,
               "atoms": 16, "signed": true, "sparsityPenalty": 0.5},
              {"window": 3, "stride": 1, "pooling": 1, "contrast": 0.01,
               "components": 24, "whiteningEpsilon": 0.001,
               "atoms": 32, "signed": true, "sparsityPenalty": 0.5}]},
            {"name": "contrast", "pixels": 4096, "imageNormalization": 0.02, "layers": [
              {"window": 7, "stride": 2, "pooling": 2,
               "components": 16, "whiteningEpsilon": 0.01,
               "atoms": 16, "signed": true, "sparsityPenalty": 1}]}],
          "detectors": [
            {"encoder": "structure", "layer": 2, "window": 5,
             "method": {"positionalGaussian": {"dimension": 16}}},
            {"encoder": "contrast", "layer": 1, "window": 5,
             "method": {"exemplars": {"dimension": 16, "count": 64}}}]
        }
        """

    private static let learned = Task {
        try await withTemporaryFolder { folder in
            let outcome = try await learn(in: folder, "--jobs", "2")
            try #require(outcome.status == 0, "\(outcome.error)")
            return try folder.bytes("model")
        }
    }

    /// The bytes of the model file.
    static var bytes: [UInt8] {
        get async throws { try await learned.value }
    }

    /// Puts the model into a folder and returns its path.
    static func write(to folder: TemporaryFolder) async throws -> String {
        try folder.write(try await bytes, to: "parts.residua")
    }

    /// Learns a model of the small configuration into the file `model`.
    static func learn(
        from images: String = Samples.normal,
        in folder: TemporaryFolder,
        _ options: String...
    ) async throws -> ToolRun.Outcome {
        let file = try folder.write(configuration, to: "small.json")
        return try await residua(
            ["train", images, "--model", "model", "--configuration", file] + options,
            in: folder
        )
    }
}

/// What a run left in its report folder.
struct ReportFiles {
    let lines: [UInt8]
    let records: [JSONValue]
    let summary: JSONValue?
    /// The files below `flagged/` by their paths there.
    let flagged: [String: [UInt8]]

    /// Reads a report.
    ///
    /// - Parameters:
    ///   - name: The report folder.
    ///   - folder: The folder that it is in.
    ///   - isKilled: Whether the run was killed: the system then ends a write between two pages, so that the last line may
    ///     have no end, and it does not count.
    /// - Throws: When a file can't be read or is not JSON.
    init(_ name: String, in folder: TemporaryFolder, isKilled: Bool = false) throws {
        var lines = try folder.bytes("\(name)/images.jsonl")
        if isKilled {
            let end = lines.lastIndex(of: UInt8(ascii: "\n")) ?? -1
            lines.removeSubrange((end + 1)...)
        }
        self.lines = lines
        records = try lines.split(separator: UInt8(ascii: "\n")).map { try JSONValue(parsing: $0) }
        summary =
            folder.contains("\(name)/run.json")
            ? try JSONValue(parsing: folder.bytes("\(name)/run.json")) : nil
        flagged = try Self.flagged(name, in: folder)
    }

    /// The files below `flagged/` by their paths there, also where there are no lines.
    static func flagged(_ name: String, in folder: TemporaryFolder) throws -> [String: [UInt8]] {
        var flagged: [String: [UInt8]] = [:]
        let prefix = "\(name)/flagged/"
        for path in try folder.contents() where path.hasPrefix(prefix) {
            let isFolder = try URL(filePath: folder.path(path))
                .resourceValues(forKeys: [.isDirectoryKey]).isDirectory
            if isFolder == true { continue }
            flagged[String(path.dropFirst(prefix.count))] = try folder.bytes(path)
        }
        return flagged
    }

    /// The records' paths.
    var paths: [String] { records.compactMap { $0["path"]?.string } }

    func records(_ status: String) -> [JSONValue] {
        records.filter { $0["status"]?.string == status }
    }

    /// The record of an input.
    func record(_ path: String) -> JSONValue? {
        records.first { $0["path"]?.string == path }
    }

    /// Whether each line is whole and the summary counts the records that are there.
    var isConsistent: Bool {
        let counts = summary?["counts"]
        return (lines.isEmpty || lines.last == UInt8(ascii: "\n"))
            && counts?["images"]?.number == Double(records.count)
            && ["ok", "flagged", "failed"].allSatisfy {
                counts?[$0]?.number == Double(records($0).count)
            }
    }
}
