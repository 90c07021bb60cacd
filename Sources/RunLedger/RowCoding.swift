internal import Digests
internal import GRDB

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// A stored value is of another kind than everything that was ever stored there.
struct DamagedValueError: Error {
    let column: String
}

/// Takes the columns of a row one after another and trusts none of them.
struct ColumnReader {
    private let row: Row
    private var index = 0

    init(_ row: Row) { self.row = row }

    mutating func integer() throws -> Int64 { try require(try optionalInteger()) }

    mutating func optionalInteger() throws -> Int64? {
        switch next() {
        case .null: nil
        case .int64(let value): value
        default: throw damage()
        }
    }

    mutating func optionalReal() throws -> Double? {
        switch next() {
        case .null: nil
        case .double(let value): value
        case .int64(let value): Double(value)
        default: throw damage()
        }
    }

    mutating func text() throws -> String { try require(try optionalText()) }

    mutating func optionalText() throws -> String? {
        switch next() {
        case .null: nil
        case .string(let value): value
        default: throw damage()
        }
    }

    mutating func bytes() throws -> [UInt8] { try require(try optionalBytes()) }

    mutating func optionalBytes() throws -> [UInt8]? {
        switch next() {
        case .null: nil
        case .blob(let value): [UInt8](value)
        default: throw damage()
        }
    }

    mutating func digest() throws -> SHA256Digest { try require(try optionalDigest()) }

    mutating func optionalDigest() throws -> SHA256Digest? {
        guard let bytes = try optionalBytes() else { return nil }
        return try require(SHA256Digest(bytes: bytes))
    }

    mutating func date() throws -> Date { Date(milliseconds: try integer()) }

    /// Returns a value that must be there.
    func require<Value>(_ value: Value?) throws -> Value {
        guard let value else { throw damage() }
        return value
    }

    private mutating func next() -> DatabaseValue.Storage {
        defer { index += 1 }
        let value: DatabaseValue = row[index]
        return value.storage
    }

    private func damage() -> DamagedValueError {
        DamagedValueError(column: Array(row.columnNames)[index - 1])
    }
}

extension Date {
    /// Milliseconds since 1970; times that no integer can hold become the nearest.
    var milliseconds: Int64 {
        let value = (timeIntervalSince1970 * 1000).rounded()
        return Int64(exactly: value) ?? (value < 0 ? .min : .max)
    }

    init(milliseconds: Int64) {
        self.init(timeIntervalSince1970: Double(milliseconds) / 1000)
    }
}

extension LedgerRow {
    static let columns = """
        root, path, size, mtime_ns, sha256, model, settings, outcome, score, p_value, \
        flagged_id, run, scored_ms, record
        """

    /// Reads the columns in ``columns``.
    init(_ row: Row) throws {
        var column = ColumnReader(row)
        key = InputKey(root: try column.bytes(), path: try column.bytes())
        let size = try column.optionalInteger()
        let time = try column.optionalInteger()
        stamp = size.flatMap { size in
            time.map { FileStamp(size: size, modificationTime: $0) }
        }
        sha256 = try column.optionalDigest()
        provenance = Provenance(model: try column.digest(), settings: try column.bytes())
        outcome = try column.require(InputOutcome(rawValue: try column.text()))
        score = try column.optionalReal()
        pValue = try column.optionalReal()
        flaggedIdentifier = try column.optionalText()
        run = try column.optionalInteger().map(RunIdentifier.init(rawValue:))
        scoredAt = try column.date()
        record = try column.bytes()
    }

    /// The values of the columns in ``columns``.
    var arguments: StatementArguments {
        [
            Data(key.root), Data(key.path), stamp?.size, stamp?.modificationTime,
            (sha256?.bytes).map { Data($0) }, Data(provenance.model.bytes),
            Data(provenance.settings), outcome.rawValue, score, pValue, flaggedIdentifier,
            run?.rawValue, scoredAt.milliseconds, Data(record),
        ]
    }
}

extension RunEntry {
    static let columns = """
        id, started_ms, command, model, settings, report, host, pid, finished_ms, ok, flagged, \
        failed, unchanged, postponed, exit_status, scores, drift
        """

    /// Reads the columns in ``columns``.
    init(_ row: Row) throws {
        var column = ColumnReader(row)
        identifier = RunIdentifier(rawValue: try column.integer())
        start = RunStart(
            startedAt: try column.date(),
            command: try column.text(),
            provenance: Provenance(model: try column.digest(), settings: try column.bytes()),
            reportPath: try column.text(),
            host: try column.text(),
            processIdentifier: Int32(truncatingIfNeeded: try column.integer())
        )
        guard let finished = try column.optionalInteger() else {
            end = nil
            return
        }
        end = RunEnd(
            finishedAt: Date(milliseconds: finished),
            counts: RunCounts(
                ok: Int(try column.integer()),
                flagged: Int(try column.integer()),
                failed: Int(try column.integer()),
                unchanged: Int(try column.integer()),
                postponed: Int(try column.integer())
            ),
            exitStatus: Int(try column.integer()),
            scores: try column.optionalBytes(),
            drift: try column.optionalBytes()
        )
    }
}

extension RunStart {
    /// The values of the columns of a run that begins, in the order of `RunEntry.columns`.
    func arguments(identifier: RunIdentifier?) -> StatementArguments {
        [
            identifier?.rawValue, startedAt.milliseconds, command, Data(provenance.model.bytes),
            Data(provenance.settings), reportPath, host, Int64(processIdentifier),
        ]
    }
}

extension RunEnd {
    /// The values of the columns of a run that ends, in the order of `RunEntry.columns`.
    var arguments: StatementArguments {
        [
            finishedAt.milliseconds, counts.ok, counts.flagged, counts.failed, counts.unchanged,
            counts.postponed, exitStatus, scores.map { Data($0) }, drift.map { Data($0) },
        ]
    }
}
