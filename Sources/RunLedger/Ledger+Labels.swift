public import Digests
internal import GRDB

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

extension Ledger {
    /// Stores labels; of several for one content the last counts.
    ///
    /// Safe beside a run of another program: labels are a table of their own that no run changes.
    ///
    /// - Throws: ``LedgerError``; nothing was stored then.
    public func store(_ labels: [LabelEntry]) throws(LedgerError) {
        if labels.isEmpty { return }
        try write { try Self.store(labels, in: $0) }
    }

    /// Removes the labels of contents; those without one are passed over.
    ///
    /// - Returns: How many were removed.
    /// - Throws: ``LedgerError``; none was removed then.
    @discardableResult
    public func removeLabels(
        of contents: some Collection<SHA256Digest>
    ) throws(LedgerError) -> Int {
        if contents.isEmpty { return 0 }
        return try write { db in
            let removal = try db.cachedStatement(sql: "DELETE FROM labels WHERE sha256 = ?")
            var removed = 0
            for content in contents {
                try removal.execute(arguments: [Data(content.bytes)])
                removed += db.changesCount
            }
            return removed
        }
    }

    /// Returns all labels in the order of the contents' digests, some hundred bytes each.
    ///
    /// - Throws: ``LedgerError`` when the ledger can't be read.
    public func labels() throws(LedgerError) -> [LabelEntry] {
        try read { db in
            guard try Self.hasLabels(db) else { return [] }
            let sql = "SELECT \(LabelEntry.columns) FROM labels ORDER BY sha256"
            return try Row.fetchAll(db, sql: sql).map { try LabelEntry($0) }
        }
    }

    /// Returns the label of a content.
    ///
    /// - Throws: ``LedgerError`` when the ledger can't be read.
    public func label(of content: SHA256Digest) throws(LedgerError) -> LabelEntry? {
        try read { db in
            guard try Self.hasLabels(db) else { return nil }
            let sql = "SELECT \(LabelEntry.columns) FROM labels WHERE sha256 = ?"
            let statement = try db.cachedStatement(sql: sql)
            return try Row.fetchOne(statement, arguments: [Data(content.bytes)])
                .map { try LabelEntry($0) }
        }
    }

    /// Counts the labels.
    ///
    /// - Throws: ``LedgerError`` when the ledger can't be read.
    public func labelCounts() throws(LedgerError) -> LedgerLabelCounts {
        try read { db in
            var counts = LedgerLabelCounts()
            guard try Self.hasLabels(db) else { return counts }
            let sql = "SELECT label, outcome, count(*) FROM labels GROUP BY label, outcome"
            for row in try Row.fetchAll(db, sql: sql) {
                var column = ColumnReader(row)
                let label = try column.require(ImageLabel(rawValue: try column.text()))
                let outcome = try column.require(InputOutcome(rawValue: try column.text()))
                let count = Int(try column.integer())
                switch (label, outcome) {
                case (.falseAlarm, _): counts.falseAlarms += count
                case (.confirmed, .flagged): counts.confirmed += count
                case (.confirmed, _): counts.missed += count
                }
            }
            return counts
        }
    }

    /// Returns where the labelled contents are, as far as the ledger knows.
    ///
    /// - Returns: For each content with a label the keys of its inputs, in their order.
    /// - Throws: ``LedgerError`` when the ledger can't be read.
    public func placesOfLabelled() throws(LedgerError) -> [SHA256Digest: [InputKey]] {
        try read { db in
            guard try Self.hasLabels(db) else { return [:] }
            let sql = """
                SELECT inputs.sha256, root, path FROM inputs
                WHERE sha256 IN (SELECT sha256 FROM labels) ORDER BY root, path
                """
            var places: [SHA256Digest: [InputKey]] = [:]
            for row in try Row.fetchAll(db, sql: sql) {
                var column = ColumnReader(row)
                let content = try column.digest()
                let key = InputKey(root: try column.bytes(), path: try column.bytes())
                places[content, default: []].append(key)
            }
            return places
        }
    }

    /// Returns inputs whose pictures are in a folder of this name, in the order of their keys.
    ///
    /// - Throws: ``LedgerError`` when the ledger can't be read.
    public func rows(flaggedIdentifier: String) throws(LedgerError) -> [LedgerRow] {
        try read { db in
            let sql = """
                SELECT \(LedgerRow.columns) FROM inputs WHERE flagged_id = ? ORDER BY root, path
                """
            return try Row.fetchAll(db, sql: sql, arguments: [flaggedIdentifier])
                .map { try LedgerRow($0) }
        }
    }

    /// Returns inputs whose content's digest is in a range, in the order of their keys.
    ///
    /// - Parameters:
    ///   - first: The lowest digest, by its bytes.
    ///   - last: The highest digest.
    ///   - limit: The most rows.
    /// - Returns: At most `limit` rows.
    /// - Throws: ``LedgerError`` when the ledger can't be read.
    public func rows(
        sha256From first: SHA256Digest,
        through last: SHA256Digest,
        limit: Int
    ) throws(LedgerError) -> [LedgerRow] {
        try read { db in
            let sql = """
                SELECT \(LedgerRow.columns) FROM inputs
                WHERE sha256 BETWEEN ? AND ? ORDER BY root, path LIMIT ?
                """
            return try Row.fetchAll(
                db,
                sql: sql,
                arguments: [Data(first.bytes), Data(last.bytes), max(limit, 0)]
            ).map { try LedgerRow($0) }
        }
    }

    /// Whether the ledger's format has labels; one that was opened for reading may be older.
    static func hasLabels(_ db: Database) throws -> Bool {
        try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0 >= LedgerSchema.labelsVersion
    }

    static func store(_ labels: [LabelEntry], in db: Database) throws {
        if labels.isEmpty { return }
        let sql = """
            INSERT INTO labels (\(LabelEntry.columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (sha256) DO UPDATE SET
                label = excluded.label, labelled_ms = excluded.labelled_ms, note = excluded.note,
                root = excluded.root, path = excluded.path, outcome = excluded.outcome,
                score = excluded.score, flagged_id = excluded.flagged_id, model = excluded.model
            """
        let statement = try db.cachedStatement(sql: sql)
        for label in labels { try statement.execute(arguments: label.arguments) }
    }
}

extension LabelEntry {
    static let columns = """
        sha256, label, labelled_ms, note, root, path, outcome, score, flagged_id, model
        """

    /// Reads the columns in ``columns``.
    init(_ row: Row) throws {
        var column = ColumnReader(row)
        sha256 = try column.digest()
        label = try column.require(ImageLabel(rawValue: try column.text()))
        labelledAt = try column.date()
        note = try column.optionalText()
        key = InputKey(root: try column.bytes(), path: try column.bytes())
        outcome = try column.require(InputOutcome(rawValue: try column.text()))
        score = try column.optionalReal()
        flaggedIdentifier = try column.optionalText()
        model = try column.digest()
    }

    /// The values of the columns in ``columns``.
    var arguments: StatementArguments {
        [
            Data(sha256.bytes), label.rawValue, labelledAt.milliseconds, note, Data(key.root),
            Data(key.path), outcome.rawValue, score, flaggedIdentifier, Data(model.bytes),
        ]
    }
}
