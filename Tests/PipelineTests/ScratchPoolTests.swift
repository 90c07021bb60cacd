import Pipeline
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct ScratchPoolTests {
    private final class Buffer {
        var numbers = [Int](repeating: 0, count: 8)
        var isUsed = false
    }

    private struct Unique: ~Copyable {
        var uses = 0
    }

    @Test func makesOneScratchForEachJobAtMost() async throws {
        let jobs = 3
        let pool = ScratchPool { Buffer() }
        var sum = 0
        try await forEachOrdered(
            0..<400,
            jobs: jobs,
            transform: { item in
                pool.withScratch { buffer in
                    // Two users of one buffer at a time would see each other here.
                    let wasUsed = buffer.isUsed
                    buffer.isUsed = true
                    for place in buffer.numbers.indices { buffer.numbers[place] = item }
                    let same = buffer.numbers.allSatisfy { $0 == item }
                    buffer.isUsed = false
                    return same && !wasUsed ? item : -1_000_000
                }
            },
            deliver: { sum += $0 }
        )
        #expect(sum == 400 * 399 / 2)
        #expect((1...jobs).contains(pool.made))
    }

    @Test func lendsTheOneThatIsFree() {
        let pool = ScratchPool { Unique() }
        let uses = (0..<5).map { _ in
            pool.withScratch { scratch in
                scratch.uses += 1
                return scratch.uses
            }
        }
        #expect(uses == [1, 2, 3, 4, 5])
        #expect(pool.made == 1)
    }

    @Test func makesAnotherWhileOneIsLent() {
        let pool = ScratchPool { [0] }
        let inner = pool.withScratch { first in
            first[0] = 1
            return pool.withScratch { second in second[0] }
        }
        #expect(inner == 0)
        #expect(pool.made == 2)
    }

    @Test func takesAScratchBackAfterAnError() {
        struct Stop: Error {}
        let pool = ScratchPool { Unique() }
        #expect(throws: Stop.self) {
            try pool.withScratch { scratch throws(Stop) -> Int in
                scratch.uses = 9
                throw Stop()
            }
        }
        let uses = pool.withScratch { $0.uses }
        #expect(uses == 9)
        #expect(pool.made == 1)
    }
}
