#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// A path as the file system has it: bytes, which need not be UTF-8.
///
/// Opening a file goes by ``bytes``; ``description`` is for people and reports. Paths are ordered
/// by their bytes, so the order depends on no locale.
public struct RawPath: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The path's bytes, without a terminating zero.
    public let bytes: [UInt8]

    /// Creates a path from text, encoded as UTF-8.
    public init(_ text: String) { bytes = Array(text.utf8) }

    /// Creates a path from the file system's own bytes.
    public init(bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }

    /// The path as text; each part that is not UTF-8 shows as U+FFFD.
    public var description: String { String(decoding: bytes, as: UTF8.self) }

    /// Whether ``description`` holds the whole path, so that two such paths never look the same.
    public var isUTF8: Bool { String(validating: bytes, as: UTF8.self) != nil }

    /// The bytes in base64 where ``description`` does not hold them; nil otherwise.
    var base64: String? { isUTF8 ? nil : Data(bytes).base64EncodedString() }

    /// Whether the path starts at the root of the file system.
    public var isAbsolute: Bool { bytes.first == RawPath.slash }

    /// The last component, without slashes at the end; empty for the root of the file system.
    public var name: RawPath {
        let trimmed = trimmingSlashes()
        let start = trimmed.lastIndex(of: RawPath.slash).map { $0 + 1 } ?? trimmed.startIndex
        return RawPath(bytes: trimmed[start...])
    }

    /// Returns a path below this one; an absolute path is returned as it is.
    public func appending(_ component: RawPath) -> RawPath {
        if component.isAbsolute { return component }
        if bytes.isEmpty || bytes.last == RawPath.slash {
            return RawPath(bytes: bytes + component.bytes)
        }
        return RawPath(bytes: bytes + [RawPath.slash] + component.bytes)
    }

    /// Whether the bytes of one path come before another's.
    public static func < (left: RawPath, right: RawPath) -> Bool {
        left.bytes.lexicographicallyPrecedes(right.bytes)
    }

    static let slash = UInt8(ascii: "/")

    private func trimmingSlashes() -> ArraySlice<UInt8> {
        var rest = bytes[...]
        while rest.last == RawPath.slash { rest.removeLast() }
        return rest
    }
}
