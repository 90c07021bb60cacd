internal import Files
internal import Reports

/// A file of records that come in the order of a walk, read one after the other.
struct RecordSource: Sendable {
    /// The record that comes next.
    struct Head: Sendable {
        let outline: RecordOutline
        /// Comes in the order of the walk.
        let key: [UInt8]
        /// Counted from 1.
        let number: Int
        fileprivate let offset: Int
        fileprivate let length: Int
        /// Nil where the line is long; it is read again.
        fileprivate let line: [UInt8]?
    }

    /// The file.
    var path: String { file.path }
    private(set) var head: Head?
    private var file: ReopenedFile
    private let model: String
    private let shard: Shard?
    private var remaining = 0
    private var endsAnywhere = false
    private var number = 0

    /// Longer lines are not kept while others come first: pictures may make a line megabytes long.
    private static let keptBytes = 1 << 15

    /// Names a file.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - model: The digest of the model that all records are of.
    ///   - shard: The shard that all records belong to; nil where there are none.
    ///   - limit: The most bytes of a line.
    ///   - chunk: The bytes that are read at once.
    init(_ path: String, model: String, shard: Shard?, limit: Int, chunk: Int) {
        file = ReopenedFile(path, limit: limit, chunk: chunk)
        self.model = model
        self.shard = shard
    }

    /// Goes to the first record of the next root.
    ///
    /// - Parameter lines: How many lines are about the root's inputs; nil where they go on to the end of the file.
    /// - Throws: ``MergeError`` where the first of them can't be used.
    mutating func begin(lines: Int?) throws(MergeError) {
        head = nil
        remaining = lines ?? .max
        endsAnywhere = lines == nil
        try advance()
    }

    /// Goes to the next record of the same root.
    mutating func advance() throws(MergeError) {
        let last = head?.key
        head = nil
        guard remaining > 0 else { return }
        guard let line = try reading({ file throws(FileError) in try file.nextLine() }) else {
            guard endsAnywhere else {
                throw unusable("it has fewer lines than its run.json says; scan again")
            }
            return try requireEnd()
        }
        remaining -= 1
        number += 1
        guard let outline = try? ReportJSON.decode(RecordOutline.self, from: line),
            outline.schemaVersion == ReportSchema.version
        else { throw unusable("line \(number) is no record of an input") }
        guard outline.modelSHA256 == model else {
            throw unusable("line \(number) is of another model (\(outline.path))")
        }
        let path = outline.pathBytes
        if let shard, !shard.contains(RawPath(bytes: path)) {
            throw unusable("line \(number) is not of shard \(shard) (\(outline.path))")
        }
        // A root that can't be listed to its end comes before what it holds.
        let key = outline.path == "./" ? [] : path
        if let last, !last.lexicographicallyPrecedes(key) {
            if last == key { throw .duplicate(input: outline.path, file.path, file.path) }
            throw unusable(
                "line \(number) is not in the order of the bytes of paths (\(outline.path)); sort it"
            )
        }
        head = Head(
            outline: outline,
            key: key,
            number: number,
            offset: file.lineOffset,
            length: line.count,
            line: line.count > Self.keptBytes ? nil : line
        )
    }

    /// The line of the head.
    mutating func line(of head: Head) throws(MergeError) -> [UInt8] {
        if let line = head.line { return line }
        return try reading { file throws(FileError) in
            try file.read(at: head.offset, count: head.length)
        }
    }

    /// Checks that nothing follows.
    mutating func requireEnd() throws(MergeError) {
        guard try reading({ file throws(FileError) in try file.nextLine() }) == nil else {
            throw unusable("it has more lines than its run.json says; scan again")
        }
        guard !file.hasUnfinishedLine else {
            throw unusable("its last line has no end: whoever wrote it was stopped")
        }
    }

    /// An error about the file.
    func unusable(_ reason: String) -> MergeError { .unusable(file.path, reason: reason) }

    private mutating func reading<Result>(
        _ read: (inout ReopenedFile) throws(FileError) -> Result
    ) throws(MergeError) -> Result {
        do throws(FileError) {
            return try read(&file)
        } catch {
            throw .unusable(error.path, reason: error.reason)
        }
    }
}
