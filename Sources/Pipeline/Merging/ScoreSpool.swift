internal import Files
internal import Reports

/// The scores of a report of any length, kept in a file: what `run.json` says of them, exactly, in memory for no more than a
/// few megabytes.
///
/// > Source: Quantiles by counting: the upper 16 bits of each score, in an order that is that of the scores, then the lower 16
/// > bits of those that share the upper ones of a wanted place.
struct ScoreSpool: ~Copyable {
    private let folder: Folder
    private let name: String
    private var file: OutputFile
    private var waiting: [UInt8] = []
    private var upper = [Int](repeating: 0, count: 1 << 16)
    private var count = 0
    private var range: ClosedRange<Float>?

    private static let pieceBytes = 1 << 16

    /// Creates the file.
    ///
    /// - Parameter folder: Where a file may lie that goes with this value.
    /// - Throws: ``FileError`` when the file can't be written.
    init(in folder: Folder) throws(FileError) {
        self.folder = folder
        name = AtomicFile.temporaryName(for: "scores")
        file = try OutputFile(folder.path(of: name), mode: .replacing)
    }

    deinit { try? folder.remove(name) }

    /// Adds a score, which is finite.
    mutating func add(_ score: Float) throws(FileError) {
        let score = score + 0
        range = range.map { min($0.lowerBound, score)...max($0.upperBound, score) } ?? score...score
        count += 1
        let key = Self.key(of: score)
        upper[Int(key >> 16)] += 1
        for shift in [24, 16, 8, 0] as [UInt32] {
            waiting.append(UInt8(truncatingIfNeeded: key >> shift))
        }
        if waiting.count >= Self.pieceBytes { try flush() }
    }

    /// The spread of the scores and their histogram beside those of normal images.
    ///
    /// - Throws: ``FileError`` when the file can't be written or read.
    mutating func summary(
        normals: [Float],
        threshold: Float
    ) throws(FileError) -> (quantiles: ScoreQuantiles?, histogram: ScoreHistogram?) {
        try flush()
        var histogram = ScoreHistogram(range: range, normals: normals, threshold: threshold)
        guard count > 0 else { return (nil, histogram) }
        let places = ScoreQuantiles.places(of: count)
        let wanted = Set(places.map { bucket(of: $0).index })
        var lower: [Int: [Int]] = [:]
        for index in wanted { lower[index] = [Int](repeating: 0, count: 1 << 16) }
        var scores = ReopenedFile(folder.path(of: name), limit: 0, chunk: 1)
        for offset in stride(from: 0, to: 4 * count, by: Self.pieceBytes) {
            let piece = try scores.read(at: offset, count: Self.pieceBytes)
            for start in stride(from: 0, to: piece.count - 3, by: 4) {
                let key = piece[start..<start + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
                histogram?.count(Self.score(of: key))
                lower[Int(key >> 16)]?[Int(key & 0xFFFF)] += 1
            }
        }
        let quantiles = ScoreQuantiles(count: count) { place in
            let (index, rest) = bucket(of: place)
            return Self.score(
                of: UInt32(index) << 16 | UInt32(Self.place(rest, in: lower[index] ?? []).index)
            )
        }
        return (quantiles, histogram)
    }

    private func bucket(of place: Int) -> (index: Int, rest: Int) { Self.place(place, in: upper) }

    /// Where the score lies that so many others come before, and how many of those lie there too.
    private static func place(_ place: Int, in counts: [Int]) -> (index: Int, rest: Int) {
        var rest = place
        for (index, count) in counts.enumerated() {
            if rest < count { return (index, rest) }
            rest -= count
        }
        preconditionFailure("there is no such place")
    }

    private mutating func flush() throws(FileError) {
        try file.append(waiting)
        waiting.removeAll(keepingCapacity: true)
    }

    /// A number whose order is that of the scores.
    private static func key(of score: Float) -> UInt32 {
        let bits = score.bitPattern
        return bits >> 31 == 0 ? bits | 0x8000_0000 : ~bits
    }

    private static func score(of key: UInt32) -> Float {
        Float(bitPattern: key >> 31 == 1 ? key & 0x7FFF_FFFF : ~key)
    }
}
