import Foundation
import TestSupport
import Testing

@Suite struct ToolRunTests {
    private func shell(_ script: String) -> ToolRun {
        ToolRun(["-c", script], timeLimit: .seconds(20), program: "/bin/sh")
    }

    @Test func bringsStatusAndBothStreams() async throws {
        let outcome = try await shell("echo out; echo err >&2; exit 3").run()
        #expect(outcome.status == 3)
        #expect(outcome.output == "out\n")
        #expect(outcome.error == "err\n")
    }

    @Test func handsOverInputEnvironmentAndFolder() async throws {
        try await withTemporaryFolder { folder in
            var run = shell("cat; printf %s \"$GIVEN${HOME-unset}\"; pwd -P > here")
            run.input = Array("in-".utf8)
            run.environment = ["GIVEN": "variable-", "HOME": nil]
            run.folder = folder.path
            let outcome = try await run.run()
            #expect(outcome.output == "in-variable-unset")
            let here = try folder.text("here").trimmingCharacters(in: .newlines)
            #expect(URL(filePath: here).lastPathComponent == folder.url.lastPathComponent)
        }
    }

    @Test func bringsMoreThanAPipeHolds() async throws {
        let count = 1_000_000
        let outcome = try await shell(
            "head -c \(count) /dev/zero; head -c \(count) /dev/zero >&2"
        ).run()
        #expect(outcome.outputBytes.count == count)
        #expect(outcome.errorBytes.count == count)
    }

    @Test func killsWhatTakesTooLong() async throws {
        var run = shell("echo begun; exec sleep 3600")
        run.timeLimit = .milliseconds(300)
        let error = try await #require(throws: ToolRun.TimeLimitError.self) { try await run.run() }
        #expect(error.description.contains("begun"))
    }

    @Test func tellsASignalFromAStatus() async throws {
        let outcome = try await shell("kill -KILL $$").run()
        #expect(outcome.ending == .signal(SIGKILL))
        #expect(outcome.status == nil)
    }

    @Test func sendsASignalWhenTheConditionHolds() async throws {
        var run = shell("trap 'echo caught; exit 7' TERM; echo ready; while :; do sleep 0.05; done")
        run.interruption = .init(SIGTERM) { $0.output.contains("ready") }
        let outcome = try await run.run()
        #expect(outcome.output == "ready\ncaught\n")
        #expect(outcome.status == 7)
    }

    @Test func endsWithTheProgramWhenTheConditionNeverHolds() async throws {
        var run = shell("echo short")
        run.interruption = .init(SIGTERM) { _ in false }
        #expect(try await run.run().status == 0)
    }

    @Test func saysWhereItLookedForAMissingProgram() throws {
        let error = try #require(throws: BuiltTool.NotFoundError.self) {
            try BuiltTool.path("no-such-program")
        }
        #expect(error.description.contains("swift build -c release --product no-such-program"))
    }
}
