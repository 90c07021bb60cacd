/// A damaged ledger that was put out of the way of a new one.
public struct SetAside: Sendable, Hashable, CustomStringConvertible {
    /// Where the ledger was, and where the new one is.
    public let path: String
    /// Where the damaged file lies now; its `-wal` and `-shm` files lie beside it.
    public let damagedPath: String
    /// What was found to be wrong.
    public let reason: String

    /// One line for a person.
    public var description: String {
        "the ledger \(path) was damaged (\(reason)): it lies in \(damagedPath) now, "
            + "and a new one was begun"
    }
}
