public import Files

/// Why no more frames can be read from a stream: where the next one starts is not known any more.
public struct FramingError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong.
    public enum Reason: Sendable, Equatable {
        /// A header line is not what it should be.
        case badHeader(String)
        /// A header line has no end within so many bytes.
        case longHeader(limit: Int)
        /// The stream ends within a header line.
        case cutHeader
        /// The stream ends within the bytes of a frame.
        case cutContent(path: String, bytes: Int, found: Int)
        /// The system refused to read.
        case unreadable(FileError)
    }

    /// The place in the stream, counted from 0: the header's first byte, or where the stream ends too early.
    public let offset: Int
    /// What is wrong there.
    public let reason: Reason

    /// Creates an error.
    public init(offset: Int, reason: Reason) {
        self.offset = offset
        self.reason = reason
    }

    /// One line for a person: where, what is wrong, what to do.
    public var description: String {
        let problem =
            switch reason {
            case .badHeader(let problem):
                "\(problem); a frame starts with a line like {\"path\": \"a.png\", \"bytes\": 5}"
            case .longHeader(let limit):
                "the header line is longer than \(limit) bytes; a frame starts with a short line of JSON"
            case .cutHeader:
                "the input ends within a header line; end it after a whole frame"
            case .cutContent(let path, let bytes, let found):
                "the input ends within a frame, after \(found) of the \(bytes) bytes of "
                    + "\(path.debugDescription); end it after a whole frame"
            case .unreadable(let error):
                "\(error)"
            }
        return "frames, byte \(offset): \(problem)"
    }
}
