import Foundation
import TestSupport
import Testing

extension ToolTests {
    /// Ledgers that are lost or damaged.
    @Suite struct LostLedgerTests {
        /// What happens to the ledger between two runs.
        enum Damage: CaseIterable {
            case header, everyPage, middle, text, cut, emptied

            func happen(to bytes: inout [UInt8]) {
                switch self {
                case .header: for place in 0..<100 { bytes[place] = 0x55 }
                case .everyPage:
                    for page in stride(from: 4096, to: bytes.count, by: 4096) {
                        for place in page..<page + 64 { bytes[place] ^= 0xFF }
                    }
                case .middle:
                    for place in bytes.count / 3..<bytes.count / 2 { bytes[place] = 0xAA }
                case .text: bytes = Array("This is no ledger.\n".utf8)
                case .cut: bytes.removeLast(bytes.count / 2 + 100)
                case .emptied: bytes = []
                }
            }
        }

        @Test(arguments: Damage.allCases)
        func isFilledAgainFromTheReport(damage: Damage) async throws {
            try await withTemporaryFolder { folder in
                let site = try await Site(folder, inputs: 120)
                let first = try await site.report().files
                var bytes = try folder.bytes("ledger.sqlite")
                damage.happen(to: &bytes)
                try folder.write(bytes, to: "ledger.sqlite")

                let (outcome, second) = try await site.report()
                // An empty file is an empty database: nothing to keep, nothing to warn of.
                if damage != .emptied {
                    let warnings = outcome.errorLines.filter { $0.contains("was damaged") }
                    #expect(warnings.count == 1, "\(outcome.error)")
                    #expect(warnings.first?.hasPrefix("warning: the ledger ") == true)
                    #expect(try folder.bytes("ledger.sqlite.damaged-1") == bytes)
                    // But for those without a digest: there is nothing to know them by.
                    #expect(second.fresh == 0)
                }
                #expect(second.isSame(as: first))
                #expect(second.isConsistent)
                let check = try await residua(["ledger", "check", folder.path("ledger.sqlite")])
                #expect(check.status == 0, "\(check.error)")
                let (again, third) = try await site.report()
                #expect(third.fresh == 0)
                #expect(third.isSame(as: first))
                #expect(!again.error.contains("damaged"))
            }
        }

        @Test func losesNothingWhereLedgerAndReportAreLost() async throws {
            try await withTemporaryFolder { folder in
                let site = try await Site(folder, inputs: 40)
                let first = try await site.report().files
                try folder.write("no ledger", to: "ledger.sqlite")
                try FileManager.default.removeItem(atPath: folder.path("out"))
                let (outcome, second) = try await site.report()
                #expect(outcome.error.contains("was damaged"))
                #expect(second.fresh == 40)
                #expect(second.isSame(as: first))
            }
        }

        @Test func doesNotSetAsideToLookOrToPrune() async throws {
            try await withTemporaryFolder { folder in
                let site = try await Site(folder, inputs: 20)
                _ = try await site.report()
                let path = try folder.write("no ledger", to: "ledger.sqlite")
                for command in ["list", "runs", "check", "prune"] {
                    let outcome = try await residua(["ledger", command, path])
                    #expect(outcome.status == 2, "\(command)")
                    #expect(outcome.errorLines.count == 1, "\(command)")
                    #expect(try folder.text("ledger.sqlite") == "no ledger")
                }
            }
        }
    }
}
