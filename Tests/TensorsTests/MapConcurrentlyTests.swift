import Tensors
import Testing

@Suite struct MapConcurrentlyTests {
    @Test(arguments: [0, 1, 2, 7, 100], [1, 2, 7, 300])
    func returnsTheResultsInOrder(count: Int, jobs: Int) {
        let squares = mapConcurrently(count, jobs: jobs) { number -> Int in
            // The first ones take longest.
            (0..<(count - number) * 200).reduce(number * number) { sum, _ in sum }
        }
        #expect(squares == (0..<count).map { $0 * $0 })
    }

    @Test func keepsResultsThatAreNil() {
        let results: [Int?] = mapConcurrently(5, jobs: 2) { $0 % 2 == 0 ? $0 : nil }
        #expect(results == [0, nil, 2, nil, 4])
    }
}
