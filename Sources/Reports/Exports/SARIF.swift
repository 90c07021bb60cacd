internal import Scoring

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// The parts of SARIF 2.1.0 that an export has; names are those of the standard.
enum SARIF {
    struct Log: Encodable {
        let schema =
            "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
        let version = "2.1.0"
        let runs: [Run]

        private enum CodingKeys: String, CodingKey {
            case schema = "$schema"
            case version, runs
        }
    }

    struct Message: Encodable {
        let text: String
    }

    struct ArtifactLocation: Encodable {
        let uri: String
        let uriBaseId: String

        /// A path below the scanned folder.
        init(image path: String) {
            uri = SARIF.reference(to: path)
            uriBaseId = Self.scanned
        }

        /// A path in the report folder.
        init(report path: String) {
            uri = SARIF.reference(to: path)
            uriBaseId = Self.report
        }

        static let scanned = "SCANNED"
        static let report = "REPORT"
    }

    /// A path as a relative reference (RFC 3986).
    static func reference(to path: String) -> String {
        var result = ""
        for byte in path.utf8 {
            let scalar = Unicode.Scalar(byte)
            switch scalar {
            case "A"..."Z", "a"..."z", "0"..."9", "-", ".", "_", "~", "/":
                result.unicodeScalars.append(scalar)
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                result += "%\(digits.count == 1 ? "0" : "")\(digits)"
            }
        }
        // An absolute path of two slashes would name another machine.
        return result.hasPrefix("//") ? "/." + result : result
    }
}

extension SARIF {
    /// Its results are appended to its JSON: no other key may come after them.
    struct Run: Encodable {
        struct Tool: Encodable {
            struct Driver: Encodable {
                let name = "residua"
                let version: String
                let semanticVersion: String
                let rules = Rule.allCases.map(Descriptor.init)
            }
            let driver: Driver
        }

        struct Descriptor: Encodable {
            struct Configuration: Encodable {
                let level: String
            }
            let id: String
            let name: String
            let shortDescription: Message
            let fullDescription: Message
            let defaultConfiguration: Configuration

            init(_ rule: Rule) {
                id = rule.rawValue
                name = rule.name
                shortDescription = Message(text: rule.summary)
                fullDescription = Message(text: rule.detail)
                defaultConfiguration = Configuration(level: rule.level)
            }
        }

        struct Invocation: Encodable {
            let executionSuccessful: Bool
            let exitCode: Int
            let startTimeUtc: Date
            let endTimeUtc: Date
        }

        struct Base: Encodable {
            let description: Message
        }

        struct Properties: Encodable {
            let counts: RunSummary.Counts
            let falseAlarmRate: Double
            let model: ModelIdentity
            let threshold: Float
        }

        let columnKind = "unicodeCodePoints"
        let invocations: [Invocation]
        let originalUriBaseIds: [String: Base]
        let properties: Properties
        let tool: Tool

        init(_ summary: RunSummary) {
            invocations = [
                Invocation(
                    executionSuccessful: summary.isSuccess,
                    exitCode: summary.exitStatus,
                    startTimeUtc: summary.startedAt,
                    endTimeUtc: summary.finishedAt
                )
            ]
            let roots = summary.roots.map { ": " + $0.joined(separator: ", ") } ?? ""
            originalUriBaseIds = [
                ArtifactLocation.scanned: Base(
                    description: Message(text: "What was scanned\(roots)")
                ),
                ArtifactLocation.report: Base(description: Message(text: "The report folder")),
            ]
            properties = Properties(
                counts: summary.counts,
                falseAlarmRate: summary.falseAlarmRate,
                model: summary.model,
                threshold: summary.threshold
            )
            tool = Tool(
                driver: .init(version: summary.version, semanticVersion: summary.version)
            )
        }
    }

    /// What results are about.
    enum Rule: String, CaseIterable {
        case anomaly
        case unreadableInput = "unreadable-input"

        var index: Int { self == .anomaly ? 0 : 1 }
        var name: String { self == .anomaly ? "Anomaly" : "UnreadableInput" }
        var level: String { self == .anomaly ? "warning" : "error" }

        var summary: String {
            switch self {
            case .anomaly: "An image does not look like the normal ones."
            case .unreadableInput: "An input could not be scored."
            }
        }

        var detail: String {
            switch self {
            case .anomaly:
                "The image's score is above the threshold that the model keeps for the wanted rate of "
                    + "false alarms. The rank is 100 (1 - threshold / score)."
            case .unreadableInput:
                "The file is damaged, too large, or could not be read; nothing is known of the image."
            }
        }
    }
}

extension RunSummary {
    /// Whether the run came to its end; inputs that could not be read don't count against it.
    var isSuccess: Bool { !interrupted && [0, 1, 3].contains(exitStatus) }
}
