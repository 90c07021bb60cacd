extension String {
    /// How many letters are to be put in, left out, replaced or swapped with the next to get another word.
    func editDistance(to other: String) -> Int {
        let (from, to) = (Array(self), Array(other))
        var before: [Int] = []
        var previous = Array(0...to.count)
        for (row, letter) in from.enumerated() {
            var current = [row + 1]
            for (column, wanted) in to.enumerated() {
                var cost = Swift.min(
                    previous[column + 1] + 1,
                    current[column] + 1,
                    previous[column] + (letter == wanted ? 0 : 1)
                )
                if row > 0, column > 0, letter == to[column - 1], from[row - 1] == wanted {
                    cost = Swift.min(cost, before[column - 1] + 1)
                }
                current.append(cost)
            }
            (before, previous) = (previous, current)
        }
        return previous[to.count]
    }
}
