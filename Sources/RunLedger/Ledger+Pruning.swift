internal import GRDB

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

extension Ledger {
    /// Removes inputs; unknown ones are passed over.
    ///
    /// - Returns: How many were removed.
    /// - Throws: ``LedgerError``; none was removed then.
    @discardableResult
    public func remove(_ keys: some Collection<InputKey>) throws(LedgerError) -> Int {
        try write { db in
            let removal = try db.cachedStatement(
                sql: "DELETE FROM inputs WHERE root = ? AND path = ?"
            )
            var removed = 0
            for key in keys {
                try removal.execute(arguments: key.arguments)
                removed += db.changesCount
            }
            return removed
        }
    }

    /// Removes the inputs that no run came across since a certain one.
    ///
    /// - Parameters:
    ///   - run: The earliest run whose inputs stay. It should have gone through all of `roots`.
    ///   - roots: The roots whose inputs are looked at; those of others stay.
    /// - Returns: How many were removed.
    /// - Throws: ``LedgerError``; none was removed then.
    @discardableResult
    public func removeInputs(
        notSeenSince run: RunIdentifier,
        roots: Set<[UInt8]>
    ) throws(LedgerError) -> Int {
        try write { db in
            let removal = try db.cachedStatement(
                sql: """
                    DELETE FROM inputs WHERE root = ? AND NOT EXISTS (
                        SELECT 1 FROM sightings WHERE input = inputs.id AND sightings.run >= ?
                    )
                    """
            )
            var removed = 0
            for root in roots {
                try removal.execute(arguments: [Data(root), run.rawValue])
                removed += db.changesCount
            }
            return removed
        }
    }

    /// Gives the space of what was removed back to the disk.
    ///
    /// Writes the whole file anew, so that it needs as much free space as the file has.
    ///
    /// - Throws: ``LedgerError`` when there is no space or the ledger is in use elsewhere.
    public func compact() throws(LedgerError) {
        try perform { queue in
            if access == .reading { throw LedgerError.readOnly(path: path) }
            try queue.vacuum()
            _ = try queue.writeWithoutTransaction { try $0.checkpoint(.truncate) }
        }
    }
}
