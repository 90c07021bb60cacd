/// Tells whether two walks found the same names: a sum of their hashes.
///
/// A walk is sorted, so that the same names stand at the same places.
final class NameSum {
    /// The sum so far.
    private(set) var value: UInt64 = 0

    /// Takes an input.
    func add(_ entry: WalkEntry) { value &+= Shard.number(of: entry.relativePath) }
}

extension IngestOptions {
    /// The inputs of a shard, or all, with their places in the walk; every name that the walk finds is summed up.
    func places(
        _ walk: DirectoryWalk,
        of shard: Shard?,
        names: NameSum
    ) -> some Sequence<(offset: Int, element: WalkEntry)> {
        walk.enumerated().lazy.filter { _, entry in
            names.add(entry)
            return shard?.contains(entry.relativePath) ?? true
        }
    }
}
