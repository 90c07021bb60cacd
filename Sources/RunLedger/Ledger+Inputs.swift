public import Digests
internal import GRDB

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

extension Ledger {
    /// Returns what is known of an input.
    ///
    /// - Throws: ``LedgerError`` when the ledger can't be read.
    public func row(for key: InputKey) throws(LedgerError) -> LedgerRow? {
        try read { db in
            let sql = "SELECT \(LedgerRow.columns) FROM inputs WHERE root = ? AND path = ?"
            let statement = try db.cachedStatement(sql: sql)
            return try Row.fetchOne(statement, arguments: key.arguments).map { try LedgerRow($0) }
        }
    }

    /// Returns inputs with the same content: copies, and where a moved input was before.
    ///
    /// - Parameters:
    ///   - sha256: The digest of the content.
    ///   - size: The size of the content in bytes; rows of unknown size match any.
    ///   - provenance: What the records must have been made with; anything when nil.
    ///   - limit: The most rows.
    /// - Returns: Rows in the order of their keys.
    /// - Throws: ``LedgerError`` when the ledger can't be read.
    public func rows(
        sha256: SHA256Digest,
        size: Int64,
        provenance: Provenance? = nil,
        limit: Int = 16
    ) throws(LedgerError) -> [LedgerRow] {
        try read { db in
            var sql = """
                SELECT \(LedgerRow.columns) FROM inputs
                WHERE sha256 = ? AND (size IS NULL OR size = ?)
                """
            var arguments: StatementArguments = [Data(sha256.bytes), size]
            if let provenance {
                sql += " AND model = ? AND settings = ?"
                arguments += [Data(provenance.model.bytes), Data(provenance.settings)]
            }
            sql += " ORDER BY root, path LIMIT ?"
            let statement = try db.cachedStatement(sql: sql)
            return try Row.fetchAll(statement, arguments: arguments + [max(limit, 0)])
                .map { try LedgerRow($0) }
        }
    }

    /// Stores rows in the place of what was known of the same inputs.
    ///
    /// A row's ``LedgerRow/run`` that the ledger doesn't know is kept as nil.
    ///
    /// - Parameters:
    ///   - rows: The rows; of several for one input the last counts.
    ///   - run: The run that came across the inputs.
    /// - Throws: ``LedgerError``; nothing was stored then.
    public func upsert(
        _ rows: [LedgerRow],
        seenBy run: RunIdentifier
    ) throws(LedgerError) {
        if rows.isEmpty { return }
        try write { db in
            let upsert = try db.cachedStatement(sql: Self.upsertion)
            let sight = try db.cachedStatement(sql: Self.sighting)
            for row in rows {
                try upsert.execute(arguments: row.arguments)
                try sight.execute(arguments: [run.rawValue] + row.key.arguments)
            }
        }
    }

    /// Stores that files were read again and had the same bytes as before.
    ///
    /// - Parameter stamps: The files' sizes and times by now; unknown inputs are passed over.
    /// - Throws: ``LedgerError``; nothing was stored then.
    public func touch(_ stamps: [InputKey: FileStamp]) throws(LedgerError) {
        if stamps.isEmpty { return }
        try write { db in
            let touch = try db.cachedStatement(
                sql: "UPDATE inputs SET size = ?, mtime_ns = ? WHERE root = ? AND path = ?"
            )
            for (key, stamp) in stamps {
                try touch.execute(
                    arguments: [stamp.size, stamp.modificationTime] + key.arguments
                )
            }
        }
    }

    /// Stores that a run came across inputs; unknown ones are passed over.
    ///
    /// Costs a few bytes per input, so that a run may tell it of all that it finds unchanged.
    ///
    /// - Throws: ``LedgerError``; nothing was stored then.
    public func markSeen(
        _ keys: some Collection<InputKey>,
        by run: RunIdentifier
    ) throws(LedgerError) {
        if keys.isEmpty { return }
        try write { db in
            let sight = try db.cachedStatement(sql: Self.sighting)
            for key in keys { try sight.execute(arguments: [run.rawValue] + key.arguments) }
        }
    }

    /// Fills the ledger with what reports tell.
    ///
    /// Where an input is known already, the row that was scored later counts; so reports may
    /// come in any order. Rows are stored in batches: an error leaves those before it.
    ///
    /// - Parameter rows: Rows, taken one by one.
    /// - Returns: How many rows were taken.
    /// - Throws: ``LedgerError`` when they can't be stored.
    @discardableResult
    public func rebuild(from rows: some Sequence<LedgerRow>) throws(LedgerError) -> Int {
        var taken = 0
        var batch: [LedgerRow] = []
        var iterator = rows.makeIterator()
        repeat {
            batch.removeAll(keepingCapacity: true)
            while batch.count < 1000, let row = iterator.next() { batch.append(row) }
            let part = batch
            try write { db in
                let sql = "\(Self.upsertion) WHERE excluded.scored_ms >= inputs.scored_ms"
                let upsert = try db.cachedStatement(sql: sql)
                for row in part { try upsert.execute(arguments: row.arguments) }
            }
            taken += part.count
        } while !batch.isEmpty
        return taken
    }

    // A run that is not there any more, after a new beginning, is no reason to lose a row.
    private static let upsertion = """
        INSERT INTO inputs (\(LedgerRow.columns))
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, (SELECT id FROM runs WHERE id = ?), ?, ?)
        ON CONFLICT (root, path) DO UPDATE SET
            size = excluded.size, mtime_ns = excluded.mtime_ns, sha256 = excluded.sha256,
            model = excluded.model, settings = excluded.settings, outcome = excluded.outcome,
            score = excluded.score, p_value = excluded.p_value,
            flagged_id = excluded.flagged_id, run = excluded.run,
            scored_ms = excluded.scored_ms, record = excluded.record
        """

    private static let sighting = """
        INSERT INTO sightings (input, run) SELECT id, ? FROM inputs WHERE root = ? AND path = ?
        ON CONFLICT (input) DO UPDATE SET run = excluded.run
        """
}

extension InputKey {
    var arguments: StatementArguments { [Data(root), Data(path)] }
}
