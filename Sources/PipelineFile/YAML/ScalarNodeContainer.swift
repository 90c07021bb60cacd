/// Decodes a single value.
struct ScalarNodeContainer: SingleValueDecodingContainer {
    let decoder: NodeDecoder

    var codingPath: [any CodingKey] { decoder.codingPath }

    func decodeNil() -> Bool { decoder.node.isNull }

    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        guard let readable = type as? any ScalarReadable.Type else {
            return try Value(from: decoder)
        }
        if case .scalar(let scalar) = decoder.node.content {
            if scalar.isUnusable {
                var failure = decoder.failure("")
                failure.isReported = true
                throw failure
            }
            if !scalar.isNull, let value = readable.read(scalar) as? Value { return value }
        }
        let advice =
            decoder.node.unquoted.flatMap { readable.read($0) } == nil ? "" : " without quotes"
        throw decoder.failure("found \(decoder.node.phrase), want \(readable.wanted)\(advice)")
    }
}

/// A type that is read from one scalar.
protocol ScalarReadable {
    /// What is wanted, for an error.
    static var wanted: String { get }

    /// The value that a scalar stands for, or nil.
    static func read(_ scalar: YAMLScalar) -> Self?
}

extension String: ScalarReadable {
    static var wanted: String { "a text" }

    static func read(_ scalar: YAMLScalar) -> String? { scalar.text }
}

extension Bool: ScalarReadable {
    static var wanted: String { "true or false" }

    static func read(_ scalar: YAMLScalar) -> Bool? {
        scalar.isUntyped ? ["true": true, "false": false][scalar.text] : nil
    }
}

extension ScalarReadable where Self: FixedWidthInteger {
    static var wanted: String {
        min < 0 ? "a whole number" : "a whole number that is not negative"
    }

    static func read(_ scalar: YAMLScalar) -> Self? {
        scalar.isUntyped ? Self(scalar.text) : nil
    }
}

extension ScalarReadable where Self: BinaryFloatingPoint & LosslessStringConvertible {
    static var wanted: String { "a number" }

    static func read(_ scalar: YAMLScalar) -> Self? {
        // Neither hexadecimal numbers nor words such as "infinity".
        guard scalar.isUntyped,
            scalar.text.utf8.allSatisfy({ byte in
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                    || "+-.eE".utf8.contains(byte)
            }), let value = Self(scalar.text), value.isFinite
        else { return nil }
        return value
    }
}

extension Int: ScalarReadable {}
extension Int8: ScalarReadable {}
extension Int16: ScalarReadable {}
extension Int32: ScalarReadable {}
extension Int64: ScalarReadable {}
extension UInt: ScalarReadable {}
extension UInt8: ScalarReadable {}
extension UInt16: ScalarReadable {}
extension UInt32: ScalarReadable {}
extension UInt64: ScalarReadable {}
extension Float: ScalarReadable {}
extension Double: ScalarReadable {}
