import Foundation
import TestSupport
import Testing

extension ToolTests {
    /// The files that a scheduler takes are taken by the schedulers' own checkers, where those are installed.
    @Suite struct ScheduleTests {
        static func program(_ name: String) -> String? {
            ["/usr/bin/", "/bin/", "/usr/sbin/", "/sbin/", "/usr/local/bin/"].map { $0 + name }
                .first { FileManager.default.isExecutableFile(atPath: $0) }
        }

        static func check(_ name: String, _ arguments: [String]) async throws -> ToolRun.Outcome {
            try await ToolRun(arguments, program: program(name)).run()
        }

        @Test(.enabled(if: program("systemd-analyze") != nil, "systemd-analyze is not installed"))
        func systemdTakesTheUnits() async throws {
            try await withTemporaryFolder { folder in
                for name in ["residua.service", "residua.timer"] {
                    let unit = try String(
                        contentsOfFile: Repository.path("pipelines/systemd/\(name)"),
                        encoding: .utf8
                    )
                    // Units name the program where it is installed, which it is not here.
                    let program = try BuiltTool.path()
                    try folder.write(
                        unit.replacing("/usr/local/bin/residua", with: program),
                        to: name
                    )
                }
                let units = ["residua.service", "residua.timer"].map { "\(folder.path)/\($0)" }
                let outcome = try await Self.check("systemd-analyze", ["verify"] + units)
                #expect(outcome.status == 0, "\(outcome.error)")
                #expect(!outcome.error.contains("residua."), "\(outcome.error)")
            }
        }

        @Test func theServiceIsHardened() throws {
            let unit = try String(
                contentsOfFile: Repository.path("pipelines/systemd/residua.service"),
                encoding: .utf8
            )
            let lines = Set(unit.split(separator: "\n"))
            for setting in [
                "ProtectSystem=strict", "PrivateTmp=yes", "DynamicUser=yes", "NoNewPrivileges=yes",
                "PrivateNetwork=yes", "MemoryDenyWriteExecute=yes", "CapabilityBoundingSet=",
                "SuccessExitStatus=1 3 75",
            ] {
                #expect(lines.contains(setting[...]))
            }
            #expect(lines.contains { $0.hasPrefix("MemoryMax=") })
        }

        @Test(.enabled(if: program("crontab") != nil, "crontab is not installed"))
        func cronTakesTheLines() async throws {
            let file = Repository.path("pipelines/cron/residua.cron")
            let outcome = try await Self.check("crontab", ["-n", file])
            #expect(outcome.status == 0, "\(outcome.error)")
        }

        @Test(.enabled(if: program("logrotate") != nil, "logrotate is not installed"))
        func logrotateTakesTheFile() async throws {
            let file = Repository.path("pipelines/cron/residua.logrotate")
            let outcome = try await Self.check("logrotate", ["--debug", file])
            #expect(outcome.status == 0, "\(outcome.error)")
            #expect(outcome.error.contains("rotating pattern: /var/log/residua/*.log  monthly"))
        }

        @Test("the commands in the files are commands of the program")
        func commandsAreUnderstood() async throws {
            for name in ["cron/residua.cron", "systemd/residua.service"] {
                let text = try String(
                    contentsOfFile: Repository.path("pipelines/\(name)"),
                    encoding: .utf8
                )
                let commands = text.split(separator: "\n").filter { !$0.hasPrefix("#") }
                    .compactMap { line in
                        line.firstRange(of: "residua run ").map { line[$0.lowerBound...] }
                            ?? line.firstRange(of: "residua ledger ").map { line[$0.lowerBound...] }
                    }
                #expect(!commands.isEmpty)
                for command in commands {
                    let words = command.split(separator: " ").dropFirst().map(String.init)
                    // Nothing is there; what matters is that it is not wrong usage (64).
                    #expect(try await residua(words).status == 2, "\(command)")
                }
            }
        }
    }
}
