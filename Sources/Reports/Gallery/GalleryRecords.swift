internal import Files

/// What a gallery shows of the lines of a report, however many there are.
struct GalleryRecords {
    /// The most flagged images on a page: more than a person looks at, and a browser still sorts them at once.
    static let flaggedLimit = 2000
    /// The most failed inputs on a page.
    static let failedLimit = 1000
    /// The longest line that is read: an image with all its regions takes less than a tenth.
    private static let lineLimit = 1 << 20

    /// How many lines say what.
    private(set) var counts = RunSummary.Counts()
    /// Lines that are no records.
    private(set) var unreadable = 0
    /// The flagged images that stand out most, the strangest first.
    private(set) var flagged: [ImageRecord] = []
    /// The first failed inputs.
    private(set) var failed: [ImageRecord] = []
    /// How many inputs failed for each reason.
    private(set) var failures: [RunSummary.FailureCount] = []

    /// Reads `images.jsonl`; of images that are ok nothing is kept.
    ///
    /// - Throws: ``FileError`` when the file can't be read.
    init(of folder: Folder) throws(FileError) {
        var tally = RunTally()
        var lines = try InputLines(folder.path(of: ReportFolder.lines), limit: Self.lineLimit)
        while let line = try lines.next() {
            if Self.isOK(line) {
                counts.ok += 1
                continue
            }
            guard let record = try? ReportJSON.decode(ImageRecord.self, from: line) else {
                unreadable += 1
                continue
            }
            switch record.status {
            case .ok: counts.ok += 1
            case .flagged:
                counts.flagged += 1
                flagged.append(record)
                if flagged.count == 2 * Self.flaggedLimit { keepStrangest() }
            case .failed:
                counts.failed += 1
                if failed.count < Self.failedLimit { failed.append(record) }
                tally.add(record)
            }
        }
        keepStrangest()
        counts.images = counts.ok + counts.flagged + counts.failed
        failures = tally.failures
    }

    /// The sort is stable: of equal scores the earlier line comes first.
    private mutating func keepStrangest() {
        flagged.sort { ($0.score ?? 0) > ($1.score ?? 0) }
        flagged.removeLast(max(flagged.count - Self.flaggedLimit, 0))
    }

    /// Whether the line is surely that of an image that is ok; decoding it would take most of the time.
    ///
    /// In a string a quotation mark has a backslash before it, so that this can't be a part of a path.
    private static func isOK(_ line: [UInt8]) -> Bool {
        let wanted = Array(#""status":"ok""#.utf8)
        guard line.count > wanted.count, line.last == UInt8(ascii: "}") else { return false }
        return (0...line.count - wanted.count).contains { start in
            line[start] == wanted[0] && line[start..<start + wanted.count].elementsEqual(wanted)
        }
    }
}
