/// A damaged ledger that was put out of the way of a new one.
public struct SetAside: Sendable, Hashable, CustomStringConvertible {
    /// Where the ledger was, and where the new one is.
    public let path: String
    /// Where the damaged file lies now; its `-wal` and `-shm` files lie beside it.
    public let damagedPath: String
    /// What was found to be wrong.
    public let reason: String
    /// How many labels of images the new ledger has from the damaged one.
    public let savedLabels: Int
    /// Whether the damaged ledger may have had more labels than could be read.
    public let hasLostLabels: Bool

    /// One line for a person.
    public var description: String {
        var text =
            "the ledger \(path) was damaged (\(reason)): it lies in \(damagedPath) now, "
            + "and a new one was begun"
        if savedLabels > 0 { text += "; it has \(savedLabels) labels of images from the old one" }
        if hasLostLabels {
            text +=
                "; \(savedLabels > 0 ? "other " : "")labels of images that the old one may have had "
                + "are lost: give them again"
        }
        return text
    }
}

/// What a damaged ledger could still tell of labels.
struct SavedLabels {
    var entries: [LabelEntry] = []
    /// Whether these are certainly all.
    var isComplete = false
}
