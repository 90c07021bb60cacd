import Files
import Foundation
import Pipeline
import Synchronization
import Tensors
import Testing

/// A stream that comes in pieces of chosen sizes.
final class PiecewiseStream: ByteSource {
    private let state: Mutex<(bytes: ArraySlice<UInt8>, sizes: [Int])>
    private let failure: FileError?

    /// Creates a stream.
    ///
    /// - Parameters:
    ///   - bytes: All of it.
    ///   - sizes: The pieces' sizes in turn, at least 1; the last one again and again.
    ///   - failure: What comes in place of the end.
    init(_ bytes: [UInt8], sizes: [Int] = [.max], failure: FileError? = nil) {
        state = Mutex((bytes[...], sizes))
        self.failure = failure
    }

    func read(atMost count: Int) throws(FileError) -> [UInt8] {
        let piece = state.withLock { state in
            let size = state.sizes.count > 1 ? state.sizes.removeFirst() : state.sizes[0]
            let piece = state.bytes.prefix(min(size, count))
            state.bytes.removeFirst(piece.count)
            return Array(piece)
        }
        if piece.isEmpty, let failure { throw failure }
        return piece
    }
}

/// The stream of bytes that `residua worker` reads.
@Suite struct FrameReaderTests {
    private static let files: [(path: String, bytes: [UInt8])] = [
        ("a.png", Array("first".utf8)), ("empty.png", []),
        ("grüße/\"quoted\"\n.jpg", Array("{\"path\": \"x\", \"bytes\": 2}\n\n".utf8)),
        ("large.png", [UInt8](repeating: 10, count: 200_000)),
        ("last.png", [0]),
    ]
    private static var frames: [Frame] {
        files.map { Frame(path: RawPath($0.path), content: .file($0.bytes)) }
    }
    private static var stream: [UInt8] {
        get throws { try files.flatMap { try frame($0.path, $0.bytes) } }
    }

    static func frame(_ path: String, _ bytes: [UInt8]) throws -> [UInt8] {
        let name = String(decoding: try JSONEncoder().encode(path), as: UTF8.self)
        return Array("{\"path\": \(name), \"bytes\": \(bytes.count)}\n".utf8) + bytes
    }

    /// All frames of a stream, and why it ends.
    private static func read(
        _ bytes: [UInt8],
        sizes: [Int] = [.max],
        fileLimit: Int = 1 << 20
    ) -> (frames: [Frame], error: FramingError?) {
        let stream = PiecewiseStream(bytes, sizes: sizes)
        var reader = FrameReader(fileLimit: fileLimit, source: stream)
        var frames: [Frame] = []
        do throws(FramingError) {
            while let frame = try reader.next() { frames.append(frame) }
            return (frames, nil)
        } catch {
            return (frames, error)
        }
    }

    @Test(arguments: [1, 2, 7, 4096, 65_535, 65_536, .max])
    func cutsTheSameFramesWhateverThePieces(size: Int) throws {
        let (frames, error) = Self.read(try Self.stream, sizes: [size])
        #expect(frames == Self.frames && error == nil)
    }

    @Test(arguments: 0..<50)
    func cutsTheSameFramesOutOfRandomPieces(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let greatest = [2, 9, 100, 70_000][Int(seed % 4)]
        let sizes = (0..<1000).map { _ in Int.random(in: 1...greatest, using: &generator) }
        let (frames, error) = Self.read(try Self.stream, sizes: sizes + [.max])
        #expect(frames == Self.frames && error == nil)
    }

    @Test func anEmptyStreamHasNoFrames() {
        let (frames, error) = Self.read([])
        #expect(frames.isEmpty && error == nil)
    }

    @Test func whatIsTooLargeIsPassedOver() throws {
        let (frames, error) = Self.read(try Self.stream, sizes: [999], fileLimit: 30)
        var wanted = Self.frames
        wanted[3] = Frame(path: RawPath("large.png"), content: .tooLarge(200_000))
        #expect(frames == wanted && error == nil)
        let exact = try Self.frame("a", [1, 2, 3])
        #expect(Self.read(exact, fileLimit: 3).frames[0].content == .file([1, 2, 3]))
        #expect(Self.read(exact, fileLimit: 2).frames[0].content == .tooLarge(3))
    }

    /// A header may promise what never comes.
    @Test(arguments: [1 << 20, 1 << 53])
    func takesNoMemoryForWhatDoesNotCome(fileLimit: Int) throws {
        let header = Array("{\"path\": \"a\", \"bytes\": \(1 << 52)}\n12345".utf8)
        let (frames, error) = Self.read(header, fileLimit: fileLimit)
        #expect(frames.isEmpty)
        let reason = FramingError.Reason.cutContent(path: "a", bytes: 1 << 52, found: 5)
        #expect(error == FramingError(offset: header.count, reason: reason))
    }

    @Test func tellsWhereTheStreamBreaksOff() throws {
        let small = Self.files.filter { $0.bytes.count < 1000 }
        var starts: [Int] = []
        var contents: [Int] = []
        var stream: [UInt8] = []
        for file in small {
            starts.append(stream.count)
            stream += try Self.frame(file.path, file.bytes)
            contents.append(stream.count - file.bytes.count)
        }
        let ends = starts.dropFirst() + [stream.count]
        for length in 0...stream.count {
            let (frames, error) = Self.read(Array(stream.prefix(length)), sizes: [3])
            let whole = ends.count { $0 <= length }
            #expect(
                frames.map(\.path) == small.prefix(whole).map { RawPath($0.path) },
                "\(length)"
            )
            guard length > 0, !ends.contains(length) else {
                #expect(error == nil, "\(length)")
                continue
            }
            #expect(error?.offset == length)
            if length < contents[whole] {
                #expect(error?.reason == .cutHeader, "\(length)")
            } else {
                let (path, bytes) = small[whole]
                #expect(
                    error?.reason
                        == .cutContent(
                            path: path,
                            bytes: bytes.count,
                            found: length - contents[whole]
                        )
                )
            }
        }
    }

    /// One byte is another, at every place and with several values: the frames or an error, never anything else.
    @Test func aDamagedByteIsNoticedOrLeavesWholeFrames() throws {
        let stream = try Self.frame("a.png", [1, 2, 3]) + Self.frame("b.png", [4])
        for place in stream.indices {
            for value in [0, 9, 10, 34, 45, 48, 57, 123, 128, 255] as [UInt8] {
                var damaged = stream
                damaged[place] = value
                let (frames, error) = Self.read(damaged, sizes: [5])
                #expect(frames.count <= 2, "\(place) \(value)")
                if let error {
                    #expect((0...stream.count).contains(error.offset))
                } else {
                    #expect(frames.count == 2, "\(place) \(value)")
                }
            }
        }
    }

    @Test(arguments: [
        ("no JSON at all", "no JSON"), ("", "no JSON"), ("[1, 2]", "no JSON object"),
        ("12", "no JSON object"), ("null", "no JSON object"), ("{}", "has no"),
        (#"{"path": "a"}"#, "no bytes"), (#"{"bytes": 3}"#, "no path"),
        (#"{"path": 3, "bytes": 3}"#, "path is not a string"),
        (#"{"path": null, "bytes": 3}"#, "path is not a string"),
        (#"{"path": "", "bytes": 3}"#, "path is empty"),
        (#"{"path": "a", "bytes": "3"}"#, "bytes is not a whole number"),
        (#"{"path": "a", "bytes": null}"#, "bytes is not a whole number"),
        (#"{"path": "a", "bytes": true}"#, "bytes is not a whole number"),
        (#"{"path": "a", "bytes": 3.5}"#, "bytes is not a whole number"),
        (#"{"path": "a", "bytes": -1}"#, "found -1"),
        (#"{"path": "a", "bytes": 9007199254740993}"#, "found 9007199254740993"),
        (#"{"path": "a", "bytes": 99999999999999999999}"#, "bytes is not a whole number"),
        (#"{"path": "a", "path_base64": 2, "bytes": 3}"#, "path_base64 is not a string"),
        (#"{"path": "a", "path_base64": "/w=", "bytes": 3}"#, "path_base64 is no base64"),
        (#"{"path": "a", "path_base64": "", "bytes": 3}"#, "path is empty"),
        (#"{"path": "a", "bytes": 3"#, "no JSON"), (#"{"path": "a", "bytes": 3} 4"#, "no JSON"),
        (#"{"path": "\ud800", "bytes": 3}"#, "path is not a string"),
    ])
    func saysWhatIsWrongWithAHeader(header: String, problem: String) throws {
        let first = try Self.frame("a.png", [1, 2])
        let (frames, error) = Self.read(first + Array((header + "\n123").utf8))
        #expect(frames.count == 1)
        let found = try #require(error)
        #expect(found.offset == first.count)
        #expect(found.description.contains(problem), "\(found)")
        #expect(found.description.hasPrefix("frames, byte \(first.count): "))
    }

    @Test func aHeaderIsTextOfBoundedLength() throws {
        #expect(
            Self.read([0x7B, 0xFF, 0x7D, 10]).error?.description.contains("no text in UTF-8")
                == true
        )
        #expect(Self.read([0x7B, 0, 0x7D, 0, 10]).error?.description.contains("UTF-8") == true)
        let limit = FrameReader.headerLimit
        let start = "{\"path\": \"a\", \"bytes\": 0"
        let longest = start + String(repeating: " ", count: limit - start.utf8.count - 1) + "}"
        #expect(Self.read(Array((longest + "\n").utf8), sizes: [1000]).frames.count == 1)
        for line in [" " + longest + "\n", String(repeating: "x", count: limit * 3)] {
            let error = Self.read(Array(line.utf8)).error
            #expect(error == FramingError(offset: 0, reason: .longHeader(limit: limit)))
        }
    }

    @Test func otherMembersArePassedBy() {
        let line = #"{"partition": [1, {"path": 2}], "bytes": 1, "path": "a"}"# + "\nx"
        #expect(
            Self.read(Array(line.utf8)).frames == [
                Frame(path: RawPath("a"), content: .file([0x78]))
            ]
        )
    }

    @Test func aPathThatIsNoTextHasItsBytes() {
        let line = #"{"path": "\ufffd/a", "path_base64": "/y9h", "bytes": 0}"# + "\n"
        let path = RawPath(bytes: [0xFF, 0x2F, 0x61])
        #expect(Self.read(Array(line.utf8)).frames == [Frame(path: path, content: .file([]))])
    }

    @Test func aStreamThatCanNotBeReadEndsWithTheReason() throws {
        let refusal = FileError(operation: .read, path: "standard input", code: EIO)
        let first = try Self.frame("a.png", [1, 2])
        let stream = PiecewiseStream(first, failure: refusal)
        var reader = FrameReader(fileLimit: 10, source: stream)
        #expect(try reader.next()?.path == RawPath("a.png"))
        #expect(throws: FramingError(offset: first.count, reason: .unreadable(refusal))) {
            try reader.next()
        }
    }
}
