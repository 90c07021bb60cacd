#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// A report as JUnit XML: a test case for each input, which fails when the image is flagged and is
/// in error when it could not be scored.
struct JUnitExport: RecordExport {
    let summary: RunSummary

    func opening() -> [UInt8] {
        let counts = summary.counts
        let totals = [
            ("tests", "\(counts.images)"), ("failures", "\(counts.flagged)"),
            ("errors", "\(counts.failed)"), ("time", Self.seconds(summary.elapsedSeconds)),
        ]
        let name = ("name", "residua \(summary.command)")
        let suite =
            [name] + totals
            + [("skipped", "0"), ("timestamp", summary.startedAt.formatted(.iso8601))]
        let properties = [
            ("version", summary.version), ("model", summary.model.path),
            ("model_sha256", summary.model.sha256), ("threshold", "\(summary.threshold)"),
            ("false_alarm_rate", "\(summary.falseAlarmRate)"),
            ("interrupted", "\(summary.interrupted)"),
        ]
        let lines =
            [
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
                XMLText.tag("testsuites", [name] + totals),
                XMLText.tag("testsuite", suite), "<properties>",
            ]
            + properties.map { XMLText.tag("property", [("name", $0), ("value", $1)], ends: true) }
            + ["</properties>", ""]
        return Array(lines.joined(separator: "\n").utf8)
    }

    func bytes(for record: ImageRecord) -> [UInt8] {
        let (folder, name) = Self.parts(of: record.path)
        let attributes = [("classname", folder), ("name", name)]
        guard let outcome = Self.outcome(of: record) else {
            return Array((XMLText.tag("testcase", attributes, ends: true) + "\n").utf8)
        }
        return Array("\(XMLText.tag("testcase", attributes))\(outcome)</testcase>\n".utf8)
    }

    func closing() -> [UInt8] { Array("</testsuite>\n</testsuites>\n".utf8) }

    private static func outcome(of record: ImageRecord) -> String? {
        switch record.status {
        case .ok: return nil
        case .flagged:
            let text = record.regions?.map { "\($0.summary)\n" }.joined() ?? ""
            let report = record.links.map { "report: \($0.report)\n" } ?? ""
            let start = XMLText.tag(
                "failure",
                [("type", "anomaly"), ("message", record.verdictSummary)]
            )
            return "\(start)\(XMLText.content("\(record.path)\n\(text)\(report)"))</failure>"
        case .failed:
            let failure = record.failure
            let type = "\(failure?.stage ?? "")/\(failure?.code ?? "")"
            let start = XMLText.tag(
                "error",
                [("type", type), ("message", failure?.detail ?? "")]
            )
            return "\(start)\(XMLText.content(record.path))</error>"
        }
    }

    /// The folder, which stands for the class, and the file's name.
    private static func parts(of path: String) -> (folder: String, name: String) {
        guard let slash = path.unicodeScalars.lastIndex(of: "/") else { return ("images", path) }
        let name = String(path.unicodeScalars[path.unicodeScalars.index(after: slash)...])
        // What is listed with a slash at its end is a folder that could not be read.
        return name.isEmpty ? ("images", path) : (String(path.unicodeScalars[..<slash]), name)
    }

    /// At most three digits after the point, as readers want it.
    private static func seconds(_ seconds: Double) -> String {
        let thousandths = Int((min(max(seconds, 0), 1e9) * 1000).rounded())
        let rest = "\(thousandths % 1000)"
        return "\(thousandths / 1000)." + String(repeating: "0", count: 3 - rest.count) + rest
    }
}

/// Text in XML 1.0.
enum XMLText {
    /// A start tag, or an empty element.
    static func tag(
        _ name: String,
        _ attributes: [(name: String, value: String)],
        ends: Bool = false
    ) -> String {
        let list = attributes.map { " \($0.name)=\"\(escaped($0.value, inAttribute: true))\"" }
        return "<\(name)\(list.joined())\(ends ? "/" : "")>"
    }

    /// Text between tags.
    static func content(_ text: String) -> String { escaped(text, inAttribute: false) }

    private static func escaped(_ text: String, inAttribute: Bool) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.withoutTerminalControls.unicodeScalars {
            switch scalar {
            case "&": result.append(contentsOf: "&amp;".unicodeScalars)
            case "<": result.append(contentsOf: "&lt;".unicodeScalars)
            case ">": result.append(contentsOf: "&gt;".unicodeScalars)
            case "\"" where inAttribute: result.append(contentsOf: "&quot;".unicodeScalars)
            // A reader makes spaces of these in attributes, and of a carriage return a line feed.
            case "\t" where inAttribute, "\n" where inAttribute, "\r":
                result.append(contentsOf: "&#\(scalar.value);".unicodeScalars)
            case "\t", "\n": result.append(scalar)
            // Not allowed in XML 1.0, as the controls that are replaced already.
            case "\u{FFFE}", "\u{FFFF}": result.append("\u{FFFD}")
            default: result.append(scalar)
            }
        }
        return String(result)
    }
}
