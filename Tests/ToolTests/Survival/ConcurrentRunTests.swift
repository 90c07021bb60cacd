import Foundation
import TestSupport
import Testing

extension ToolTests {
    /// Two runs that want the same ledger or report.
    @Suite struct ConcurrentRunTests {
        @Test func endsAtOnceAndSaysWhoHoldsTheLedger() async throws {
            try await withTemporaryFolder { folder in
                let site = try await Site(folder, inputs: 40)
                let first = try await site.stopped()
                let start = ContinuousClock.now
                let second = try await residua(site.scan(report: "other"))
                #expect(ContinuousClock.now - start < .seconds(5))
                #expect(second.status == 75)
                #expect(second.errorLines.count == 1)
                let holder = "another run is at work: scan, process \(first.identifier) on "
                #expect(second.error.hasPrefix("residua: \(holder)"))
                #expect(!folder.contains("other"))

                let patient = try await residua(site.scan(report: "other") + ["--wait", "0.5"])
                #expect(ContinuousClock.now - start >= .milliseconds(500))
                #expect(patient.status == 75)
                first.goOn()
                #expect(try await first.wait().ending == .status(3))
            }
        }

        @Test func keepsTwoLedgersFromOneReport() async throws {
            try await withTemporaryFolder { folder in
                let site = try await Site(folder, inputs: 40)
                let first = try await site.stopped()
                let lines = try folder.bytes("out/images.jsonl")
                let second = try await residua(site.scan(ledger: "other.sqlite"))
                #expect(second.status == 75)
                #expect(second.errorLines.count == 1)
                #expect(second.error.contains("another run is writing to \(folder.path("out"))"))
                #expect(try folder.bytes("out/images.jsonl") == lines)
                first.goOn()
                #expect(try await first.wait().ending == .status(3))
                let report = try ReportFiles("out", in: folder)
                #expect(report.isSame(as: try await site.undisturbed()))
            }
        }

        @Test func waitsForTheOtherToEnd() async throws {
            try await withTemporaryFolder { folder in
                let site = try await Site(folder, inputs: 40)
                let first = try await site.stopped()
                let second = try StartedTool(
                    site.scan() + ["--wait", "60"],
                    in: folder,
                    log: "second"
                )
                try await Task.sleep(for: .milliseconds(300))
                first.goOn()
                #expect(try await first.wait().ending == .status(3))
                #expect(try await second.wait().ending == .status(0))
                #expect(!second.error.contains("was killed"))
                let report = try ReportFiles("out", in: folder)
                #expect(report.fresh == 0)
                #expect(report.isSame(as: try await site.undisturbed()))
            }
        }

        @Test func takesOverFromOneThatWasKilled() async throws {
            try await withTemporaryFolder { folder in
                let site = try await Site(folder, inputs: 40)
                let first = try await site.stopped()
                let second = try StartedTool(
                    site.scan() + ["--wait", "60"],
                    in: folder,
                    log: "second"
                )
                try await Task.sleep(for: .milliseconds(300))
                first.send(SIGKILL)
                #expect(try await first.wait().ending == .signal(SIGKILL))
                #expect(try await second.wait().ending == .status(3))
                let warning =
                    "warning: the run before this one was killed (process \(first.identifier) on "
                #expect(second.error.contains(warning))
                let report = try ReportFiles("out", in: folder)
                #expect(report.isSame(as: try await site.undisturbed()))

                let third = try await site.report().outcome
                #expect(!third.error.contains("was killed"))
            }
        }

        @Test func isTerminatedWhileItWaits() async throws {
            try await withTemporaryFolder { folder in
                let site = try await Site(folder, inputs: 40)
                let first = try await site.stopped()
                let second = try StartedTool(
                    site.scan(report: "other") + ["--wait", "60"],
                    in: folder,
                    log: "second"
                )
                // By then it listens: the lock is the first thing that it asks for.
                try await Task.sleep(for: .milliseconds(500))
                second.send(SIGTERM)
                #expect(try await second.wait().ending == .status(143))
                #expect(!folder.contains("other"))
                first.goOn()
                #expect(try await first.wait().ending == .status(3))
            }
        }
    }
}
