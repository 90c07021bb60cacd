import Files
import Foundation
import Reports
import TestSupport
import Testing

@Suite struct ExportTests {
    /// Writes a report of records with exports, and gives its folder.
    private func report(
        _ records: [ImageRecord],
        in folder: TemporaryFolder,
        exports: Set<ExportFormat> = []
    ) throws -> String {
        let path = folder.path("out")
        let writer = try ReportWriter(path: path, model: model)
        for record in records { try writer.append(record) }
        try writer.finish(summary(of: writer.tally), exports: exports)
        return path
    }

    private func text(_ format: ExportFormat, of path: String) throws -> String {
        var text = ""
        try ReportExport(folder: path).write(format) { text += String(decoding: $0, as: UTF8.self) }
        return text
    }

    private let mixed = [
        scored("a/good.png"), scored("a/bad.png", flagged: true, score: 2), failed("half.jpg"),
    ]

    @Test func writesIntoTheFolderWhatItWritesLater() async throws {
        try await withTemporaryFolder { folder in
            let path = try report(mixed, in: folder, exports: Set(ExportFormat.allCases))
            for format in ExportFormat.allCases {
                let written = try folder.text("out/\(format.fileName)")
                #expect(!written.isEmpty)
                #expect(try text(format, of: path) == written)
            }
        }
    }

    @Test func removesOlderExportsThatNobodyAskedFor() async throws {
        try await withTemporaryFolder { folder in
            _ = try report(mixed, in: folder, exports: Set(ExportFormat.allCases))
            _ = try report(mixed, in: folder, exports: [.csv])
            let names = ExportFormat.allCases.map(\.fileName).filter {
                folder.contains("out/\($0)")
            }
            #expect(names == [ExportFormat.csv.fileName])
        }
    }

    @Test(arguments: ExportFormat.allCases)
    func refusesAFolderWithAFileOfThatNameThatNoReportWrote(format: ExportFormat) async throws {
        try await withTemporaryFolder { folder in
            let path = try folder.write("mine", to: "out/\(format.fileName)")
            #expect(throws: ReportError.foreignFile(path: path)) {
                _ = try report(mixed, in: folder)
            }
            #expect(try folder.text("out/\(format.fileName)") == "mine")
        }
    }

    @Test(arguments: [
        ("=1+1", "'=1+1"), ("+a", "'+a"), ("-a", "'-a"), ("@a", "'@a"), ("'a", "''a"),
        ("\u{FF1D}a", "'\u{FF1D}a"), ("a=b", "a=b"), ("\ta", "\"'\ta\""), ("a,b", "\"a,b\""),
        ("a\"b", "\"a\"\"b\""), ("a\r\nb", "\"a\r\nb\""), ("a\u{1B}[31mb", "a\u{FFFD}[31mb"),
    ])
    func protectsCellsFromSpreadsheetsAndTerminals(path: String, cell: String) async throws {
        try await withTemporaryFolder { folder in
            let table = try text(.csv, of: report([scored(path)], in: folder))
            let start = try #require(table.range(of: "\r\n"))
            #expect(table[start.upperBound...].hasPrefix("\(cell),ok,"))
        }
    }

    @Test func hasARowForEachRecord() async throws {
        try await withTemporaryFolder { folder in
            let rows = try text(.csv, of: report(mixed, in: folder)).split(separator: "\r\n")
            #expect(rows.count == 4)
            let columns = rows[0].split(separator: ",")
            let flagged = rows[2].split(separator: ",", omittingEmptySubsequences: false)
            let cells = Dictionary(uniqueKeysWithValues: zip(columns, flagged))
            #expect(flagged.count == columns.count)
            #expect(cells["margin"] == "4.0")
            #expect(cells["regions_area"] == "900")
            #expect(cells["peak_height"] == "40")
            #expect(cells["model_sha256"] == Substring(model.sha256))
            #expect(rows[3].hasPrefix("half.jpg,failed,"))
        }
    }

    @Test func writesXMLThatNoNameBreaks() async throws {
        try await withTemporaryFolder { folder in
            let name = "a\n\"<&>'\u{0}\u{1B}\u{FFFE}\u{85}.png"
            let text = try text(.junit, of: report([scored(name)], in: folder))
            let wanted = "name=\"a&#10;&quot;&lt;&amp;&gt;'\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}.png\"/>"
            #expect(text.contains(wanted))
        }
    }

    @Test func escapesPathsAsReferences() async throws {
        try await withTemporaryFolder { folder in
            let record = scored("//a:b/é #%?.png", flagged: true, score: 1)
            let log = try JSONValue(
                parsing: Array(text(.sarif, of: report([record], in: folder)).utf8)
            )
            let result = log["runs"]?[0]?["results"]?[0]
            let location = result?["locations"]?[0]?["physicalLocation"]?["artifactLocation"]
            #expect(location?["uri"]?.string == "/.//a%3Ab/%C3%A9%20%23%25%3F.png")
            #expect(result?["rank"]?.number == 50)
        }
    }

    @Test func isWholeJSONWithoutResults() async throws {
        try await withTemporaryFolder { folder in
            let path = try report([scored("good.png")], in: folder)
            let log = try JSONValue(parsing: Array(text(.sarif, of: path).utf8))
            #expect(log["runs"]?[0]?["results"]?[0] == nil)
            #expect(log["version"]?.string == "2.1.0")
        }
    }

    @Test func refusesAReportThatIsNotFinishedOrDamaged() async throws {
        try await withTemporaryFolder { folder in
            #expect(throws: ReportError.self) { try ReportExport(folder: folder.path) }
            let path = try report(mixed, in: folder)
            try folder.write(try folder.text("out/images.jsonl") + "{\n", to: "out/images.jsonl")
            let export = try ReportExport(folder: path)
            let lines = path + "/images.jsonl"
            let reason = "line 4 is not as a run wrote it"
            let old = try folder.write("old", to: "table")
            #expect(throws: ReportError.unusableReport(path: lines, reason: reason)) {
                try export.write(.csv, to: old)
            }
            #expect(try folder.text("table") == "old")
        }
    }
}

@Suite struct RunMetricsTests {
    private let start = Date(timeIntervalSince1970: 1_767_323_045)

    private func line(_ name: String, in text: String) -> String? {
        text.split(separator: "\n").first { $0.hasPrefix("residua_\(name){") }.map(String.init)
    }

    private func run(exitStatus: Int, interrupted: Bool = false) -> RunSummary {
        var run = summary(of: RunTally())
        run.exitStatus = exitStatus
        run.interrupted = interrupted
        return run
    }

    @Test func keepsTheLastSuccessOfRunsThatFail() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.path("night \"1\".prom")
            let name = RunMetrics.name(of: path)
            #expect(name == "night \"1\"")
            let failure = RunMetrics(
                exitStatus: 2,
                version: "1",
                name: name,
                startedAt: start + 100,
                finishedAt: start + 107
            )
            try failure.write(to: path)
            #expect(
                line("last_success_timestamp_seconds", in: try folder.text("night \"1\".prom"))
                    == nil
            )
            try RunMetrics(run(exitStatus: 3), name: name).write(to: path)
            try failure.write(to: path)
            let labels = "{name=\"night \\\"1\\\"\"}"
            let text = try folder.text("night \"1\".prom")
            #expect(
                line("last_success_timestamp_seconds", in: text)
                    == "residua_last_success_timestamp_seconds\(labels) 1767323049"
            )
            #expect(
                line("last_run_timestamp_seconds", in: text)
                    == "residua_last_run_timestamp_seconds\(labels) 1767323152"
            )
            #expect(line("exit_status", in: text) == "residua_exit_status\(labels) 2")
            #expect(line("images", in: text) == nil)
        }
    }

    @Test(arguments: [(0, false, true), (1, false, true), (3, false, true), (130, true, false)])
    func countsARunThatCameToItsEndAsASuccess(
        status: Int,
        interrupted: Bool,
        isSuccess: Bool
    ) async throws {
        try await withTemporaryFolder { folder in
            let metrics = RunMetrics(run(exitStatus: status, interrupted: interrupted), name: "x")
            try metrics.write(to: folder.path("x.prom"))
            let found = line("last_success_timestamp_seconds", in: try folder.text("x.prom"))
            #expect((found != nil) == isSuccess)
        }
    }

    @Test func tellsOfDriftAndLabels() async throws {
        try await withTemporaryFolder { folder in
            var run = run(exitStatus: 0)
            run.drift = .init(
                images: 20,
                statistic: 0.5,
                higher: true,
                pValue: 0.25,
                smallShare: 0.5,
                smallPValue: 0.05,
                suspected: true
            )
            run.labels = LabelCounts(confirmed: 3, falseAlarms: 1)
            try RunMetrics(run, name: "x").write(to: folder.path("x.prom"))
            let text = try folder.text("x.prom")
            for wanted in [
                "residua_drift_statistic{name=\"x\"} 0.5\n",
                "residua_drift_suspected{name=\"x\"} 1\n",
                "residua_labels{name=\"x\",label=\"confirmed\"} 3\n",
                "residua_label_precision{name=\"x\"} 0.75\n",
            ] {
                #expect(text.contains(wanted))
            }
        }
    }
}
