package import Files

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// One input of a worker.
package struct Frame: Sendable, Equatable {
    /// What follows the header.
    package enum Content: Sendable, Equatable {
        /// The whole file.
        case file([UInt8])
        /// A file of so many bytes, more than are taken: it was read and thrown away.
        case tooLarge(Int)
    }

    /// The input's path, relative to its root.
    package let path: RawPath
    /// The file.
    package let content: Content

    /// Creates a frame.
    package init(path: RawPath, content: Content) {
        self.path = path
        self.content = content
    }
}

/// Cuts a stream of bytes into frames: a header line of JSON, then as many bytes as it says.
///
/// Memory is bounded by the longest header line, the limit on a file and one buffer. What a header says is believed only as far
/// as bytes come.
package struct FrameReader: Sendable {
    /// The most bytes of a header line.
    package static let headerLimit = 1 << 16
    /// The most bytes that a header may announce: larger numbers are not exact in other programs' JSON.
    package static let countLimit = 1 << 53
    private static let chunk = 1 << 16

    private let source: any ByteSource
    private let fileLimit: Int
    private var buffer: [UInt8] = []
    /// The first byte of the buffer that no frame has taken.
    private var start = 0
    /// The place of the buffer's first byte in the stream.
    private var base = 0

    /// Starts with nothing read.
    ///
    /// - Parameters:
    ///   - fileLimit: The most bytes of a file; larger ones are thrown away.
    ///   - source: The stream.
    package init(fileLimit: Int, source: any ByteSource) {
        self.fileLimit = fileLimit
        self.source = source
    }

    /// Returns the next frame; nil where the stream ends after a whole one.
    ///
    /// - Throws: ``FramingError``; nothing more can be read then.
    package mutating func next() throws(FramingError) -> Frame? {
        let place = base + start
        guard let line = try headerLine() else { return nil }
        let header = try Header(line, at: place)
        guard header.bytes <= fileLimit else {
            try take(header) { _ in }
            return Frame(path: header.path, content: .tooLarge(header.bytes))
        }
        var file: [UInt8] = []
        // More is taken as it comes: a header can announce what no machine has.
        file.reserveCapacity(min(header.bytes, 1 << 26))
        try take(header) { file += $0 }
        return Frame(path: header.path, content: .file(file))
    }

    /// The next line without its end; nil at the end of the stream.
    private mutating func headerLine() throws(FramingError) -> ArraySlice<UInt8>? {
        let place = base + start
        var searched = start
        while true {
            if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                guard end - start <= Self.headerLimit else { throw Self.tooLong(at: place) }
                defer { start = end + 1 }
                return buffer[start..<end]
            }
            guard buffer.count - start <= Self.headerLimit else { throw Self.tooLong(at: place) }
            searched = buffer.count - start
            if try !fill(keepingRest: true) {
                if buffer.isEmpty { return nil }
                throw FramingError(offset: base + buffer.count, reason: .cutHeader)
            }
        }
    }

    private static func tooLong(at place: Int) -> FramingError {
        FramingError(offset: place, reason: .longHeader(limit: headerLimit))
    }

    /// Hands over the bytes of a frame piece by piece.
    private mutating func take(
        _ header: Header,
        _ body: (ArraySlice<UInt8>) -> Void
    ) throws(FramingError) {
        var missing = header.bytes
        while missing > 0 {
            if start == buffer.count, try !fill(keepingRest: false) {
                throw FramingError(
                    offset: base,
                    reason: .cutContent(
                        path: header.path.description,
                        bytes: header.bytes,
                        found: header.bytes - missing
                    )
                )
            }
            let piece = buffer[start...].prefix(missing)
            body(piece)
            start += piece.count
            missing -= piece.count
        }
    }

    /// Drops what was taken and gets more; whether there was more.
    private mutating func fill(keepingRest: Bool) throws(FramingError) -> Bool {
        base += start
        buffer.removeSubrange(..<start)
        start = 0
        do {
            let more = try source.read(atMost: Self.chunk)
            buffer = keepingRest ? buffer + more : more
            return !more.isEmpty
        } catch {
            throw FramingError(offset: base + buffer.count, reason: .unreadable(error))
        }
    }
}

/// What a frame's first line says.
private struct Header {
    let path: RawPath
    let bytes: Int

    private struct Members: Decodable {
        let path: String
        let pathBase64: String?
        let bytes: Int

        private enum CodingKeys: String, CodingKey {
            case path, bytes
            case pathBase64 = "path_base64"
        }
    }

    /// The path alone.
    private struct Path: Decodable {
        let path: String
    }

    /// The count alone.
    private struct Count: Decodable {
        let bytes: Int
    }

    /// What any JSON is.
    private struct Anything: Decodable {
        init(from decoder: any Decoder) {}
    }

    /// Reads a line.
    ///
    /// - Parameters:
    ///   - line: Without its end.
    ///   - place: Where it starts in the stream.
    /// - Throws: ``FramingError`` when it is no header.
    init(_ line: ArraySlice<UInt8>, at place: Int) throws(FramingError) {
        func bad(_ problem: String) -> FramingError {
            FramingError(offset: place, reason: .badHeader(problem))
        }
        // Foundation would take UTF-16 too.
        guard String(validating: line, as: UTF8.self) != nil, !line.contains(0) else {
            throw bad("the header line is no text in UTF-8")
        }
        let members: Members
        do {
            members = try JSONDecoder().decode(Members.self, from: Data(line))
        } catch {
            throw bad(Self.problem(of: Data(line), error))
        }
        guard (0...FrameReader.countLimit).contains(members.bytes) else {
            throw bad("bytes must be in 0...\(FrameReader.countLimit), found \(members.bytes)")
        }
        guard let path = Self.path(members) else { throw bad("path_base64 is no base64") }
        guard !path.bytes.isEmpty else { throw bad("path is empty") }
        (self.path, bytes) = (path, members.bytes)
    }

    /// The path's own bytes; nil where they can't be read.
    private static func path(_ members: Members) -> RawPath? {
        guard let text = members.pathBase64 else { return RawPath(members.path) }
        return Data(base64Encoded: text).map { RawPath(bytes: $0) }
    }

    /// Why a line is no header, in words.
    private static func problem(of line: Data, _ error: any Error) -> String {
        let decoder = JSONDecoder()
        do {
            _ = try decoder.decode([String: Anything].self, from: line)
        } catch DecodingError.dataCorrupted {
            return "the header line is no JSON"
        } catch {
            return "the header line is no JSON object"
        }
        if case DecodingError.keyNotFound(let key, _) = error {
            return "the header line has no \(key.stringValue)"
        }
        if (try? decoder.decode(Path.self, from: line)) == nil { return "path is not a string" }
        let hasCount = (try? decoder.decode(Count.self, from: line)) != nil
        return hasCount
            ? "path_base64 is not a string" : "bytes is not a whole number that JSON can hold"
    }
}
