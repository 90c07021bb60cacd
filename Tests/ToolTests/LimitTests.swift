import Foundation
import TestSupport
import Testing

extension ToolTests {
    /// Limits that a user sets: what is beyond them fails with its reason, and the run goes on.
    @Suite struct LimitTests {
        /// Each limit as an option and as a key of a pipeline file, and what an input beyond it fails with.
        struct Limit: CustomTestStringConvertible {
            let option: [String]
            let key: String
            let code: String
            let stage: String

            var testDescription: String { key }
        }

        private static let limits = [
            Limit(
                option: ["--maximum-bytes", "500"],
                key: "bytes: 500",
                code: "too-large",
                stage: "read"
            ),
            Limit(
                option: ["--maximum-pixels", "500"],
                key: "pixels: 500",
                code: "too-many-pixels",
                stage: "decode"
            ),
            Limit(
                option: ["--maximum-side", "20"],
                key: "side: 20",
                code: "side-too-long",
                stage: "decode"
            ),
            Limit(
                option: ["--maximum-scans", "2"],
                key: "scans: 2",
                code: "too-many-scans",
                stage: "decode"
            ),
        ]

        /// One small image, and one that is beyond each limit.
        private static func write(to folder: TemporaryFolder) throws {
            try folder.write(
                OddImages.grey(16, 16, levels: [UInt8](repeating: 9, count: 256)),
                to: "in/small.png"
            )
            try folder.write(
                Data(
                    contentsOf: URL(
                        filePath: Repository.path(
                            "Tests/ImageCodecTests/Golden/ycc-420-progressive.jpg"
                        )
                    )
                ),
                to: "in/large.jpg"
            )
        }

        @Test(arguments: limits)
        func whatIsBeyondALimitFailsAlone(limit: Limit) async throws {
            try await withTemporaryFolder { folder in
                let model = try await SmallModel.write(to: folder)
                try Self.write(to: folder)
                try folder.write(
                    """
                    version: 1
                    model: parts.residua
                    ingest: {roots: [in], settle: 0s, limits: {\(limit.key)}}
                    report: {folder: declared}
                    """,
                    to: "p.yaml"
                )
                let scan = ["scan", "in", "--model", model, "--report"]
                let runs = [
                    ("scanned", scan + ["scanned"] + limit.option),
                    ("declared", ["run", "p.yaml"]),
                ]
                for (report, arguments) in runs {
                    let outcome = try await residua(arguments, in: folder)
                    #expect(outcome.status == 3, "\(outcome.error)")
                    let files = try ReportFiles(report, in: folder)
                    let failure = files.record("large.jpg")?["failure"]
                    #expect(failure?["code"]?.string == limit.code, "\(report)")
                    #expect(failure?["stage"]?.string == limit.stage, "\(report)")
                    #expect(files.record("small.png")?["failure"] == nil)
                    #expect(files.records.count == 2)
                }
            }
        }

        @Test func whatTakesTooLongFails() async throws {
            try await withTemporaryFolder { folder in
                let model = try await SmallModel.write(to: folder)
                try Self.write(to: folder)
                let outcome = try await residua(
                    [
                        "scan", "in", "--model", model, "--report", "out", "--maximum-seconds",
                        "1e-9",
                    ],
                    in: folder
                )
                #expect(outcome.status == 3)
                let report = try ReportFiles("out", in: folder)
                #expect(report.records.count == 2)
                for record in report.records {
                    #expect(record["failure"]?["code"]?.string == "too-slow")
                }
            }
        }
    }
}
