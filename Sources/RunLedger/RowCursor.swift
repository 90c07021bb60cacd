/// Goes through rows in the order of their keys, a bounded number of them in memory.
///
/// Each row appears as it stands when the cursor comes to it: a row that is written meanwhile
/// behind the cursor's place is not seen, one before it is. The ledger may be used, and
/// changed, between two rows.
public struct RowCursor: Sendable {
    private let ledger: Ledger
    private let filter: RowFilter
    private let pageSize: Int
    private var remaining: Int
    private var page: ArraySlice<LedgerRow> = []
    private var last: InputKey?
    private var isAtEnd = false

    init(ledger: Ledger, filter: RowFilter, limit: Int, pageSize: Int) {
        self.ledger = ledger
        self.filter = filter
        self.pageSize = pageSize
        remaining = max(limit, 0)
    }

    /// Returns the next row, or nil after the last.
    ///
    /// - Throws: ``LedgerError`` when the ledger can't be read.
    public mutating func next() throws(LedgerError) -> LedgerRow? {
        if page.isEmpty {
            if isAtEnd || remaining == 0 { return nil }
            let wanted = min(pageSize, remaining)
            page = try ledger.rows(matching: filter, after: last, limit: wanted)[...]
            isAtEnd = page.count < wanted
            remaining -= page.count
            last = page.last?.key ?? last
        }
        return page.popFirst()
    }
}
