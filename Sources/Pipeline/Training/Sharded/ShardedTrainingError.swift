/// Why training over shards can't go on.
public enum ShardedTrainingError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Something of training can't be done over shards.
    case unsupported(String)
    /// The folder belongs to a training with other options, or of another version.
    case differing(folder: String, [String])
    /// Some shards have not gathered what others have.
    case missing(folder: String, [Int], count: Int)
    /// Statistics are of different numbers of shards.
    case mixed(folder: String, [Int])
    /// There is nothing to merge.
    case nothingGathered(folder: String)
    /// Shards have not seen the same images.
    case inputsDiffer(String)
    /// A file can't be read or written, or is not what was written.
    case unusable(path: String, reason: String)

    /// One line for a person: what is wrong, where, what to do.
    public var description: String {
        switch self {
        case .unsupported(let what):
            "\(what) can't be used over shards: leave it out, or learn on one machine"
        case .differing(let folder, let names):
            "\(folder) is of a training with other options (\(names.joined(separator: ", "))): "
                + "give the same to all shards and merges, or another folder"
        case .missing(let folder, let shards, let count):
            "\(shards.count == 1 ? "shard" : "shards") \(MergeError.list(shards)) of \(count) "
                + "missing in \(folder): run train --statistics-only for them, then merge again"
        case .mixed(let folder, let counts):
            "\(folder) has statistics of different numbers of shards "
                + "(\(counts.map(String.init).joined(separator: " and "))): remove those of one"
        case .nothingGathered(let folder):
            "no statistics in \(folder) that are not merged yet: run train --statistics-only "
                + "--shard 1/n and so on first"
        case .inputsDiffer(let what):
            "the shards have not seen the same images (\(what)): start again in an empty folder "
                + "when nothing is written to theirs"
        case .unusable(let path, let reason):
            "\(path): \(reason)"
        }
    }
}
