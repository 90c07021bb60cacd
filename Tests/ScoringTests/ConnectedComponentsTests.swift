import Scoring
import Tensors
import Testing

@Suite struct ConnectedComponentsTests {
    @Test(arguments: [
        ([".....", "....."], 0),
        (["#####", "#####"], 1),
        (["#.", ".#"], 1),
        ([".#", "#."], 1),
        (["#.#", "...", "#.#"], 4),
        (["#.#", "#.#", "###"], 1),
        (["###", "#.#", "#.#"], 1),
        (["##.##", ".....", "##.##"], 4),
        (["#....", "....#"], 2),
        (["....#", "#...."], 2),
        (["#.#.#.#", ".#.#.#."], 1),
        (["#######", ".......", "#.#.#.#"], 5),
        (["#.....#", "##.#.##", ".##.##."], 1),
        (["######", ".....#", "####.#", "#....#", "######"], 1),
        (["#..##", "##..#"], 2),
    ])
    func countsParts(picture: [String], count: Int) {
        let mask = picture.joined().map { $0 == "#" }
        let columns = picture.first?.count ?? 0
        let parts = ConnectedComponents(of: mask, rows: picture.count, columns: columns)
        #expect(parts.count == count)
    }

    @Test(arguments: UInt64(0)..<40)
    func agreesWithFloodFill(seed: UInt64) {
        var generator = SeededGenerator(seed: seed, stream: 3)
        let rows = generator.next(below: 24)
        let columns = generator.next(below: 24)
        let density = generator.next(in: 0.1...0.9)
        let mask = (0..<rows * columns).map { _ in generator.nextUnit() < density }
        let parts = ConnectedComponents(of: mask, rows: rows, columns: columns)
        var found = [Int](repeating: -1, count: mask.count)
        for run in parts.runs {
            for column in run.columns { found[run.row * columns + column] = run.component }
        }
        #expect(found == floodFill(mask, rows: rows, columns: columns))
        #expect(parts.count == (found.max() ?? -1) + 1)
    }

    @Test func longSpiralsNeedNoRecursion() {
        // A comb: one part through 2,000 rows, closed only at the far end.
        let rows = 2_000
        let columns = 401
        let mask = (0..<rows * columns).map { cell in
            cell % columns % 2 == 0 || cell / columns == rows - 1
        }
        #expect(ConnectedComponents(of: mask, rows: rows, columns: columns).count == 1)
    }

    /// Labels in the order of first cells, -1 where the mask is not set.
    private func floodFill(_ mask: [Bool], rows: Int, columns: Int) -> [Int] {
        var labels = [Int](repeating: -1, count: mask.count)
        var next = 0
        for start in mask.indices where mask[start] && labels[start] < 0 {
            var open = [start]
            labels[start] = next
            while let cell = open.popLast() {
                for row in max(0, cell / columns - 1)...min(rows - 1, cell / columns + 1) {
                    for column in max(0, cell % columns - 1)...min(columns - 1, cell % columns + 1)
                    where mask[row * columns + column] && labels[row * columns + column] < 0 {
                        labels[row * columns + column] = next
                        open.append(row * columns + column)
                    }
                }
            }
            next += 1
        }
        return labels
    }
}
