import Foundation
import TestSupport
import Testing

extension ToolTests {
    /// What a scan with a ledger looks at again and what it passes by.
    @Suite struct OnlyNewTests {
        @Test func looksOnlyAtWhatHasChanged() async throws {
            try await withTemporaryFolder { folder in
                let site = try await Site(folder, inputs: 60)
                let first = try await site.report().files
                #expect(first.fresh == 60)
                #expect(first.isSame(as: try await site.undisturbed()))
                let second = try await site.report()
                #expect(second.files.fresh == 0)
                #expect(second.files.isSame(as: first))
                // Only what this run failed at counts for its status.
                #expect(second.outcome.status == 0)

                // Touched: the same bytes at another time.
                let good = first.records("ok").compactMap { $0["path"]?.string }
                let past = Date(timeIntervalSince1970: 1_000_000)
                for path in [good[0], try #require(first.records("flagged")[0]["path"]?.string)] {
                    try FileManager.default.setAttributes(
                        [.modificationDate: past],
                        ofItemAtPath: folder.path("in/\(path)")
                    )
                }
                let touched = try await site.report().files
                #expect(touched.fresh == 0)
                #expect(touched.isSame(as: first))

                // Moved, changed, gone and new ones.
                let manager = FileManager.default
                try manager.moveItem(
                    atPath: folder.path("in/\(good[1])"),
                    toPath: folder.path("in/moved.png")
                )
                try folder.write(
                    try Data(contentsOf: URL(filePath: Samples.defective)),
                    to: "in/\(good[2])"
                )
                try manager.removeItem(atPath: folder.path("in/\(good[3])"))
                let flagged = try #require(first.records("flagged")[1]["path"]?.string)
                try manager.removeItem(atPath: folder.path("in/\(flagged)"))
                try folder.write(
                    try Data(contentsOf: URL(filePath: Samples.normal + "/005.png")),
                    to: "in/new.png"
                )
                let changed = try await site.report().files
                #expect(changed.fresh == 2)
                #expect(changed.record("moved.png")?["status"]?.string == "ok")
                #expect(changed.record(good[2])?["status"]?.string == "flagged")
                for path in [good[1], good[3], flagged] { #expect(changed.record(path) == nil) }
                #expect(changed.isConsistent)
                #expect(changed.isSame(as: try await site.undisturbed()))
            }
        }

        @Test func looksAgainWithAnotherModel() async throws {
            try await withTemporaryFolder { folder in
                let site = try await Site(folder, inputs: 40)
                let first = try await site.report().files
                let learned = try await SmallModel.learn(in: folder, "--seed", "7")
                try #require(learned.status == 0, "\(learned.error)")
                try folder.write(try folder.bytes("model"), to: "parts.residua")
                let second = try await site.report().files
                #expect(second.fresh == 40)
                #expect(second.lines != first.lines)
                #expect(second.isSame(as: try await site.undisturbed()))
                #expect(try await site.report().files.fresh == 0)
                // Settings that decide records count like the model.
                let lax = try await site.report("out", "--false-alarm-rate", "0.5").files
                #expect(lax.fresh == 40)
            }
        }

        @Test func triesFailuresAgainWhereThatMayHelp() async throws {
            try await withTemporaryFolder { folder in
                let site = try await Site(folder, inputs: 40)
                let first = try await site.report().files
                let failed = first.records("failed").count
                try #require(failed > 0)
                // What could not be read says nothing of the content, so it is tried each time.
                try #require(mkfifo(folder.path("in/pipe.png"), 0o600) == 0)
                let second = try await site.report()
                #expect(second.files.fresh == 1)
                #expect(second.outcome.status == 3)
                #expect(second.files.records("failed").count == failed + 1)
                let third = try await site.report("out", "--retry-failed")
                #expect(third.files.fresh == failed + 1)
                #expect(third.files.isSame(as: second.files))
                #expect(third.outcome.status == 3)
            }
        }

        @Test(arguments: [
            "flagged", "flagged/*", "flagged/*/report.json", "flagged/*/thumbnail.jpg",
        ])
        func makesRemovedFoldersAnew(pattern: String) async throws {
            try await withTemporaryFolder { folder in
                let site = try await Site(folder, inputs: 100)
                let first = try await site.report().files
                let ids = first.records("flagged").compactMap { $0["id"]?.string }
                try #require(ids.count > 1)
                let path = "out/\(pattern.replacing("*", with: ids[1]))"
                try FileManager.default.removeItem(atPath: folder.path(path))
                let second = try await site.report().files
                // Pictures that are drawn again are no news.
                #expect(second.fresh == 0)
                #expect(second.isSame(as: first))
            }
        }

        @Test func leavesYoungFilesForTheNextRun() async throws {
            try await withTemporaryFolder { folder in
                let site = try await Site(folder, inputs: 20)
                let now = Date()
                let ages: [TimeInterval] = [3600, 601, 5, 0, -5, -3600]
                var paths: [String] = []
                for (number, age) in ages.enumerated() {
                    let path = String(format: "line-0/part-%03d.png", number)
                    paths.append(path)
                    try FileManager.default.setAttributes(
                        [.modificationDate: now.addingTimeInterval(-age)],
                        ofItemAtPath: folder.path("in/\(path)")
                    )
                }
                for number in ages.count..<20 {
                    try FileManager.default.setAttributes(
                        [.modificationDate: now.addingTimeInterval(-7200)],
                        ofItemAtPath: folder.path(
                            "in/line-0/part-\(String(format: "%03d", number)).png"
                        )
                    )
                }
                let outcome = try await site.report("out", "--settle", "600")
                // A file from far in the future comes from another clock: it can't be waited for.
                #expect(outcome.files.deferred == 3)
                #expect(outcome.files.records.count == 17)
                for path in paths[2...4] { #expect(outcome.files.record(path) == nil) }
                for path in paths[0...1] + [paths[5]] {
                    #expect(outcome.files.record(path) != nil)
                }
                #expect(outcome.outcome.output.contains("3 still being written"))
                let later = try await site.report("out", "--settle", "0").files
                #expect(later.fresh == 3)
                #expect(later.deferred == 0)
                #expect(later.isSame(as: try await site.undisturbed()))
            }
        }

        // MARK: A pipeline file whose report has new inputs alone

        private func declare(_ folder: TemporaryFolder, ingest: String = "") throws -> String {
            try folder.write(
                """
                version: 1
                model: parts.residua
                ingest:
                  roots: [in]
                  settle: 0s
                \(ingest)
                report:
                  folder: out
                  records: new
                ledger: ledger.sqlite
                run: {jobs: 1}
                """,
                to: "scan.yaml"
            )
        }

        private func run(_ file: String, in folder: TemporaryFolder) async throws -> ReportFiles {
            let outcome = try await residua(["run", file])
            try #require([0, 3].contains(outcome.status), "\(outcome.error)")
            return try ReportFiles("out", in: folder)
        }

        @Test func listsOnlyWhatIsNew() async throws {
            try await withTemporaryFolder { folder in
                let site = try await Site(folder, inputs: 40)
                let file = try declare(folder)
                let first = try await run(file, in: folder)
                #expect(first.records.count == 40)
                let defective = try Data(contentsOf: URL(filePath: Samples.defective))
                // More than one, as the folder of what was flagged before goes with the next report.
                for turn in 0..<3 {
                    let empty = try await run(file, in: folder)
                    #expect(empty.records.isEmpty && empty.flagged.isEmpty)
                    #expect(empty.fresh == 0)
                    #expect(empty.isConsistent)
                    try folder.write(defective, to: "in/new-\(turn).png")
                    let next = try await run(file, in: folder)
                    #expect(next.paths == ["new-\(turn).png"])
                    #expect(next.fresh == 1)
                    let folders = Set(next.flagged.keys.map { $0.prefix { $0 != "/" } })
                    #expect(folders.count == 1 && next.flagged.count > 1)
                }
                // A change of the report's kind brings back all, with their folders.
                let whole = try await site.report(ledger: "ledger.sqlite").files
                #expect(whole.isSame(as: try await site.undisturbed()))
            }
        }

        @Test(arguments: [SIGKILL, SIGTERM])
        func listsWhatAnEndedRunHadFound(signal: Int32) async throws {
            try await withTemporaryFolder { folder in
                let site = try await Site(folder, inputs: 200)
                let file = try declare(folder)
                let wanted = try await site.undisturbed()
                for lines in [70, 140] {
                    let tool = try StartedTool(["run", file], in: folder)
                    try await tool.wait { site.lines() >= lines }
                    tool.send(signal)
                    let ending = try await tool.wait().ending
                    #expect(ending == (signal == SIGKILL ? .signal(signal) : .status(143)))
                }
                // Nobody has read of what those runs found.
                let last = try await run(file, in: folder)
                #expect(last.isSame(as: wanted))
                #expect(last.fresh ?? 200 <= 200 - 64)
                #expect(try await run(file, in: folder).records.isEmpty)
            }
        }
    }
}
