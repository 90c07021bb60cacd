#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// Which run holds a lock, or held it last.
public struct LockHolder: Codable, Sendable, Hashable {
    /// The name of the machine.
    public let host: String
    /// The number of the process.
    public let processIdentifier: Int32
    /// When the run began, kept to the second.
    public let startedAt: Date
    /// The command that runs, for instance `scan`.
    public let command: String

    private enum CodingKeys: String, CodingKey {
        case host, command
        case processIdentifier = "pid"
        case startedAt = "started_at"
    }

    /// Describes a run.
    public init(host: String, processIdentifier: Int32, startedAt: Date, command: String) {
        self.host = host
        self.processIdentifier = processIdentifier
        self.startedAt = Date(timeIntervalSince1970: startedAt.timeIntervalSince1970.rounded(.down))
        self.command = command
    }

    /// When the run began, for a person, in universal time.
    var startTime: String { startedAt.formatted(.iso8601) }

    /// Reads one line of JSON; nil when it is anything else.
    init?(line: [UInt8]) {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        guard let holder = try? decoder.decode(LockHolder.self, from: Data(line)) else {
            return nil
        }
        self = holder
    }

    /// One line of JSON with a line end.
    var line: [UInt8] {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Texts and whole numbers only: there is nothing that can't be encoded.
        let json = (try? encoder.encode(self)) ?? Data()
        return [UInt8](json) + [UInt8(ascii: "\n")]
    }
}
