import Foundation
import TestSupport
import Testing

extension ToolTests {
    /// Scans that are ended again and again, at moments that no one chose.
    @Suite struct SurvivalTests {
        private static let ends = 10
        private static let inputs = 300

        /// What the ends of a test met with.
        private struct Tally {
            var killed = 0
            /// Ends within the walk: some inputs were in the report and some were not.
            var within = 0
            /// Runs that said that they were interrupted.
            var interrupted = 0
        }

        /// How an undisturbed scan goes.
        private struct Course {
            let report: ReportFiles
            let contents: [String]
            let duration: Double
            /// How long a scan takes that passes all inputs by.
            let idleDuration: Double
        }

        @Test(
            "A scan ended at random moments, ten times and again, leaves no trace",
            arguments: [(SIGKILL, 10), (SIGTERM, 5)]
        )
        func endsLikeAnUndisturbedScan(signal: Int32, chains: Int) async throws {
            try await withTemporaryFolder { folder in
                let site = try await Site(folder, inputs: Self.inputs)
                let course = try await Self.undisturbed(site)
                // An older report with other settings and its ledger: every second chain starts from there.
                let older = try await site.report(
                    "older",
                    ledger: "older.sqlite",
                    "--false-alarm-rate",
                    "0.5"
                )
                try #require(older.files.flagged.count > course.report.flagged.count)

                var moments = Moments(seed: UInt64(signal))
                var tally = Tally()
                var pace = 1.0
                for chain in 0..<chains {
                    let out = "out-\(chain)"
                    let isLater = chain.isMultiple(of: 2)
                    if isLater {
                        for suffix in ["", ".sqlite"] {
                            try FileManager.default.copyItem(
                                atPath: folder.path("older\(suffix)"),
                                toPath: folder.path("\(out)\(suffix)")
                            )
                        }
                    }
                    var known = 0
                    for _ in 0..<Self.ends {
                        let before = FileManager.default.contents(
                            atPath: folder.path("\(out)/run.json")
                        )
                        let left = 1 - Double(known) / Double(Self.inputs)
                        let span =
                            course.idleDuration + (course.duration - course.idleDuration) * left
                        let tool = try StartedTool(
                            site.scan(report: out, ledger: "\(out).sqlite"),
                            in: folder
                        )
                        try await Task.sleep(for: .seconds(moments.next(below: span * pace)))
                        tool.send(signal)
                        let ending = try await tool.wait().ending
                        // The machine may have more or less else to do than it had at first.
                        pace *= ending == .status(0) || ending == .status(3) ? 0.85 : 1.03
                        let lines = try await Self.check(
                            Sign(signal: signal, ending: ending, summaryBefore: before),
                            in: out,
                            of: site,
                            wanted: course.report,
                            older: isLater ? older.files : nil,
                            tally: &tally
                        )
                        known = max(known, lines)
                    }
                    try await Self.checkFlagged(
                        of: "\(out).sqlite",
                        in: site,
                        wanted: course.report
                    )

                    let last = try await site.report(out, ledger: "\(out).sqlite").files
                    #expect(last.isSame(as: course.report), "chain \(chain)")
                    #expect(last.isConsistent)
                    #expect(last.summary?["interrupted"] == .bool(false))
                    #expect(try Self.contents(of: out, in: folder) == course.contents)
                    try FileManager.default.removeItem(atPath: folder.path(out))
                }
                // The moments were spread over the work.
                let ends = chains * Self.ends
                #expect(tally.within >= ends / 4, "\(tally)")
                #expect(tally.killed + tally.interrupted >= ends / 2, "\(tally)")
                if signal == SIGTERM { #expect(tally.interrupted >= ends / 4, "\(tally)") }
            }
        }

        private static func undisturbed(_ site: Site) async throws -> Course {
            let report = try await site.undisturbed()
            let again = try await site.report("fresh", ledger: "fresh.sqlite").files
            let duration = try await time(site.scan(report: "timed", ledger: "timed.sqlite"), site)
            let idle = try await time(site.scan(report: "timed", ledger: "timed.sqlite"), site)
            try #require(report.records.count == inputs && report.isConsistent)
            try #require(report.records("flagged").count > 5)
            try #require(report.records("failed").count > 10)
            try #require(again.fresh == 0 && again.isSame(as: report))
            return Course(
                report: report,
                contents: try contents(of: "fresh", in: site.folder),
                duration: duration,
                idleDuration: idle
            )
        }

        private static func time(_ arguments: [String], _ site: Site) async throws -> Double {
            let start = ContinuousClock.now
            _ = try await StartedTool(arguments, in: site.folder).wait()
            return (ContinuousClock.now - start) / .seconds(1)
        }

        private static func contents(
            of report: String,
            in folder: TemporaryFolder
        ) throws -> [String] {
            try FileManager.default.subpathsOfDirectory(atPath: folder.path(report)).sorted()
        }

        @Test func goesOnWhenNobodyReadsItsOutput() async throws {
            try await withTemporaryFolder { folder in
                let site = try await Site(folder, inputs: 120)
                let wanted = try await site.undisturbed()
                let arguments =
                    ["-c", "\"$0\" \"$@\" | head -n 1", try BuiltTool.path()] + site.scan()
                let outcome = try await ToolRun(arguments, program: "/bin/sh").run()
                #expect(outcome.outputLines.count == 1)
                let report = try ReportFiles("out", in: folder)
                #expect(report.summary?["exit_status"] == .number(3))
                #expect(report.isSame(as: wanted))
            }
        }

        /// What is known of a run that was sent a signal, beside its report.
        private struct Sign {
            let signal: Int32
            let ending: ToolRun.Ending
            /// `run.json` before the run began.
            let summaryBefore: Data?
        }

        /// Checks what a run that was sent a signal has left.
        ///
        /// - Returns: How many lines it wrote.
        private static func check(
            _ sign: Sign,
            in out: String,
            of site: Site,
            wanted: ReportFiles,
            older: ReportFiles?,
            tally: inout Tally
        ) async throws -> Int {
            let folder = site.folder
            if sign.ending == .signal(sign.signal) { tally.killed += 1 }
            // A signal may come after the end, or before the program listens.
            let expected: [ToolRun.Ending] = [.signal(sign.signal), .status(0), .status(3)]
            let heard: [ToolRun.Ending] = sign.signal == SIGTERM ? [.status(143)] : []
            #expect((expected + heard).contains(sign.ending))

            var written = 0
            if folder.contains("\(out)/images.jsonl") {
                // Each line is JSON, or this throws.
                let isKilled = sign.ending == .signal(SIGKILL)
                let report = try ReportFiles(out, in: folder, isKilled: isKilled)
                if report.lines != older?.lines {
                    written = report.records.count
                    #expect(wanted.lines.starts(with: report.lines))
                    #expect(report.lines.isEmpty || report.lines.last == UInt8(ascii: "\n"))
                    #expect(Set(report.paths).count == report.records.count)
                    for id in report.records.compactMap({ $0["id"]?.string }) {
                        checkFolder(id, of: report.flagged, wanted: wanted)
                    }
                }
                if (1..<inputs).contains(written) { tally.within += 1 }
                let summary = FileManager.default.contents(atPath: folder.path("\(out)/run.json"))
                // Where it is still the one from before, the run has not begun.
                if summary != nil, summary != sign.summaryBefore {
                    let isInterrupted = report.summary?["interrupted"] == .bool(true)
                    // Only a run that heard of the signal may say what it left undone.
                    #expect(isInterrupted == (sign.ending == .status(143)))
                    if isInterrupted { tally.interrupted += 1 }
                    #expect(report.isConsistent)
                    #expect(isInterrupted || report.lines == wanted.lines)
                } else if summary == nil {
                    #expect(sign.ending == .signal(sign.signal))
                }
            }
            let check = try await residua(["ledger", "check", folder.path("\(out).sqlite")])
            let isNew = written == 0 && check.error.contains("there is no ledger")
            #expect(check.status == 0 || isNew, "\(check.error)")
            return written
        }

        /// Every flagged input that the ledger knows has its whole folder: the row comes last.
        private static func checkFlagged(
            of ledger: String,
            in site: Site,
            wanted: ReportFiles
        ) async throws {
            let out = String(ledger.dropLast(".sqlite".count))
            let listed = try await residua([
                "ledger", "list", site.folder.path(ledger), "--status", "flagged", "--format",
                "json",
            ])
            try #require(listed.status == 0, "\(listed.error)")
            let flagged = try ReportFiles.flagged(out, in: site.folder)
            let records = try listed.outputLines.map { try JSONValue(parsing: $0.utf8) }
            for record in records where wanted.records.contains(record) {
                let id = try #require(record["id"]?.string)
                checkFolder(id, of: flagged, wanted: wanted)
            }
        }

        private static func checkFolder(
            _ id: String,
            of flagged: [String: [UInt8]],
            wanted: ReportFiles
        ) {
            for name in ["report.json", "image.jpg", "heatmap.png", "overlay.png", "panel.png"] {
                let path = "\(id)/\(name)"
                #expect(flagged[path] != nil && flagged[path] == wanted.flagged[path], "\(path)")
            }
        }
    }
}

/// Random numbers that are the same in each run of the tests (SplitMix64).
private struct Moments {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next(below limit: Double) -> Double {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        mixed ^= mixed >> 31
        return Double(mixed >> 11) / Double(1 << 53) * limit
    }
}
