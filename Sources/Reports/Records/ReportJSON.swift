#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// Turns records into JSON: sorted keys, shortest numbers that read back, always ASCII-safe
/// for line readers and terminals.
public enum ReportJSON {
    /// Returns a record on one line, with the line end.
    ///
    /// - Throws: ``ReportError/invalidRecord(what:reason:)`` when a number is not finite.
    public static func line(
        _ record: some Encodable,
        what: String
    ) throws(ReportError) -> [UInt8] {
        try encode(record, what: what, layout: [])
    }

    /// Returns a record over several lines for people to read, with the last line's end.
    ///
    /// - Throws: ``ReportError/invalidRecord(what:reason:)`` when a number is not finite.
    public static func document(
        _ record: some Encodable,
        what: String
    ) throws(ReportError) -> [UInt8] {
        try encode(record, what: what, layout: .prettyPrinted)
    }

    /// Reads a record that ``line(_:what:)`` or ``document(_:what:)`` wrote.
    ///
    /// - Throws: `DecodingError` when the bytes are no such record.
    public static func decode<Record: Decodable>(
        _ type: Record.Type,
        from bytes: [UInt8]
    ) throws -> Record {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        return try decoder.decode(type, from: Data(bytes))
    }

    private static func encode(
        _ record: some Encodable,
        what: String,
        layout: JSONEncoder.OutputFormatting
    ) throws(ReportError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = layout.union([.sortedKeys, .withoutEscapingSlashes])
        encoder.dateEncodingStrategy = .iso8601
        do {
            return escaped(try encoder.encode(record)) + [UInt8(ascii: "\n")]
        } catch EncodingError.invalidValue(let value, let context) {
            let place = context.codingPath.map(\.stringValue).joined(separator: ".")
            throw .invalidRecord(what: what, reason: "\(place) is \(value)")
        } catch {
            throw .invalidRecord(what: what, reason: "\(error)")
        }
    }

    /// Escapes the characters that JSON allows in strings but that line readers take for a
    /// line's end or that let a file name steer a terminal.
    ///
    /// JSON has such characters in strings only, so that the bytes can be replaced anywhere.
    private static func escaped(_ json: Data) -> [UInt8] {
        guard json.contains(where: { $0 >= 0x7F }) else { return Array(json) }
        var result: [UInt8] = []
        result.reserveCapacity(json.count + 16)
        for scalar in String(decoding: json, as: UTF8.self).unicodeScalars {
            switch scalar.value {
            case 0x7F...0x9F, 0x2028...0x202E, 0x2066...0x2069:
                let digits = String(scalar.value, radix: 16)
                let zeros = String(repeating: "0", count: 4 - digits.count)
                result.append(contentsOf: "\\u\(zeros)\(digits)".utf8)
            default:
                result.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            }
        }
        return result
    }
}
