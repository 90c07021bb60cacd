import Foundation
import TestSupport
import Testing

extension ToolTests {
    /// What is on the disk when, and where anything is written at all.
    @Suite(.enabled("needs Linux and a C compiler") { SystemCalls.areSeen })
    struct DurabilityTests {
        /// The summary gets its name when all else is on the disk, and so does the ledger its rows.
        @Test(arguments: [false, true])
        func everyOutputIsOnTheDiskBeforeWhatSpeaksOfIt(remembers: Bool) async throws {
            try await withTemporaryFolder { folder in
                let system = try await SystemCalls(in: folder)
                let model = try await SmallModel.write(to: folder)
                var arguments = [
                    "scan", Samples.test, "--model", model, "--report", folder.path("out"),
                ]
                if remembers { arguments += ["--ledger", folder.path("ledger")] }
                // The second run takes over an older report.
                for _ in 0..<2 {
                    let (outcome, calls) = try await system.run(arguments)
                    #expect(outcome.status == 0, "\(outcome.error)")
                    let report = try ReportFiles("out", in: folder)
                    let flagged = report.records("flagged").count
                    try #require(flagged > 0)
                    let renamed = calls.filter { $0.name == "rename" }
                    let names = renamed.compactMap(\.target)
                    let pictured = names.filter { $0.contains("/out/flagged/") }
                    if !remembers || report.fresh == 16 { #expect(pictured.count > 3 * flagged) }
                    #expect(names.last == folder.path("out/run.json"))
                    // Those are synced together, every other file by itself.
                    Self.expectSynced(
                        renamed.filter { !($0.target ?? "").contains("/out/flagged/") },
                        in: calls
                    )
                    let end = try #require(calls.lastIndex { $0.target == names.last })
                    Self.expectSyncedTogether(in: calls[..<end])
                    let rows = calls.indices.filter {
                        calls[$0].name == "write" && calls[$0].path.hasSuffix("/ledger-wal")
                    }
                    #expect(rows.isEmpty == !remembers)
                    for row in rows { Self.expectSyncedTogether(in: calls[..<row]) }
                    let last = calls[..<end].last { $0.path == folder.path("out/images.jsonl") }
                    #expect(last?.name == "sync")
                    #expect(calls[end...].contains(.init(name: "sync", path: folder.path("out"))))
                }
            }
        }

        /// No flagged image's file got its bytes or its name after the last time that all files were synced.
        private static func expectSyncedTogether(in calls: ArraySlice<SystemCalls.Call>) {
            let waiting = calls.lastIndex { call in
                (call.target ?? call.path).contains("/out/flagged/")
                    && ["write", "rename"].contains(call.name)
            }
            guard let waiting else { return }
            #expect(calls[waiting...].contains { $0.name == "syncfs" }, "\(calls[waiting])")
        }

        @Test func modelsAndExplanationsAreSyncedAndThenRenamed() async throws {
            try await withTemporaryFolder { folder in
                let system = try await SystemCalls(in: folder)
                let configuration = try folder.write(SmallModel.configuration, to: "small.json")
                let model = folder.path("model")
                for arguments in [
                    ["train", Samples.normal, "--model", model, "--configuration", configuration],
                    ["explain", Samples.defective, "--model", model, "--out", folder.path("why")],
                ] {
                    let (outcome, calls) = try await system.run(arguments)
                    #expect(outcome.status == 0, "\(outcome.error)")
                    let renamed = calls.filter { $0.name == "rename" }
                    #expect(!renamed.isEmpty)
                    Self.expectSynced(renamed, in: calls)
                }
            }
        }

        /// Each file was synced after the last byte was written to it, and its folder after it got its name.
        private static func expectSynced(
            _ renamed: [SystemCalls.Call],
            in calls: [SystemCalls.Call]
        ) {
            for rename in renamed {
                guard let place = calls.firstIndex(of: rename), let target = rename.target else {
                    continue
                }
                let before = calls[..<place].filter { $0.path == rename.path }
                #expect(before.last?.name == "sync", "\(rename): \(before)")
                let parent = URL(filePath: target).deletingLastPathComponent()
                    .path(percentEncoded: false).dropLast()
                #expect(
                    calls[place...].contains { $0.name == "sync" && $0.path == parent },
                    "\(rename): \(parent)"
                )
            }
        }

        @Test(arguments: ["/out/images.jsonl", "/out/flagged/", "/out/.residua-tmp-"])
        func aDiskThatStoresNothingEndsTheRun(path: String) async throws {
            try await withTemporaryFolder { folder in
                let system = try await SystemCalls(in: folder)
                let model = try await SmallModel.write(to: folder)
                let arguments = [
                    "scan", Samples.test, "--model", model, "--report", folder.path("out"),
                    "--fail-on-flagged",
                ]
                let (outcome, _) = try await system.run(arguments, failing: path)
                #expect(outcome.status == 2)
                #expect(outcome.errorLines.last?.hasPrefix("residua: report: can't sync ") == true)
                #expect(outcome.errorLines.last?.hasSuffix("Input/output error") == true)
                #expect(!folder.contains("out/run.json"))
                let names = try folder.contents()
                #expect(!names.contains { $0.contains(".residua-tmp-") })
            }
        }

        /// Neither beside the inputs nor in the home, the temporary or the working folder.
        @Test func nothingIsWrittenElsewhere() async throws {
            try await withTemporaryFolder { folder in
                let system = try await SystemCalls(in: folder)
                let configuration = try folder.write(SmallModel.configuration, to: "small.json")
                let allowed = try folder.makeFolder("places")
                for name in ["home", "tmp", "work"] {
                    try folder.write("mine", to: "\(name)/mine.txt")
                }
                try Samples.copyNormal(12, to: "set/train/good", of: folder)
                try Samples.copyNormal(3, to: "set/test/good", of: folder)
                try folder.write(
                    Data(contentsOf: URL(filePath: Samples.defective)),
                    to: "set/test/hole/000.png"
                )
                try folder.write("no image", to: "set/test/hole/001.png")
                try folder.write(
                    """
                    version: 1
                    model: \(allowed)/model
                    ingest: {roots: [test], settle: 0s}
                    report: {folder: \(allowed)/run}
                    ledger: \(allowed)/ledger
                    run: {log-file: \(allowed)/log}
                    """,
                    to: "set/p.yaml"
                )
                let set = folder.path("set")
                let model = "\(allowed)/model"
                let before = try Self.snapshot(of: folder)
                for arguments in [
                    ["train", "\(set)/train", "--model", model, "--configuration", configuration],
                    ["scan", "\(set)/test", "--model", model, "--report", "\(allowed)/report"],
                    ["run", "\(set)/p.yaml"], ["run", "\(set)/p.yaml"],
                    ["evaluate", set, "--model", model, "--report", "\(allowed)/measured"],
                    ["explain", "\(set)/test", "--model", model, "--out", "\(allowed)/why"],
                    ["inspect", model, "--out", "\(allowed)/atoms"],
                    ["inspect", model], ["run", "\(set)/p.yaml", "--check"],
                    ["ledger", "list", "\(allowed)/ledger"],
                ] {
                    let (outcome, calls) = try await system.run(
                        arguments,
                        at: folder.path("work"),
                        environment: [
                            "HOME": folder.path("home"), "TMPDIR": folder.path("tmp"),
                            "XDG_CACHE_HOME": folder.path("home"),
                            "SQLITE_TMPDIR": folder.path("tmp"),
                        ]
                    )
                    #expect([0, 3].contains(outcome.status), "\(outcome.error)")
                    let strays = calls.filter { call in
                        ["open", "mkdir", "rename"].contains(call.name)
                            && ![allowed + "/", "/dev/", "/proc/self/"]
                                .contains { (call.target ?? call.path).hasPrefix($0) }
                    }
                    #expect(strays.isEmpty, "\(arguments[0])")
                }
                let after = try Self.snapshot(of: folder)
                #expect(after == before)
                #expect(folder.contains("places/run/run.json"))
                #expect(folder.contains("places/report/run.json"))
            }
        }

        /// The files outside of the places that are written, each with its size and the time of its last change.
        private static func snapshot(of folder: TemporaryFolder) throws -> [String] {
            try folder.contents()
                .filter { !$0.hasPrefix("places/") && !$0.hasPrefix("calls.") }
                .map { path in
                    let attributes = try FileManager.default
                        .attributesOfItem(atPath: folder.path(path))
                    let date = attributes[.modificationDate] as? Date
                    return "\(path) \(attributes[.size] ?? 0) "
                        + "\(path == "places" ? 0 : date?.timeIntervalSince1970 ?? 0)"
                }
        }
    }
}
