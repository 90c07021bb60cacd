import Foundation
import TestSupport
import Testing

extension ToolTests {
    /// What a person sees.
    @Suite struct TerminalTests {
        private static let clear = "\r\u{1B}[K"

        /// Runs the program in a terminal of so many columns; nil where there is no Python.
        private func inTerminal(
            columns: Int,
            _ arguments: [String],
            environment: [String: String?] = [:],
            in folder: TemporaryFolder
        ) async throws -> ToolRun.Outcome? {
            guard let python = Programs.path("python3") else { return nil }
            let usual: [String: String?] = [
                "TERM": "xterm-256color", "NO_COLOR": nil, "COLUMNS": nil, "JOURNAL_STREAM": nil,
            ]
            let script = Repository.path("Tests/readers/terminal.py")
            return try await ToolRun(
                [script, "\(columns)", try BuiltTool.path()] + arguments,
                environment: usual.merging(environment) { $1 },
                in: folder,
                program: python
            ).run()
        }

        private func scan(
            columns: Int,
            environment: [String: String?] = [:],
            in folder: TemporaryFolder
        ) async throws -> String? {
            let model = try await SmallModel.write(to: folder)
            let outcome = try await inTerminal(
                columns: columns,
                ["scan", Samples.test, "--model", model, "--report", "out"],
                environment: environment,
                in: folder
            )
            #expect(outcome == nil || outcome?.status == 0)
            return outcome?.output
        }

        /// The progress lines: each is taken away before anything else is written.
        private func progress(in output: String) -> [String] {
            output.components(separatedBy: Self.clear)
                .filter { $0.wholeMatch(of: #/[0-9]+( .*)?/#) != nil }
        }

        @Test(arguments: [12, 30, 200])
        func keepsTheProgressLineOnOneLine(columns: Int) async throws {
            try await withTemporaryFolder { folder in
                guard let output = try await scan(columns: columns, in: folder) else { return }
                let lines = progress(in: output)
                #expect(!lines.isEmpty)
                #expect(lines.allSatisfy { $0.count < columns && !$0.contains("\n") }, "\(lines)")
                if columns == 200 {
                    #expect(lines.contains { $0.contains(" left, ") && $0.hasSuffix("/s") })
                }
            }
        }

        @Test func endsWithASummary() async throws {
            try await withTemporaryFolder { folder in
                guard let output = try await scan(columns: 80, in: folder) else { return }
                let report = try ReportFiles("out", in: folder)
                let worst = report.records("flagged").max {
                    ($0["score"]?.number ?? 0) < ($1["score"]?.number ?? 0)
                }
                let path = try #require(worst?["path"]?.string)
                #expect(report.records("flagged").count > 3)
                #expect(output.contains("highest scores: \(path) ("))
                #expect(output.contains("report: out\r\n"))
                #expect(output.contains("\u{1B}[33mflagged\u{1B}[0m  \(path)"))
            }
        }

        @Test(arguments: [["NO_COLOR": "1"], ["TERM": "dumb"], ["TERM": nil]])
        func writesNoColoursWhereTheyAreNotWanted(environment: [String: String?]) async throws {
            try await withTemporaryFolder { folder in
                let output = try await scan(columns: 80, environment: environment, in: folder)
                guard let output else { return }
                #expect(output.contains("flagged  "))
                #expect(!output.contains("\u{1B}[3"))
                if environment.keys.contains("TERM") { #expect(!output.contains("\u{1B}")) }
            }
        }

        @Test func writesNoEscapesToAFile() async throws {
            try await withTemporaryFolder { folder in
                let model = try await SmallModel.write(to: folder)
                let outcome = try await ToolRun(
                    ["scan", Samples.test, "--model", model, "--report", "out"],
                    environment: ["TERM": "xterm-256color", "NO_COLOR": nil],
                    in: folder
                ).run()
                #expect(!(outcome.output + outcome.error).contains("\u{1B}"))
            }
        }

        @Test(arguments: [("sacn", "scan"), ("exprot", "export"), ("leger", "ledger")])
        func namesTheCommandThatWasMeant(word: String, command: String) async throws {
            let outcome = try await residua([word])
            #expect(outcome.status == 64)
            #expect(outcome.error.contains("there is no command \(word); did you mean \(command)?"))
        }

        @Test(arguments: ["bash", "zsh", "fish"])
        func completionScriptsAreWhatTheShellReads(shell: String) async throws {
            try await withTemporaryFolder { folder in
                let script = try await residua(["--generate-completion-script", shell])
                #expect(script.status == 0)
                #expect(script.output.contains("metrics-file"))
                guard let program = Programs.path(shell) else { return }
                let path = try folder.write(script.outputBytes, to: "script")
                let read = try await ToolRun(["-n", path], program: program).run()
                #expect(read.status == 0, "\(read.error)")
                #expect(read.error.isEmpty)
            }
        }

        @Test func theManualTellsOfEveryCommandAndOption() async throws {
            let page = try await residua(["manual"])
            #expect(page.status == 0)
            let help = try await residua(["help"]).output
            let commands = help.components(separatedBy: "SUBCOMMANDS:\n").last ?? ""
            let names = commands.matches(of: #/(?m)^  ([a-z]+) /#).map { String($0.1) }
            #expect(names.count > 8)
            for name in names {
                #expect(page.output.contains(".SS \(name)\n"), "\(name)")
                let help = try await residua(["help", name]).output
                for option in help.matches(of: #/(?m)^  (?:-[a-z], )?(--[a-z-]+)/#).map(\.1) {
                    let escaped = option.replacing("-", with: "\\-")
                    #expect(page.output.contains("\\fB\(escaped)\\fR"), "\(name) \(option)")
                }
            }
        }

        @Test(arguments: [
            ("mandoc", ["-Tlint", "-W", "warning"]),
            ("groff", ["-ww", "-man", "-Tutf8", "-z"]),
        ])
        func theManualPassesTheReadersChecks(reader: String, options: [String]) async throws {
            guard let program = Programs.path(reader) else { return }
            try await withTemporaryFolder { folder in
                let path = try folder.write(
                    try await residua(["manual"]).outputBytes,
                    to: "residua.1"
                )
                let read = try await ToolRun(options + [path], program: program).run()
                // The page has no date, so that the same program always prints the same one.
                let remarks = (read.outputLines + read.errorLines)
                    .filter { !$0.contains("missing date") }
                #expect(remarks.isEmpty, "\(remarks)")
                #expect(read.status == 0 || reader == "mandoc")
            }
        }
    }
}
