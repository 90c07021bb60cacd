internal import GRDB

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

extension Ledger {
    /// Stores that a run begins.
    ///
    /// - Returns: The run's identifier, greater than those of all earlier runs.
    /// - Throws: ``LedgerError`` when it can't be stored.
    public func begin(_ start: RunStart) throws(LedgerError) -> RunIdentifier {
        let run = try write { db in
            try Self.insert(start, as: nil, in: db)
            return RunIdentifier(rawValue: db.lastInsertedRowID)
        }
        remember(start, as: run)
        return run
    }

    /// Stores that a run has ended.
    ///
    /// - Throws: ``LedgerError``; ``LedgerError/refused(path:detail:)`` when there is no such run.
    public func finish(_ run: RunIdentifier, _ end: RunEnd) throws(LedgerError) {
        try write { db in
            let sql = """
                UPDATE runs SET (finished_ms, ok, flagged, failed, unchanged, postponed, \
                exit_status, scores, drift) = (?, ?, ?, ?, ?, ?, ?, ?, ?) WHERE id = ?
                """
            try db.execute(sql: sql, arguments: end.arguments + [run.rawValue])
            guard db.changesCount == 1 else {
                throw LedgerError.refused(path: path, detail: "there is no run \(run)")
            }
        }
        forget(run)
    }

    /// Returns the runs, newest first.
    ///
    /// - Parameters:
    ///   - limit: The most runs.
    ///   - date: Runs that began earlier are left out; none are when nil.
    /// - Returns: At most `limit` runs.
    /// - Throws: ``LedgerError`` when the ledger can't be read.
    public func runs(
        limit: Int = .max,
        startedSince date: Date? = nil
    ) throws(LedgerError) -> [RunEntry] {
        try read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT \(RunEntry.columns) FROM runs WHERE started_ms >= ?
                    ORDER BY id DESC LIMIT ?
                    """,
                arguments: [date?.milliseconds ?? Int64.min, max(limit, 0)]
            ).map { try RunEntry($0) }
        }
    }

    /// Returns the newest run if it has not ended.
    ///
    /// Asked with the ``RunLock`` and before ``begin(_:)``, this is a run that was killed: the
    /// one that begins now resumes it.
    ///
    /// - Throws: ``LedgerError`` when the ledger can't be read.
    public func unfinishedRun() throws(LedgerError) -> RunEntry? {
        let newest = try runs(limit: 1).first
        return newest?.end == nil ? newest : nil
    }

    /// Removes old runs that no input refers to; the newest run always stays.
    ///
    /// - Returns: How many were removed.
    /// - Throws: ``LedgerError`` when they can't be removed.
    @discardableResult
    public func removeRuns(startedBefore limit: Date) throws(LedgerError) -> Int {
        try write { db in
            let sql = """
                DELETE FROM runs WHERE started_ms < ? AND id < (SELECT max(id) FROM runs)
                    AND NOT EXISTS (SELECT 1 FROM inputs WHERE inputs.run = runs.id)
                    AND NOT EXISTS (SELECT 1 FROM sightings WHERE sightings.run = runs.id)
                """
            try db.execute(sql: sql, arguments: [limit.milliseconds])
            return db.changesCount
        }
    }

    static func insert(
        _ start: RunStart,
        as run: RunIdentifier?,
        in db: Database
    ) throws {
        let sql = """
            INSERT INTO runs (id, started_ms, command, model, settings, report, host, pid)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """
        try db.execute(sql: sql, arguments: start.arguments(identifier: run))
    }
}
