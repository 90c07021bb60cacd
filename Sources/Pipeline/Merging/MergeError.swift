/// Why reports can't be joined.
public enum MergeError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A report or a file of records is not what can be joined.
    case unusable(String, reason: String)
    /// Two reports don't belong together.
    case differing(String, String, what: String)
    /// Two reports are of the same shard.
    case overlapping(String, String, shard: Shard)
    /// Not all shards are there.
    case missing([Int], count: Int)
    /// Two records are of the same input.
    case duplicate(input: String, String, String)
    /// The report is to be written where one of those that are read is.
    case outputAmongInputs(String)

    /// One line for a person: what is wrong, where, what to do.
    public var description: String {
        switch self {
        case .unusable(let path, let reason):
            "can't merge \(path): \(reason)"
        case .differing(let path, let other, let what):
            "can't merge \(path) and \(other): \(what)"
        case .overlapping(let path, let other, let shard):
            path == other
                ? "\(path) is given twice: name it once"
                : "\(path) and \(other) are both of shard \(shard): name one of them"
        case .missing(let shards, let count):
            "\(shards.count == 1 ? "shard" : "shards") \(Self.list(shards)) of \(count) missing: "
                + "name their reports too, or pass --allow-missing to join the others"
        case .duplicate(let input, let path, let other):
            path == other
                ? "\(path) has two records of \(input): each input has one"
                : "\(path) and \(other) both have a record of \(input): each input has one"
        case .outputAmongInputs(let path):
            "\(path) is both to be read and to be written: choose another --report"
        }
    }

    /// Numbers and ranges of numbers, the first twenty.
    static func list(_ numbers: [Int]) -> String {
        var ranges: [ClosedRange<Int>] = []
        for number in numbers {
            if let last = ranges.last, last.upperBound + 1 == number {
                ranges[ranges.count - 1] = last.lowerBound...number
            } else {
                ranges.append(number...number)
            }
        }
        let shown = ranges.prefix(20).map {
            $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)"
        }
        return shown.joined(separator: ", ") + (ranges.count > 20 ? ", ..." : "")
    }
}
