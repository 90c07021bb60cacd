internal import Scoring

/// A report for viewers of code scanning: SARIF 2.1.0, with a result for each flagged and each
/// unreadable input.
///
/// Regions are rectangles of an attachment: SARIF's own regions are of text or bytes.
struct SARIFExport: RecordExport {
    let summary: RunSummary
    private var hasResults = false

    init(summary: RunSummary) { self.summary = summary }

    func opening() throws(ReportError) -> [UInt8] {
        let log = SARIF.Log(runs: [SARIF.Run(summary)])
        var bytes = try ReportJSON.line(log, what: "the run")
        // The list of results is the last key of the last object: it is left open for them.
        let end = Array("],\"version\":\"2.1.0\"}\n".utf8)
        let results = Array(",\"results\":[".utf8)
        guard bytes.suffix(end.count + 1).elementsEqual([UInt8(ascii: "}")] + end) else {
            throw .invalidRecord(what: "the run", reason: "its SARIF has another form")
        }
        bytes.removeLast(end.count + 1)
        return bytes + results
    }

    mutating func bytes(for record: ImageRecord) throws(ReportError) -> [UInt8] {
        guard let result = SARIF.Result(record) else { return [] }
        defer { hasResults = true }
        let line = try ReportJSON.line(result, what: record.path)
        return Array((hasResults ? ",\n" : "\n").utf8) + line.dropLast()
    }

    func closing() -> [UInt8] { Array("\n]}],\"version\":\"2.1.0\"}\n".utf8) }
}
