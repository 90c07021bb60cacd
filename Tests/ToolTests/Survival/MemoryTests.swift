import Foundation
import ImageCodec
import TestSupport
import Testing

extension ToolTests {
    /// Memory does not grow with the folder, nor with what a file says of itself.
    @Suite struct MemoryTests {
        private static let megabyte = 1_000_000
        /// What a scan of small images may take, however many there are.
        private static let limit = 100 * megabyte

        @Test func takesNoMoreForTwentyThousandImages() async throws {
            try await withTemporaryFolder { folder in
                let site = try await Site(folder, inputs: 0)
                try folder.makeFolder("in")
                try Self.write(100, under: 200, to: "in", of: folder)
                // Learned from them, so that they are not all flagged.
                let learned = try await SmallModel.learn(
                    from: folder.path("originals"),
                    in: folder
                )
                try #require(learned.status == 0, "\(learned.error)")
                try folder.write(try folder.bytes("model"), to: "parts.residua")
                #expect(
                    try FileManager.default.contentsOfDirectory(atPath: folder.path("in")).count
                        == 20_000
                )

                // Without a ledger every one is decoded and scored.
                let plain = try await Self.scan(site, ledger: nil)
                // With one, copies are known by their digests, and then by size and time.
                let first = try await Self.scan(site, ledger: "ledger.sqlite")
                #expect((100...400).contains(first.summary["fresh"]?["images"]?.number ?? 0))
                let second = try await Self.scan(site, ledger: "ledger.sqlite")
                #expect(second.summary["fresh"]?["images"] == .number(0))
                for scan in [plain, first, second] {
                    #expect(scan.peakMemory < Self.limit, "\(scan.peakMemory)")
                    #expect(scan.summary["counts"]?["images"] == .number(20_000))
                    #expect(scan.summary["counts"]?["failed"] == .number(0))
                    #expect(scan.lines == plain.lines)
                }
                #expect(plain.lines.count { $0 == UInt8(ascii: "\n") } == 20_000)
            }
        }

        private static func scan(
            _ site: Site,
            ledger: String?
        ) async throws -> (peakMemory: Int, lines: [UInt8], summary: JSONValue) {
            let tool = try StartedTool(site.scan(ledger: ledger), in: site.folder)
            let ended = try await tool.wait()
            #expect(ended.ending == .status(0), "\(tool.error)")
            return (
                ended.peakMemory,
                try site.folder.bytes("out/images.jsonl"),
                try JSONValue(parsing: site.folder.bytes("out/run.json"))
            )
        }

        /// Writes small good images, each under many names.
        private static func write(
            _ count: Int,
            under names: Int,
            to path: String,
            of folder: TemporaryFolder
        ) throws {
            for index in 0..<count {
                let image = try OddImages.noise(16, 16, seed: UInt64(index))
                let original = try folder.write(image, to: "originals/\(index).png")
                for name in 0..<names {
                    let number = String(format: "%05d", name * count + index)
                    try #require(
                        Foundation.link(original, folder.path("\(path)/\(number).png")) == 0
                    )
                }
            }
        }

        /// Bombs, endless chunks and scans: what a file says of itself takes no memory.
        @Test func boundsWhatFilesSayOfThemselves() async throws {
            try await withTemporaryFolder { folder in
                let site = try await Site(folder, inputs: 0)
                let files = try HostileFiles.crafted()
                for (name, bytes) in files { try folder.write(bytes, to: "in/\(name)") }
                let tool = try StartedTool(site.scan(ledger: nil), in: folder)
                let ended = try await tool.wait()
                #expect(ended.ending == .status(3))
                #expect(try ReportFiles("out", in: folder).records.count == files.count)
                #expect(ended.peakMemory < Self.limit, "\(ended.peakMemory)")
            }
        }

        @Test func boundsAHugeImage() async throws {
            try await withTemporaryFolder { folder in
                let site = try await Site(folder, inputs: 4)
                try folder.write(BlackPNG.bytes(width: 30_000, height: 20_000), to: "in/huge.png")

                let refusing = try StartedTool(site.scan(ledger: nil), in: folder)
                let refused = try await refusing.wait()
                #expect(refused.ending == .status(3))
                let failure = try ReportFiles("out", in: folder).record("huge.png")?["failure"]
                #expect(failure?["stage"]?.string == "decode")
                #expect(failure?["code"]?.string == "too-many-pixels")
                #expect(refused.peakMemory < Self.limit, "\(refused.peakMemory)")

                // A byte for each of its 600 million pixels, and what any scan takes.
                let arguments = site.scan(ledger: nil) + ["--maximum-pixels", "1000000000"]
                let admitting = try StartedTool(arguments, in: folder)
                let admitted = try await admitting.wait()
                let report = try ReportFiles("out", in: folder)
                #expect(["ok", "flagged"].contains(report.record("huge.png")?["status"]?.string))
                #expect(report.record("huge.png")?["width"]?.number == 30_000)
                #expect(report.record("huge.png")?["height"]?.number == 20_000)
                #expect(admitted.peakMemory > 600 * Self.megabyte, "not decoded")
                #expect(
                    admitted.peakMemory < 600 * Self.megabyte + Self.limit,
                    "\(admitted.peakMemory)"
                )
            }
        }

        /// A model with tiles looks at a large image some rows at a time.
        @Test func boundsALargeImageInTiles() async throws {
            try await withTemporaryFolder { folder in
                let learned = try await SmallModel.learn(
                    from: Repository.path("sample-data/woven-cloth/train/good"),
                    in: folder,
                    "--tile-side",
                    "512",
                    "--effort",
                    "quick"
                )
                try #require(learned.status == 0, "\(learned.error)")
                let image = BlackPNG.bytes(width: 10_000, height: 10_000, channels: 3)
                try folder.write(image, to: "in/large.png")
                let tool = try StartedTool(
                    [
                        "scan", folder.path("in"), "--model", folder.path("model"), "--report",
                        folder.path("out"), "--jobs", "2",
                    ],
                    in: folder
                )
                let ended = try await tool.wait()
                #expect(ended.ending == .status(0), "\(tool.error)")
                let report = try ReportFiles("out", in: folder)
                let record = try #require(report.record("large.png"))
                // Flagged, so that there are pictures, which take most.
                #expect(record["status"]?.string == "flagged")
                #expect(record["width"]?.number == 10_000)
                let id = try #require(record["id"]?.string)
                #expect(report.flagged["\(id)/crop-1.png"] != nil)
                // Its pixels are 300 MB.
                #expect(ended.peakMemory < 2 * Self.limit, "\(ended.peakMemory)")
            }
        }
    }
}
