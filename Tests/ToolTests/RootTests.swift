import Foundation
import TestSupport
import Testing

extension ToolTests {
    /// Several roots: no file is an input twice.
    @Suite struct RootTests {
        @Test(
            arguments: [
                (["in", "in"], "in is given twice"),
                (["in/000.png", "in/000.png"], "in/000.png is given twice"),
                (["in", "./in/"], "./in/ would be read twice, being also in in"),
                (["in", "link"], "link would be read twice, being also in in"),
                (["in", "other", "in/deep"], "in/deep would be read twice, being also in in"),
                (["in/deep", "in"], "in/deep would be read twice, being also in in"),
                (["in", "in/deep/000.png"], "in/deep/000.png would be read twice"),
            ] as [([String], String)]
        )
        func refusesWhatWouldBeReadTwice(roots: [String], reason: String) async throws {
            try await withTemporaryFolder { folder in
                let model = try await SmallModel.write(to: folder)
                for path in ["in", "in/deep", "other"] {
                    try Samples.copyNormal(2, to: path, of: folder)
                }
                try folder.link("link", to: "in")
                let before = try folder.contents()
                let outcome = try await residua(
                    ["scan"] + roots + ["--model", model, "--report", "out"],
                    in: folder
                )
                #expect(outcome.status == 2)
                #expect(outcome.errorLines.count == 1)
                #expect(outcome.error.hasPrefix("residua: \(reason)"), "\(outcome.error)")
                #expect(try folder.contents() == before)
            }
        }

        @Test func takesRootsThatShareNothing() async throws {
            try await withTemporaryFolder { folder in
                let model = try await SmallModel.write(to: folder)
                for path in ["in", "in-2", "in/.hidden"] {
                    try Samples.copyNormal(2, to: path, of: folder)
                }
                try folder.write(folder.bytes("in/000.png"), to: "in/raw.data")
                let outcome = try await residua(
                    [
                        "scan", "in", "in-2", "in/.hidden", "in/raw.data", "--model", model,
                        "--report", "out",
                    ],
                    in: folder
                )
                #expect(outcome.status == 0, "\(outcome.error)")
                #expect(try ReportFiles("out", in: folder).records.count == 7)
            }
        }

        @Test(
            "what an outer root passes by may be a root of its own",
            arguments: [
                ("exclude: [\"deep/\"]", true), ("recursive: false", true),
                ("exclude: [\"deeper/\"]", false), ("include: [\"*.png\"]", false),
            ]
        )
        func goesByWhatTheWalkTakes(key: String, isRight: Bool) async throws {
            try await withTemporaryFolder { folder in
                _ = try await SmallModel.write(to: folder)
                for path in ["in", "in/deep"] { try Samples.copyNormal(2, to: path, of: folder) }
                try folder.write(
                    """
                    version: 1
                    model: parts.residua
                    ingest: {roots: [in, in/deep], settle: 0s, \(key)}
                    report: {folder: out}
                    """,
                    to: "p.yaml"
                )
                let outcome = try await residua(["run", "p.yaml"], in: folder)
                #expect(outcome.status == (isRight ? 0 : 2), "\(outcome.error)")
                if isRight {
                    #expect(try ReportFiles("out", in: folder).records.count == 4)
                } else {
                    #expect(outcome.error.contains("in/deep would be read twice"))
                }
            }
        }
    }
}
