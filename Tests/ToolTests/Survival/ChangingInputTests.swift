import Foundation
import Synchronization
import TestSupport
import Testing

extension ToolTests {
    /// Inputs that change while a scan is on.
    @Suite struct ChangingInputTests {
        /// What becomes of an input between listing and reading, and of its record.
        enum Change: String, CaseIterable {
            case vanishes, isCutOff, isEmptied, grows, isReplaced, isRewritten
            case becomesAFolder, becomesAPipe, becomesALink

            func happen(to path: String) throws {
                let manager = FileManager.default
                let url = URL(filePath: path)
                let bytes = try Data(contentsOf: url)
                switch self {
                case .vanishes: try manager.removeItem(atPath: path)
                case .isCutOff: try #require(truncate(path, off_t(bytes.count / 2)) == 0)
                case .isEmptied: try #require(truncate(path, 0) == 0)
                case .grows: try (bytes + Data(repeating: 0, count: 1000)).write(to: url)
                case .isReplaced: try Self.defective.write(to: url, options: .atomic)
                case .isRewritten: try Self.defective.write(to: url)
                case .becomesAFolder:
                    try manager.removeItem(atPath: path)
                    try manager.createDirectory(atPath: path, withIntermediateDirectories: false)
                case .becomesAPipe:
                    try manager.removeItem(atPath: path)
                    try #require(mkfifo(path, 0o600) == 0)
                case .becomesALink:
                    try manager.moveItem(atPath: path, toPath: path + ".moved")
                    try manager.createSymbolicLink(
                        atPath: path,
                        withDestinationPath: path + ".moved"
                    )
                }
            }

            private static var defective: Data {
                get throws { try Data(contentsOf: URL(filePath: Samples.defective)) }
            }

            /// The status of the record, and the code of its failure.
            var expected: (status: String, code: String?) {
                switch self {
                case .vanishes: ("failed", "not-found")
                case .isCutOff: ("failed", "truncated")
                case .isEmptied: ("failed", "empty")
                case .grows: ("ok", nil)
                case .isReplaced, .isRewritten: ("flagged", nil)
                case .becomesAFolder, .becomesAPipe, .becomesALink: ("failed", "not-a-file")
                }
            }
        }

        @Test func givesEachInputOneRecordWhateverBecomesOfIt() async throws {
            try await withTemporaryFolder { folder in
                let site = try await Site(folder, inputs: 60)
                let before = try await site.undisturbed()
                let tool = try await site.stopped()
                // Good ones, far behind what the scan has read by now.
                let victims = before.records("ok").compactMap { $0["path"]?.string }.suffix(30)
                let changes = zip(Change.allCases, victims)
                for (change, path) in changes { try change.happen(to: folder.path("in/\(path)")) }
                let done = site.lines()
                tool.goOn()
                #expect(try await tool.wait().ending == .status(3))

                let report = try ReportFiles("out", in: folder)
                #expect(report.isConsistent)
                #expect(report.paths == before.paths)
                #expect(report.deferred == 0)
                for (change, path) in changes {
                    let place = before.paths.firstIndex(of: path) ?? 0
                    try #require(place > done + 3, "the scan was faster")
                    let record = report.record(path)
                    #expect(record?["status"]?.string == change.expected.status, "\(change)")
                    #expect(
                        record?["failure"]?["code"]?.string == change.expected.code,
                        "\(change): \(String(describing: record))"
                    )
                }
                // Whatever the run remembers, it holds for the inputs as they are.
                let next = try await site.report().files
                #expect(next.isSame(as: try await site.undisturbed()))
            }
        }

        @Test func keepsItsCourseWhenAFolderVanishes() async throws {
            try await withTemporaryFolder { folder in
                let site = try await Site(folder, inputs: 160)
                let tool = try await site.stopped()
                try FileManager.default.removeItem(atPath: folder.path("in/line-1"))
                tool.goOn()
                #expect(try await tool.wait().ending == .status(3))
                let report = try ReportFiles("out", in: folder)
                #expect(report.isConsistent)
                #expect(Set(report.paths).count == report.records.count)
                let codes = report.records.filter {
                    $0["path"]?.string?.hasPrefix("line-1") == true
                }
                .map { $0["failure"]?["code"]?.string }
                #expect(!codes.isEmpty && codes.allSatisfy { $0 == "not-found" })
                let next = try await site.report().files
                #expect(next.isSame(as: try await site.undisturbed()))
            }
        }

        @Test func leavesAFileThatGrowsForTheNextRun() async throws {
            try await withTemporaryFolder { folder in
                let site = try await Site(folder, inputs: 10)
                // Large enough to be read for longer than the writer pauses.
                let path = try folder.write("", to: "in/growing.png")
                try #require(truncate(path, 200 << 20) == 0)
                let writer = Writer(path)
                let during = try await site.report().files
                writer.stop()
                #expect(during.deferred == 1)
                #expect(during.records.count == 10)
                #expect(during.record("growing.png") == nil)
                #expect(during.isConsistent)

                let after = try await site.report().files
                #expect(after.deferred == 0)
                #expect(after.record("growing.png")?["status"]?.string == "failed")
                #expect(after.fresh == 1)
            }
        }

        /// Appends to a file all the time.
        private final class Writer: Sendable {
            private let goesOn = Mutex(true)
            private let end = DispatchSemaphore(value: 0)

            init(_ path: String) {
                let descriptor = open(path, O_WRONLY | O_APPEND)
                Thread.detachNewThread { [self] in
                    while goesOn.withLock({ $0 }) {
                        _ = write(descriptor, "x", 1)
                        usleep(200)
                    }
                    close(descriptor)
                    end.signal()
                }
            }

            func stop() {
                goesOn.withLock { $0 = false }
                end.wait()
            }
        }
    }
}
