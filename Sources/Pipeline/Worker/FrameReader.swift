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
    package let path: String
    /// The file.
    package let content: Content

    /// Creates a frame.
    package init(path: String, content: Content) {
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
        // Memory that no bytes come for is never touched.
        file.reserveCapacity(header.bytes)
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
                        path: header.path,
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
    let path: String
    let bytes: Int

    private struct Members: Decodable {
        let path: String
        let bytes: Int
    }

    /// The path alone.
    private struct Path: Decodable {
        let path: String
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
        guard !members.path.isEmpty else { throw bad("path is empty") }
        (path, bytes) = (members.path, members.bytes)
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
        let hasPath = (try? decoder.decode(Path.self, from: line)) != nil
        return hasPath
            ? "bytes is not a whole number that JSON can hold" : "path is not a string"
    }
}
