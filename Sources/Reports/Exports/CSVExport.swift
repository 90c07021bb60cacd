internal import Scoring

/// A report as a table for spreadsheets: a row for each input, after RFC 4180.
///
/// Text that a spreadsheet could take for a formula has an apostrophe before it, and so has text that
/// begins with an apostrophe: who reads the file by program takes one apostrophe away from the front
/// of text cells.
struct CSVExport: RecordExport {
    private typealias Column = (name: String, cell: @Sendable (ImageRecord) -> String)

    private static let columns: [Column] = [
        ("path", { text($0.path) }),
        ("status", { $0.status.rawValue }),
        ("id", { text($0.id) }),
        ("format", { text($0.format) }),
        ("width", { number($0.width) }),
        ("height", { number($0.height) }),
        ("orientation", { number($0.orientation) }),
        ("sha256", { text($0.sha256) }),
        ("score", { number($0.score) }),
        ("threshold", { number($0.threshold) }),
        ("p_value", { number($0.pValue) }),
        ("margin", { number($0.margin) }),
        ("regions", { number($0.regions?.count) }),
        ("regions_area", { number($0.regions?.reduce(0) { $0 + $1.area }) }),
        ("peak", { number($0.strongestRegion?.peak) }),
        ("peak_x", { number($0.strongestRegion?.box.x) }),
        ("peak_y", { number($0.strongestRegion?.box.y) }),
        ("peak_width", { number($0.strongestRegion?.box.width) }),
        ("peak_height", { number($0.strongestRegion?.box.height) }),
        ("failure_stage", { text($0.failure?.stage) }),
        ("failure_code", { text($0.failure?.code) }),
        ("failure_detail", { text($0.failure?.detail) }),
        ("report", { text($0.links?.report) }),
        ("model_sha256", { text($0.modelSHA256) }),
    ]

    func opening() -> [UInt8] { Self.row(Self.columns.map(\.name)) }

    func bytes(for record: ImageRecord) -> [UInt8] {
        Self.row(Self.columns.map { $0.cell(record) })
    }

    func closing() -> [UInt8] { [] }

    private static func row(_ cells: [String]) -> [UInt8] {
        Array((cells.map(quoted).joined(separator: ",") + "\r\n").utf8)
    }

    private static func quoted(_ cell: String) -> String {
        let needsQuotes = cell.unicodeScalars.contains {
            $0 == "," || $0 == "\"" || $0 == "\r" || $0 == "\n" || $0 == "\t"
        }
        return needsQuotes ? "\"\(cell.replacing("\"", with: "\"\""))\"" : cell
    }

    private static func number(_ value: (some CustomStringConvertible)?) -> String {
        value.map(\.description) ?? ""
    }

    private static func text(_ value: String?) -> String {
        let value = value?.withoutTerminalControls
        guard let value, let first = value.unicodeScalars.first else { return "" }
        switch first {
        // The wide forms too: some spreadsheets take them for the narrow ones.
        case "=", "+", "-", "@", "\t", "\r", "\n", "'", "\u{FF1D}", "\u{FF0B}", "\u{FF0D}",
            "\u{FF20}":
            return "'" + value
        default: return value
        }
    }
}
