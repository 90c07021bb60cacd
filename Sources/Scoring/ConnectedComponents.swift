/// The 8-connected parts of a mask, as runs of set cells.
///
/// Runs take memory for the outlines only, not for every cell.
package struct ConnectedComponents: Sendable, Equatable {
    /// Neighbouring set cells of one row.
    package struct Run: Sendable, Equatable {
        /// The row.
        package let row: Int
        /// The columns.
        package let columns: Range<Int>
        /// The component that the cells belong to, in `0..<count`.
        package fileprivate(set) var component: Int
    }

    /// The number of components.
    package let count: Int
    /// The runs of all components, row after row and from left to right.
    package let runs: [Run]

    /// Finds the components of a mask.
    ///
    /// Components are numbered in the order of their first cells, row after row.
    ///
    /// - Parameters:
    ///   - mask: Which cells are set, row after row, shape `[rows * columns]`.
    ///   - rows: The number of rows.
    ///   - columns: The number of columns.
    /// - Complexity: O(n) in the number of cells, and O(r log r) in the number of runs.
    package init(of mask: [Bool], rows: Int, columns: Int) {
        precondition(mask.count == rows * columns, "the mask does not have the given size")
        var runs: [Run] = []
        var forest = DisjointSets()
        var above = 0
        for row in 0..<rows {
            let rowStart = runs.count
            let cells = row * columns..<(row + 1) * columns
            var cell = cells.lowerBound
            while cell < cells.upperBound {
                guard mask[cell] else {
                    cell += 1
                    continue
                }
                let start = cell
                while cell < cells.upperBound, mask[cell] { cell += 1 }
                let run = start - cells.lowerBound..<cell - cells.lowerBound
                runs.append(Run(row: row, columns: run, component: 0))
                forest.addOne()
                // `above` walks along the row above, whose runs end before `rowStart`. Touching
                // ends are diagonal neighbours.
                while above < rowStart, runs[above].columns.upperBound < run.lowerBound {
                    above += 1
                }
                while above < rowStart, runs[above].columns.lowerBound <= run.upperBound {
                    forest.unite(above, runs.count - 1)
                    // A run that goes on past this one may touch the next one too.
                    guard runs[above].columns.upperBound <= run.upperBound else { break }
                    above += 1
                }
            }
            above = rowStart
        }
        var count = 0
        for index in runs.indices {
            let root = forest.root(of: index)
            if root == index {
                runs[index].component = count
                count += 1
            } else {
                runs[index].component = runs[root].component
            }
        }
        self.count = count
        self.runs = runs
    }
}

/// Disjoint sets of the numbers from zero up; the root of a set is its smallest member.
private struct DisjointSets {
    private var parents: [Int] = []

    mutating func addOne() { parents.append(parents.count) }

    mutating func root(of member: Int) -> Int {
        var member = member
        while parents[member] != member {
            parents[member] = parents[parents[member]]
            member = parents[member]
        }
        return member
    }

    mutating func unite(_ first: Int, _ second: Int) {
        let first = root(of: first)
        let second = root(of: second)
        parents[max(first, second)] = min(first, second)
    }
}
