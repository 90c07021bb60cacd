internal import GRDB

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

extension Ledger {
    /// Goes through rows in the order of their keys, a few hundred in memory.
    ///
    /// - Parameters:
    ///   - filter: Which rows are wanted.
    ///   - limit: The most rows.
    /// - Returns: A cursor before the first row.
    public func rows(
        matching filter: RowFilter = RowFilter(),
        limit: Int = .max
    ) -> RowCursor {
        RowCursor(ledger: self, filter: filter, limit: limit, pageSize: 256)
    }

    /// Returns rows in the order of their keys.
    ///
    /// - Parameters:
    ///   - filter: Which rows are wanted.
    ///   - key: Rows up to this one are left out; none is when nil.
    ///   - limit: The most rows.
    /// - Returns: At most `limit` rows.
    /// - Throws: ``LedgerError`` when the ledger can't be read.
    public func rows(
        matching filter: RowFilter,
        after key: InputKey?,
        limit: Int
    ) throws(LedgerError) -> [LedgerRow] {
        try read { db in
            var (conditions, arguments) = filter.sql
            if let key {
                conditions.append("(root, path) > (?, ?)")
                arguments += key.arguments
            }
            let sql = """
                SELECT \(LedgerRow.columns) FROM inputs
                WHERE \(conditions.joined(separator: " AND ")) ORDER BY root, path LIMIT ?
                """
            let statement = try db.cachedStatement(sql: sql)
            return try Row.fetchAll(statement, arguments: arguments + [max(limit, 0)])
                .map { try LedgerRow($0) }
        }
    }

    /// Counts the inputs.
    ///
    /// - Throws: ``LedgerError`` when the ledger can't be read.
    public func counts() throws(LedgerError) -> LedgerCounts {
        try read { db in
            var counts = LedgerCounts()
            let sql = "SELECT outcome, count(*) FROM inputs GROUP BY outcome"
            for row in try Row.fetchAll(db, sql: sql) {
                var column = ColumnReader(row)
                let outcome = try column.require(InputOutcome(rawValue: try column.text()))
                let count = Int(try column.integer())
                switch outcome {
                case .ok: counts.ok = count
                case .flagged: counts.flagged = count
                case .failed: counts.failed = count
                }
            }
            return counts
        }
    }
}

extension RowFilter {
    /// The conditions and the values in them.
    var sql: (conditions: [String], arguments: StatementArguments) {
        let names = outcomes.map(\.rawValue).sorted()
        let marks = names.map { _ in "?" }.joined(separator: ", ")
        var conditions = ["outcome IN (\(marks))"]
        var arguments = StatementArguments(names)
        if let root {
            conditions.append("root = ?")
            arguments += [Data(root)]
        }
        switch path {
        case .glob(let pattern):
            conditions.append("CAST(path AS TEXT) GLOB ?")
            arguments += [pattern]
        case .containing(let bytes):
            conditions.append("instr(path, ?) > 0")
            arguments += [Data(bytes)]
        case nil:
            break
        }
        return (conditions, arguments)
    }
}
