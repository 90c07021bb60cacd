import Foundation
import Reports
import RunLedger

/// All labels of a ledger, as `residua label --list` shows them.
struct LabelList: Encodable {
    /// One label.
    struct Item: Encodable {
        let sha256: String
        let label: String
        let labelledAt: Date
        let note: String?
        let root: String
        let path: String
        let status: String
        let score: Double?
        let id: String?
        let modelSHA256: String

        private enum CodingKeys: String, CodingKey {
            case sha256, label, note, root, path, status, score, id
            case labelledAt = "labelled_at"
            case modelSHA256 = "model_sha256"
        }

        init(_ entry: LabelEntry) {
            sha256 = "\(entry.sha256)"
            label = entry.label.rawValue
            labelledAt = entry.labelledAt
            note = entry.note
            root = String(decoding: entry.key.root, as: UTF8.self)
            path = String(decoding: entry.key.path, as: UTF8.self)
            status = entry.outcome.rawValue
            score = entry.score
            id = entry.flaggedIdentifier
            modelSHA256 = "\(entry.model)"
        }
    }

    private let schemaVersion = ReportSchema.version
    private let labels: [Item]

    private enum CodingKeys: String, CodingKey {
        case schemaVersion = "schema_version"
        case labels
    }

    /// Sorts labels by time, then content.
    init(_ labels: [LabelEntry]) {
        self.labels = labels.map(Item.init).sorted {
            ($0.labelledAt, $0.sha256) < ($1.labelledAt, $1.sha256)
        }
    }

    func printJSON() throws {
        let bytes = try ReportJSON.document(self, what: "labels")
        print(String(decoding: bytes, as: UTF8.self), terminator: "")
    }

    func printTable() {
        if labels.isEmpty {
            print("no labels yet; give one with: residua label <image> false-alarm|confirmed")
            return
        }
        print("label        when                     score  content       image")
        for item in labels {
            var line = item.label.padded(to: 13) + item.labelledAt.formatted(.iso8601)
            line += (item.score?.formatted(2) ?? "-").padded(to: 10, left: true)
            line += "  \(item.sha256.prefix(12))  \(item.id ?? item.path.printable)"
            if let note = item.note { line += "  (\(note.printable))" }
            print(line)
        }
    }
}
