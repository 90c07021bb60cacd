import Foundation
import TestSupport
import Testing

extension ToolTests {
    /// Holds the README to what the program understands.
    @Suite struct ReadmeTests {
        private static let path = Repository.path("README.md")
        private static let isThere = FileManager.default.fileExists(atPath: path)

        @Test(.enabled(if: isThere, "there is no README.md yet"))
        func showsCommandsThatTheProgramUnderstands() async throws {
            let text = try String(contentsOfFile: Self.path, encoding: .utf8)
            let commands = ReadmeCommands(text)
            #expect(commands.programs.count >= 2, "no commands found: is the README's form new?")
            for arguments in commands.programs {
                #expect(try await isUnderstood(arguments), "residua \(arguments)")
            }
            for script in commands.scripts {
                let path = Repository.path(script)
                #expect(FileManager.default.isExecutableFile(atPath: path), "\(script)")
            }
        }

        @Test func findsCommandsInFencedBlocks() {
            let commands = ReadmeCommands(
                """
                residua is no command here
                ```console
                $ residua train "good pictures" --model m   # learns
                residua is flagging
                .build/release/residua scan in \\
                    --jobs "$(nproc)" --report=/var/out | jq .
                ```
                  ```sh
                  pipelines/demo.sh /tmp/x && residua inspect 'm' > card
                  5 2 * * * /usr/local/bin/residua samples "$HOME/x"
                  ./Tests/run.sh
                  echo residua
                  ```
                """
            )
            #expect(
                commands.programs == [
                    ["train", "good pictures", "--model", "m"], ["is", "flagging"],
                    ["scan", "in", "--jobs", "1", "--report=var/out"], ["inspect", "m"],
                    ["samples", "1/x"],
                ]
            )
            #expect(commands.scripts == ["pipelines/demo.sh", "Tests/run.sh"])
        }

        @Test(arguments: [
            ("train good --model m --jobs 2", true), ("scan in --model m --report out -q", true),
            ("--help", true), ("--version", true), ("scan --help", true),
            ("frobnicate in", false), ("train good --model m --sparkle", false),
            ("train good", false), ("scan in --model m --report out --jobs many", false),
        ])
        func tellsWhatTheProgramUnderstands(command: String, expected: Bool) async throws {
            #expect(
                try await isUnderstood(command.split(separator: " ").map(String.init)) == expected
            )
        }

        /// Whether a command is right usage: run where none of its paths is there, it may fail,
        /// but not for its form.
        private func isUnderstood(_ arguments: [String]) async throws -> Bool {
            try await withTemporaryFolder { folder in
                let outcome = try await residua(arguments, in: folder)
                return [0, 2].contains(outcome.status)
            }
        }
    }
}
