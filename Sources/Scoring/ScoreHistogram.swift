/// Counts per score bin, with memory only for the octaves that occur.
///
/// A page holds the bins of one sign and exponent.
struct ScoreHistogram<Count: FixedWidthInteger & Sendable>: Sendable {
    private static var binsPerPage: Int { 1 << 12 }
    private static var pageCount: Int { 1 << (FloatOrder.binBits - 12) }

    /// Where each page starts in `counts`, or -1 while it has no counts.
    private var starts = [Int](repeating: -1, count: Self.pageCount)
    private var counts: [Count] = []

    /// Adds to the count of one bin.
    @inline(__always)
    mutating func add(_ count: Count, toBin bin: Int) {
        let page = bin / Self.binsPerPage
        if starts[page] < 0 { addPage(page) }
        counts[starts[page] + bin % Self.binsPerPage] += count
    }

    /// Adds the counts of another histogram.
    mutating func merge(_ other: Self) {
        for page in 0..<Self.pageCount where other.starts[page] >= 0 {
            if starts[page] < 0 { addPage(page) }
            for bin in 0..<Self.binsPerPage {
                counts[starts[page] + bin] += other.counts[other.starts[page] + bin]
            }
        }
    }

    /// The count of one bin.
    subscript(bin: Int) -> Count {
        let start = starts[bin / Self.binsPerPage]
        return start < 0 ? 0 : counts[start + bin % Self.binsPerPage]
    }

    /// The bins that have a count, from the highest score to the lowest.
    var occupiedBinsDescending: some Sequence<Int> {
        (0..<Self.pageCount).reversed().lazy
            .filter { starts[$0] >= 0 }
            .flatMap { page in
                (page * Self.binsPerPage..<(page + 1) * Self.binsPerPage).reversed()
            }
            .filter { self[$0] > 0 }
    }

    private mutating func addPage(_ page: Int) {
        starts[page] = counts.count
        counts.append(contentsOf: repeatElement(0, count: Self.binsPerPage))
    }
}
