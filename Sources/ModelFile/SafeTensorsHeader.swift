internal import Files

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// The JSON header of a safetensors file, checked as far as the tensors' places go.
struct SafeTensorsHeader {
    /// What the header says about one tensor.
    struct Entry: Decodable {
        let dtype: String
        let shape: [Int]
        /// First byte and the byte after the last one, counted from the end of the header.
        let offsets: [Int]

        enum CodingKeys: String, CodingKey {
            case dtype, shape
            case offsets = "data_offsets"
        }
    }

    /// The name of the header's entry that holds texts instead of a tensor.
    static let metadataName = "__metadata__"
    /// The longest header that the format allows, in bytes.
    static let maximumLength = 100_000_000
    /// The most axes of a tensor; two is what a model has.
    static let maximumAxes = 8

    /// The type of bytes that are no numbers.
    static let byteType = "U8"
    /// The name of the tensor of bytes that a ``ModelContainer`` ends with: the SHA-256 of all bytes before it.
    static let sealName = "content_sha256"
    /// The bytes of a SHA-256.
    static let sealCount = 32

    /// The tensors, in the order of their bytes, without the seal.
    let entries: [(name: String, entry: Entry)]
    /// Whether the file ends with a seal.
    let isSealed: Bool
    let metadata: [String: String]
    /// Where the tensors' bytes begin in the file.
    let dataStart: Int

    init(reading file: FileContent) throws(ModelFileError) {
        let json = try Self.json(in: file)
        let content = try Self.content(of: json)
        let named = content.entries.count * 4
        let texts = content.metadata.map { $0.count + 1 } ?? 0
        guard Self.memberCount(in: json) == named + texts else {
            throw .invalidHeader(reason: "it has repeated or unknown names")
        }
        metadata = content.metadata ?? [:]
        dataStart = 8 + json.count
        var entries = try Self.ordered(content.entries, dataStart: dataStart, fileSize: file.count)
        isSealed =
            entries.last.map { name, entry in
                name == Self.sealName && entry.dtype == Self.byteType
                    && entry.shape == [Self.sealCount]
                    && entry.offsets[1] - entry.offsets[0] == Self.sealCount
            } ?? false
        if isSealed { entries.removeLast() }
        self.entries = entries
    }

    private static func json(in file: FileContent) throws(ModelFileError) -> [UInt8] {
        guard file.count > 8 else { throw .notAModel(reason: "it has only \(file.count) bytes") }
        let start = file.bytes(0..<9)
        let length = start[0..<8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard length >= 2, length <= UInt64(maximumLength), start[8] == UInt8(ascii: "{") else {
            throw .notAModel(reason: "it doesn't begin like a safetensors file")
        }
        let end = 8 + Int(length)
        guard end <= file.count else { throw .truncated(expected: end, actual: file.count) }
        return file.bytes(8..<end)
    }

    private struct Content: Decodable {
        var entries: [String: Entry] = [:]
        var metadata: [String: String]?

        struct Name: CodingKey {
            let stringValue: String
            var intValue: Int? { nil }
            init(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Name.self)
            for key in container.allKeys {
                if key.stringValue == metadataName {
                    metadata = try container.decode([String: String].self, forKey: key)
                } else {
                    entries[key.stringValue] = try container.decode(Entry.self, forKey: key)
                }
            }
        }
    }

    private static func content(of json: [UInt8]) throws(ModelFileError) -> Content {
        guard String(validating: json, as: UTF8.self) != nil else {
            throw .invalidHeader(reason: "it is not UTF-8")
        }
        do {
            return try JSONDecoder().decode(Content.self, from: Data(json))
        } catch {
            throw .invalidHeader(
                reason: ModelFileError.reason(of: error, whole: "it is not the JSON of a header")
            )
        }
    }

    /// Counts the members of all objects of a valid JSON text.
    ///
    /// The JSON decoder keeps one of several members of the same name without a word; outside
    /// of strings there is one colon per member, so that the count tells.
    private static func memberCount(in json: [UInt8]) -> Int {
        var count = 0
        var inString = false
        var escaped = false
        for byte in json {
            if inString {
                if escaped {
                    escaped = false
                } else if byte == UInt8(ascii: "\\") {
                    escaped = true
                } else if byte == UInt8(ascii: "\"") {
                    inString = false
                }
            } else if byte == UInt8(ascii: "\"") {
                inString = true
            } else if byte == UInt8(ascii: ":") {
                count += 1
            }
        }
        return count
    }

    /// Sorts the tensors by their bytes and checks that these fill the file without gap or overlap.
    private static func ordered(
        _ entries: [String: Entry],
        dataStart: Int,
        fileSize: Int
    ) throws(ModelFileError) -> [(name: String, entry: Entry)] {
        for (name, entry) in entries.sorted(by: { $0.key < $1.key }) {
            guard entry.shape.count <= maximumAxes else {
                throw .badTensor(
                    name: name,
                    reason: "it has \(entry.shape.count) axes, at most \(maximumAxes) are read"
                )
            }
            guard entry.offsets.count == 2, entry.offsets[0] >= 0,
                entry.offsets[0] <= entry.offsets[1]
            else {
                let range = Array(entry.offsets.prefix(maximumAxes))
                throw .badTensor(name: name, reason: "its bytes have the range \(range)")
            }
        }
        let sorted = entries.map { (name: $0.key, entry: $0.value) }.sorted { first, second in
            let (a, b) = (first.entry.offsets, second.entry.offsets)
            return (a[0], a[1], first.name) < (b[0], b[1], second.name)
        }
        var end = 0
        for (name, entry) in sorted {
            guard entry.offsets[0] == end else {
                let what = entry.offsets[0] < end ? "overlap other tensors" : "leave a gap"
                throw .badTensor(name: name, reason: "its bytes \(what) at \(entry.offsets[0])")
            }
            end = entry.offsets[1]
        }
        let dataLength = fileSize - dataStart
        guard end <= dataLength else {
            let (expected, overflow) = dataStart.addingReportingOverflow(end)
            throw .truncated(expected: overflow ? Int.max : expected, actual: fileSize)
        }
        guard end == dataLength else {
            throw .invalidHeader(reason: "\(dataLength - end) bytes follow the last tensor")
        }
        return sorted
    }
}
