import Foundation
import ImageCodec
import TestSupport
import Testing

/// A folder with inputs and a model: what a scheduled scan finds.
struct Site {
    let folder: TemporaryFolder
    let model: String

    /// Writes inputs and the model.
    init(_ folder: TemporaryFolder, inputs count: Int) async throws {
        self.folder = folder
        model = try await SmallModel.write(to: folder)
        for (name, bytes) in try Self.inputs(count) { try folder.write(bytes, to: "in/\(name)") }
    }

    /// Sample images, no two of the same bytes but one; defective and damaged ones among them.
    static func inputs(_ count: Int) throws -> [(name: String, bytes: [UInt8])] {
        func images(below path: String) throws -> [PixelImage] {
            try FileManager.default.subpathsOfDirectory(atPath: path).sorted()
                .filter { $0.hasSuffix(".png") && !$0.hasPrefix("good") }
                .map { name in
                    let data = try Data(contentsOf: URL(filePath: "\(path)/\(name)"))
                    return try ImageReader.decode([UInt8](data)).image
                }
        }
        let normal = try images(below: Samples.normal)
        let defective = try images(below: Samples.test)
        return try (0..<count).map { index in
            let isDefective = index % 10 == 3
            var image =
                isDefective
                ? defective[index % defective.count] : normal[index % normal.count]
            // Two pixels say which one it is.
            let isCopy = index == 41
            let number = isCopy ? 40 : index
            if isCopy { image = normal[40 % normal.count] }
            image.levels[0] = UInt8(number % 256)
            image.levels[1] = UInt8(number / 256)
            var bytes = try ImageWriter.png(image)
            switch index {
            case 50: bytes = []
            case 51: bytes = Array("no image".utf8)
            case _ where index % 25 == 7: bytes.removeLast(bytes.count / 2)
            default: break
            }
            let number3 = String(format: "%03d", index)
            return ("line-\(index / 100)/part-\(number3).png", bytes)
        }
    }

    /// The arguments of a scan that remembers.
    func scan(
        report: String = "out",
        ledger: String? = "ledger.sqlite",
        jobs: Int = 2
    ) -> [String] {
        [
            "scan", folder.path("in"), "--model", model, "--report", absolute(report),
            "--jobs", "\(jobs)",
        ]
            + (ledger.map { ["--ledger", absolute($0), "--only-new"] } ?? [])
    }

    /// Scans, and returns what is in the report then.
    func report(
        _ report: String = "out",
        ledger: String? = "ledger.sqlite",
        _ options: String...
    ) async throws -> (outcome: ToolRun.Outcome, files: ReportFiles) {
        let outcome = try await residua(scan(report: report, ledger: ledger) + options)
        try #require([0, 3].contains(outcome.status), "\(outcome.error)")
        return (outcome, try ReportFiles(report, in: folder))
    }

    /// What a scan of the inputs as they are now writes into a fresh folder.
    func undisturbed(_ name: String = "fresh") async throws -> ReportFiles {
        for path in [name, "\(name).sqlite"] where folder.contains(path) {
            try FileManager.default.removeItem(atPath: folder.path(path))
        }
        return try await report(name, ledger: "\(name).sqlite").files
    }

    /// How many whole lines the report has so far.
    func lines(of report: String = "out") -> Int {
        let bytes = FileManager.default.contents(atPath: absolute(report) + "/images.jsonl")
        return bytes?.count { $0 == UInt8(ascii: "\n") } ?? 0
    }

    /// Starts a scan one image at a time and stops it where its report has some lines.
    ///
    /// At most three inputs after the last line were read.
    func stopped(
        afterLines count: Int = 5,
        report: String = "out",
        ledger: String? = "ledger.sqlite"
    ) async throws -> StartedTool {
        let arguments = scan(report: report, ledger: ledger, jobs: 1)
        let tool = try StartedTool(arguments, in: folder)
        try await tool.wait { lines(of: report) >= count }
        try tool.pause()
        return tool
    }

    private func absolute(_ path: String) -> String {
        path.hasPrefix("/") ? path : folder.path(path)
    }
}

extension ReportFiles {
    /// How many inputs the run looked at itself.
    var fresh: Int? { summary?["fresh"]?["images"]?.number.map { Int($0) } }
    /// How many inputs were left for the next run.
    var deferred: Int? { summary?["deferred"]?.number.map { Int($0) } }

    /// Whether another report says the same, byte for byte.
    func isSame(as other: ReportFiles) -> Bool { lines == other.lines && flagged == other.flagged }
}
