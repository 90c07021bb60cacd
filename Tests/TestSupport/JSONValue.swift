import Foundation

/// Any JSON value, for looking into files whose shape a test doubts.
public indirect enum JSONValue: Sendable, Hashable, Decodable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    /// Reads a JSON text.
    ///
    /// - Throws: `DecodingError` when it is not JSON.
    public init(parsing bytes: some Sequence<UInt8>) throws {
        self = try JSONDecoder().decode(JSONValue.self, from: Data(bytes))
    }

    /// Decodes whatever is there.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([JSONValue].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }

    /// A member of an object; nil when there is none or this is no object.
    public subscript(name: String) -> JSONValue? {
        if case .object(let members) = self { return members[name] }
        return nil
    }

    /// An element of an array; nil outside it or when this is no array.
    public subscript(index: Int) -> JSONValue? {
        if case .array(let elements) = self, elements.indices.contains(index) {
            return elements[index]
        }
        return nil
    }

    /// The number, or nil.
    public var number: Double? {
        if case .number(let value) = self { return value }
        return nil
    }

    /// The string, or nil.
    public var string: String? {
        if case .string(let value) = self { return value }
        return nil
    }

    /// The members, or nil.
    public var object: [String: JSONValue]? {
        if case .object(let value) = self { return value }
        return nil
    }

    /// The elements, or nil.
    public var array: [JSONValue]? {
        if case .array(let value) = self { return value }
        return nil
    }

    /// Finds the first place where another value differs.
    ///
    /// - Parameters:
    ///   - other: The value to compare with.
    ///   - tolerance: How far numbers may be apart, relative to the larger one or to 1.
    ///   - place: What the result calls this value.
    /// - Returns: The place and both values, in words; nil when the values agree.
    public func difference(
        from other: JSONValue,
        tolerance: Double = 0,
        at place: String = "$"
    ) -> String? {
        switch (self, other) {
        case (.number(let left), .number(let right)):
            let scale = max(1, abs(left), abs(right))
            if left == right || abs(left - right) <= tolerance * scale { return nil }
            return "\(place): \(left) is not \(right)"
        case (.array(let left), .array(let right)):
            for (index, pair) in zip(left, right).enumerated() {
                let inner = pair.0.difference(
                    from: pair.1,
                    tolerance: tolerance,
                    at: "\(place)[\(index)]"
                )
                if let inner { return inner }
            }
            if left.count == right.count { return nil }
            return "\(place): \(left.count) elements, not \(right.count)"
        case (.object(let left), .object(let right)):
            for name in Set(left.keys).union(right.keys).sorted() {
                guard let mine = left[name] else { return "\(place).\(name): is missing" }
                guard let theirs = right[name] else { return "\(place).\(name): is new" }
                let inner = mine.difference(
                    from: theirs,
                    tolerance: tolerance,
                    at: "\(place).\(name)"
                )
                if let inner { return inner }
            }
            return nil
        default:
            return self == other ? nil : "\(place): \(self) is not \(other)"
        }
    }
}
