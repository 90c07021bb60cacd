internal import Digests

/// Finds inputs by what a person calls them.
public struct InputLookup: Sendable {
    /// What was found.
    public enum Finding: Sendable, Equatable {
        /// One image; where several inputs have its content, the first flagged one.
        case one(LedgerRow)
        /// Several images, at most ``InputLookup/mostCandidates``.
        case several([LedgerRow])
        /// None; with flagged ones whose names look most alike.
        case none(nearest: [LedgerRow])
    }

    /// The most images that are named where several fit.
    public static let mostCandidates = 10

    private let ledger: Ledger
    private let folder: [UInt8]

    /// The fewest digits of a digest that name an image.
    private static let fewestDigits = 6
    /// The most flagged inputs among which similar names are looked for.
    private static let mostCompared = 20_000
    /// The similar names that are told.
    private static let mostNearest = 3
    private static let slash = UInt8(ascii: "/")

    /// Prepares looking.
    ///
    /// - Parameters:
    ///   - ledger: Where.
    ///   - folder: The bytes of the folder that relative paths may start at, absolute.
    public init(in ledger: Ledger, from folder: [UInt8]) {
        self.ledger = ledger
        self.folder = folder
    }

    /// Looks for an input: by the name of its folder of pictures, its path, the first digits of its content's digest, or the
    /// end of its path, in this order; the first that finds any counts.
    ///
    /// A part of a name that is not UTF-8 is found by U+FFFD in its place.
    ///
    /// - Throws: ``LedgerError`` when the ledger can't be read.
    public func find(_ text: String) throws(LedgerError) -> Finding {
        let bytes = Array(text.utf8)
        let parts = bytes.split(separator: Self.slash)
        guard let last = parts.last, !bytes.contains(0) else { return .none(nearest: []) }
        if parts.count == 1 || parts[parts.count - 2].elementsEqual("flagged".utf8) {
            let name = String(decoding: last, as: UTF8.self)
            let rows = try ledger.rows(flaggedIdentifier: name)
            if !rows.isEmpty { return Self.finding(rows) }
        }
        var rows = try rows(at: bytes)
        if rows.isEmpty, let range = Self.range(ofDigits: text) {
            rows = try ledger.rows(
                sha256From: range.first,
                through: range.last,
                limit: 8 * Self.mostCandidates
            )
        }
        if rows.isEmpty { rows = try self.rows(endingIn: bytes, name: Array(last)) }
        if rows.isEmpty { return .none(nearest: try nearest(to: text)) }
        return Self.finding(rows)
    }

    private static func finding(_ rows: [LedgerRow]) -> Finding {
        let best = rows.first { $0.outcome == .flagged } ?? rows[0]
        if rows.count == 1 { return .one(best) }
        let isOneContent = best.sha256 != nil && rows.allSatisfy { $0.sha256 == best.sha256 }
        if isOneContent { return .one(best) }
        var contents: Set<SHA256Digest> = []
        let different = rows.filter { row in
            row.sha256.map { contents.insert($0).inserted } ?? true
        }
        return .several(Array(different.prefix(mostCandidates)))
    }

    /// The inputs at a path: each folder on it may be the root.
    private func rows(at path: [UInt8]) throws(LedgerError) -> [LedgerRow] {
        let whole = path.first == Self.slash ? path : folder + [Self.slash] + path
        var rows: [LedgerRow] = []
        for path in Set([whole, Self.plain(whole)]).sorted(by: { $0.lexicographicallyPrecedes($1) })
        {
            for index in path.indices.dropFirst() where path[index] == Self.slash {
                let key = InputKey(
                    root: Array(path[..<index]),
                    path: Array(path[(index + 1)...])
                )
                if let row = try ledger.row(for: key) { rows.append(row) }
            }
            let atTop = InputKey(root: [Self.slash], path: Array(path.dropFirst()))
            if let row = try ledger.row(for: atTop) { rows.append(row) }
        }
        return rows
    }

    /// An absolute path without `.` and `..`.
    private static func plain(_ path: [UInt8]) -> [UInt8] {
        var parts: [ArraySlice<UInt8>] = []
        for part in path.split(separator: slash) {
            if part.elementsEqual(".".utf8) { continue }
            if part.elementsEqual("..".utf8) {
                _ = parts.popLast()
            } else {
                parts.append(part)
            }
        }
        return parts.flatMap { [slash] + $0 }
    }

    private func rows(
        endingIn end: [UInt8],
        name: [UInt8]
    ) throws(LedgerError) -> [LedgerRow] {
        let isWhole = end.firstRange(of: "\u{FFFD}".utf8) == nil
        var cursor = ledger.rows(matching: RowFilter(path: isWhole ? .containing(name) : nil))
        var rows: [LedgerRow] = []
        while rows.count < 8 * Self.mostCandidates, let row = try cursor.next() {
            var path = row.key.root + [Self.slash] + row.key.path
            if !isWhole { path = Array(String(decoding: path, as: UTF8.self).utf8) }
            let before = path.count - end.count - 1
            guard before >= 0, path[before] == Self.slash || end.first == Self.slash,
                path.suffix(end.count).elementsEqual(end)
            else { continue }
            rows.append(row)
        }
        return rows
    }

    /// The lowest and the highest digest that begin so; nil where the text is no such beginning.
    private static func range(ofDigits text: String) -> (first: SHA256Digest, last: SHA256Digest)? {
        let count = text.utf8.count
        guard (fewestDigits...64).contains(count),
            let first = SHA256Digest(hexDigits: text + String(repeating: "0", count: 64 - count)),
            let last = SHA256Digest(hexDigits: text + String(repeating: "f", count: 64 - count))
        else { return nil }
        return (first, last)
    }

    private func nearest(to text: String) throws(LedgerError) -> [LedgerRow] {
        let wanted = Array(text.utf8.prefix(Self.comparedBytes))
        var cursor = ledger.rows(
            matching: RowFilter(outcomes: [.flagged]),
            limit: Self.mostCompared
        )
        var best: [(distance: Int, row: LedgerRow)] = []
        while let row = try cursor.next() {
            let names = [
                row.flaggedIdentifier.map { Array($0.utf8) } ?? [], row.key.path,
                row.key.path.split(separator: Self.slash).last.map { Array($0) } ?? [],
            ]
            let distance =
                names.map { Self.distance(wanted, Array($0.prefix(Self.comparedBytes))) }.min()
                ?? .max
            guard distance <= wanted.count / 2 else { continue }
            let place = best.firstIndex { distance < $0.distance } ?? best.count
            guard place < Self.mostNearest else { continue }
            best.insert((distance, row), at: place)
            if best.count > Self.mostNearest { best.removeLast() }
        }
        return best.map(\.row)
    }

    private static let comparedBytes = 80

    /// The fewest insertions, removals and replacements of a byte that turn one text into the other.
    ///
    /// > Source: Wagner, Fischer (1974), "The String-to-String Correction Problem".
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var costs = Array(0...right.count)
        for (row, byte) in left.enumerated() {
            var diagonal = costs[0]
            costs[0] = row + 1
            for (column, other) in right.enumerated() {
                let replaced = diagonal + (byte == other ? 0 : 1)
                diagonal = costs[column + 1]
                costs[column + 1] = min(replaced, costs[column] + 1, diagonal + 1)
            }
        }
        return costs[right.count]
    }
}
