import Digests
import Foundation
import RunLedger
import TestSupport
import Testing

/// What people say of images is kept by the images' content.
@Suite struct LabelTests {
    /// A scored row whose content is that of its number.
    static func row(_ number: Int, path: [UInt8]? = nil) -> LedgerRow {
        var row = Sample.row(number, outcome: .flagged)
        row.flaggedIdentifier = "part-\(number + 10_000_000)"
        if let path { row.key = InputKey(root: row.key.root, path: path) }
        return row
    }

    static func entry(
        _ number: Int,
        _ label: ImageLabel,
        at date: Date = Sample.day,
        note: String? = nil
    ) throws -> LabelEntry {
        try #require(LabelEntry(row(number), as: label, at: date, note: note))
    }

    @Test func labelsSurviveTheEndOfTheProgram() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.path("ledger.db")
            let ledger = try Ledger.open(path)
            let note = "dust\non the lens'; DROP TABLE labels; --"
            let first = try Self.entry(1, .falseAlarm, note: note)
            let second = try Self.entry(2, .confirmed)
            try ledger.store([first, second])
            try ledger.close()
            let again = try Ledger.open(path, for: .reading)
            #expect(try again.label(of: first.sha256) == first)
            #expect(try again.label(of: SHA256Digest(of: [9])) == nil)
            let all = try again.labels()
            #expect(Set(all) == [first, second])
            let isSorted = all[0].sha256.bytes.lexicographicallyPrecedes(all[1].sha256.bytes)
            #expect(isSorted)
            #expect(throws: LedgerError.readOnly(path: again.path)) { try again.store([first]) }
        }
    }

    @Test("one label for each content: the last counts, whatever path it was given to")
    func theLastCounts() async throws {
        try await withTemporaryFolder { folder in
            let ledger = try Ledger.open(folder.path("ledger.db"))
            try ledger.store([try Self.entry(1, .falseAlarm, note: "dust")])
            var other = Self.row(1, path: Array("moved.png".utf8))
            other.score = 7
            let later = try #require(LabelEntry(other, as: .confirmed, at: Sample.day + 60))
            try ledger.store([later])
            #expect(try ledger.labels() == [later])
            #expect(try ledger.labelCounts() == LedgerLabelCounts(confirmed: 1))
            #expect(try ledger.removeLabels(of: [later.sha256, SHA256Digest(of: [9])]) == 1)
            #expect(try ledger.labels() == [])
        }
    }

    @Test func countsWhatWasFlaggedApartFromWhatWasMissed() async throws {
        try await withTemporaryFolder { folder in
            let ledger = try Ledger.open(folder.path("ledger.db"))
            var labels = try (0..<5).map { try Self.entry($0, $0 < 2 ? .falseAlarm : .confirmed) }
            labels[4].outcome = .ok
            try ledger.store(labels)
            let counts = LedgerLabelCounts(confirmed: 2, falseAlarms: 2, missed: 1)
            #expect(try ledger.labelCounts() == counts)
            var failed = Self.row(6)
            failed.outcome = .failed
            #expect(LabelEntry(failed, as: .confirmed, at: Sample.day) == nil)
            failed.outcome = .flagged
            failed.sha256 = nil
            #expect(LabelEntry(failed, as: .confirmed, at: Sample.day) == nil)
        }
    }

    @Test("removing inputs and runs drops no label, and a moved file is found again")
    func outlivesItsRow() async throws {
        try await withTemporaryFolder { folder in
            let ledger = try Ledger.open(folder.path("ledger.db"))
            let run = try ledger.begin(Sample.start)
            let row = Self.row(1)
            try ledger.upsert([row], seenBy: run)
            let entry = try Self.entry(1, .falseAlarm)
            try ledger.store([entry])
            #expect(try ledger.placesOfLabelled() == [entry.sha256: [row.key]])
            try ledger.remove([row.key])
            let next = try ledger.begin(Sample.start)
            try ledger.removeRuns(startedBefore: .distantFuture)
            try ledger.compact()
            #expect(try ledger.labels() == [entry])
            #expect(try ledger.placesOfLabelled().isEmpty)
            let moved = Self.row(1, path: [0xFF, 0x0A, 0x27])
            try ledger.upsert([moved, Self.row(2)], seenBy: next)
            #expect(try ledger.placesOfLabelled() == [entry.sha256: [moved.key]])
        }
    }

    @Test("a ledger of the first format is read as it is, and brought up to date by who writes")
    func migrates() async throws {
        let golden = try #require(Bundle.module.url(forResource: "Golden", withExtension: nil))
        let bytes = [UInt8](try Data(contentsOf: golden.appending(path: "format-1.db")))
        let run = RunIdentifier(rawValue: 1)
        var rows = (0..<3).map { Sample.row($0, run: run) }
        rows[2].outcome = .flagged
        rows[2].flaggedIdentifier = "part-1f3a8c21"
        try await withTemporaryFolder { folder in
            let path = try folder.write(bytes, to: "ledger.db")
            let reader = try Ledger.open(path, for: .reading)
            #expect(try reader.allRows() == rows)
            #expect(try reader.labels() == [])
            #expect(try reader.labelCounts() == LedgerLabelCounts())
            #expect(try reader.placesOfLabelled().isEmpty)
            #expect(try reader.label(of: SHA256Digest(of: [1])) == nil)
            #expect(try reader.rows(flaggedIdentifier: "part-1f3a8c21") == [rows[2]])
            try reader.close()
            #expect(try folder.bytes("ledger.db") == bytes)

            for access in [Ledger.Access.writing, .editing] {
                try folder.write(bytes, to: "\(access).db")
                let ledger = try Ledger.open(folder.path("\(access).db"), for: access)
                #expect(ledger.recovered == nil)
                #expect(try ledger.value(ofPragma: "user_version") == "2")
                #expect(try ledger.allRows() == rows)
                #expect(try ledger.runs().map(\.identifier) == [run])
                let entry = try #require(LabelEntry(rows[2], as: .confirmed, at: Sample.day))
                try ledger.store([entry])
                #expect(try ledger.placesOfLabelled() == [entry.sha256: [rows[2].key]])
                try ledger.check()
                try ledger.close()
            }
        }
    }

    @Test func editingMakesNothingAndSetsNothingAside() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.path("ledger.db")
            #expect(throws: LedgerError.missing(path: path)) {
                try Ledger.open(path, for: .editing)
            }
            #expect(try folder.contents().isEmpty)
            try folder.write([], to: "ledger.db")
            #expect(throws: LedgerError.missing(path: path)) {
                try Ledger.open(path, for: .editing)
            }
            try folder.write("not a database\n", to: "ledger.db")
            #expect(throws: LedgerError.self) { try Ledger.open(path, for: .editing) }
            #expect(try folder.contents() == ["ledger.db"])
            #expect(try folder.text("ledger.db") == "not a database\n")
        }
    }

    @Test("labels are given while a run writes, and neither loses anything")
    func besideARun() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.path("ledger.db")
            let ledger = try Ledger.open(path)
            let run = try ledger.begin(Sample.start)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for part in 0..<40 {
                        let rows = (0..<16).map { Self.row(part * 16 + $0) }
                        try ledger.upsert(rows, seenBy: run)
                    }
                }
                for person in 0..<3 {
                    group.addTask {
                        let editor = try Ledger.open(path, for: .editing)
                        for number in 0..<20 {
                            try editor.store([try Self.entry(person * 20 + number, .confirmed)])
                        }
                        try editor.close()
                    }
                }
                try await group.waitForAll()
            }
            #expect(try ledger.counts().flagged == 640)
            #expect(try ledger.labelCounts().confirmed == 60)
            #expect(ledger.recovered == nil)
        }
    }

    @Test func keepsTenThousand() async throws {
        try await withTemporaryFolder { folder in
            let ledger = try Ledger.open(folder.path("ledger.db"))
            let labels = try (0..<10_000).map {
                try Self.entry($0, $0 % 4 == 0 ? .falseAlarm : .confirmed)
            }
            try ledger.store(labels)
            #expect(try Set(ledger.labels()) == Set(labels))
            let counts = LedgerLabelCounts(confirmed: 7500, falseAlarms: 2500)
            #expect(try ledger.labelCounts() == counts)
        }
    }

    @Test("a damaged ledger's labels go into the new one where they can be read")
    func areSaved() async throws {
        try await withTemporaryFolder { folder in
            let ledger = try Ledger.open(folder.path("ledger.db"))
            let labels = try (0..<20).map { try Self.entry($0, .confirmed) }
            try ledger.store(labels)
            let run = try ledger.begin(Sample.start)
            try ledger.upsert(
                (0..<2000).map { Sample.row($0, recordLength: 200) },
                seenBy: run
            )
            try ledger.close()
            // The inputs are at the end of the file, the labels in its first pages.
            var bytes = try folder.bytes("ledger.db")
            for index in bytes.count / 2..<bytes.count * 3 / 4 { bytes[index] = 0xAA }
            try folder.write(bytes, to: "ledger.db")
            let fresh = try Ledger.open(folder.path("ledger.db"))
            try fresh.check()
            let setAside = try #require(fresh.recovered)
            #expect(setAside.savedLabels == 20 && !setAside.hasLostLabels)
            #expect(setAside.description.contains("20 labels of images from the old one"))
            #expect(try Set(fresh.labels()) == Set(labels))
            #expect(try fresh.counts().inputs == 0)
        }
    }

    @Test func saysWhenLabelsMayBeLost() async throws {
        try await withTemporaryFolder { folder in
            let path = try folder.write("not a database\n", to: "ledger.db")
            let ledger = try Ledger.open(path)
            let setAside = try #require(ledger.recovered)
            #expect(setAside.savedLabels == 0 && setAside.hasLostLabels)
            #expect(setAside.description.hasSuffix("are lost: give them again"))
        }
    }
}
