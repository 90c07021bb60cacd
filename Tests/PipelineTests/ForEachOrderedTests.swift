import Foundation
import Pipeline
import Synchronization
import Testing

// One after the other: some tests hold a thread until another one comes.
@Suite(.serialized, .timeLimit(.minutes(10))) struct ForEachOrderedTests {
    /// Counts what is alive at once, and remembers the most.
    private final class Gauge: Sendable {
        private let state = Mutex((now: 0, peak: 0, total: 0))

        var peak: Int { state.withLock { $0.peak } }
        var total: Int { state.withLock { $0.total } }

        func enter() {
            state.withLock {
                $0.now += 1
                $0.total += 1
                $0.peak = max($0.peak, $0.now)
            }
        }

        func leave() { state.withLock { $0.now -= 1 } }
    }

    /// A value that tasks share.
    private final class Shared<Value: Sendable>: Sendable {
        private let value: Mutex<Value>

        init(_ value: Value) { self.value = Mutex(value) }

        var now: Value { value.withLock { $0 } }

        func change(_ body: (inout Value) -> Void) { value.withLock { body(&$0) } }
    }

    /// Holds a thread until the condition holds, at most 10 s.
    private static func hold(until condition: () -> Bool) {
        let end = ContinuousClock.now + .seconds(10)
        while !condition(), ContinuousClock.now < end {}
    }

    /// Spends time on the processor, uneven from item to item.
    private static func work(_ item: Int) -> Int {
        var sum = UInt64(truncatingIfNeeded: item)
        for step in 0..<UInt64((item &* 7919 % 13) * 4000) {
            sum = sum &* 6_364_136_223_846_793_005 &+ step
        }
        return sum == 1 ? -1 : item
    }

    @Test(arguments: [(1, 1), (1, 5), (2, 4), (4, 4), (7, 20)])
    func keepsTheOrderOfTheInputs(jobs: Int, window: Int) async throws {
        var seen: [Int] = []
        try await forEachOrdered(
            0..<500,
            jobs: jobs,
            window: window,
            transform: { Self.work($0) },
            deliver: { seen.append($0) }
        )
        #expect(seen == Array(0..<500))
    }

    @Test(arguments: [0, 1, 3])
    func takesFewerInputsThanJobs(count: Int) async throws {
        var seen: [Int] = []
        try await forEachOrdered(
            0..<count,
            jobs: 4,
            transform: { $0 },
            deliver: { seen.append($0) }
        )
        #expect(seen == Array(0..<count))
    }

    @Test(arguments: [(1, 2), (2, 3), (3, 6)])
    func boundsWhatRunsAndWhatIsAlive(jobs: Int, window: Int) async throws {
        let alive = Gauge()
        let running = Gauge()
        let inputs = (0..<1000).lazy.map { item in
            alive.enter()
            return item
        }
        try await forEachOrdered(
            inputs,
            jobs: jobs,
            window: window,
            transform: { item in
                running.enter()
                defer { running.leave() }
                return Self.work(item)
            },
            deliver: { _ in alive.leave() }
        )
        #expect(alive.total == 1000)
        #expect(alive.peak <= window)
        #expect(running.peak <= jobs)
    }

    /// The first item waits until the window behind it is full, and then for no more.
    @Test func goesOnBehindASlowItemUpToTheWindow() async throws {
        let admitted = Shared(0)
        let window = 5
        let gauge = Gauge()
        let inputs = (0..<50).lazy.map { item in
            gauge.enter()
            return item
        }
        try await forEachOrdered(
            inputs,
            jobs: 2,
            window: window,
            transform: { item in
                if item == 0 {
                    Self.hold { gauge.total >= window }
                    _ = (0..<200).map { Self.work($0) }
                    admitted.change { $0 = gauge.total }
                }
                return item
            },
            deliver: { _ in }
        )
        #expect(admitted.now == window)
    }

    @Test(.enabled(if: ProcessInfo.processInfo.activeProcessorCount > 1, "needs two processors"))
    func runsAsManyTransformsAtOnceAsJobs() async throws {
        // Each of two waits for the other.
        let arrived = Gauge()
        try await forEachOrdered(
            0..<2,
            jobs: 2,
            transform: { item in
                arrived.enter()
                Self.hold { arrived.total == 2 }
                arrived.leave()
                return item
            },
            deliver: { _ in }
        )
        #expect(arrived.peak == 2)
    }

    @Test func drawsEndlessInputsLazilyAndStopsOnAnError() async throws {
        struct Stop: Error {}
        let drawn = Gauge()
        var seen: [Int] = []
        let inputs = (0...).lazy.map { item in
            drawn.enter()
            return item
        }
        await #expect(throws: Stop.self) {
            try await forEachOrdered(
                inputs,
                jobs: 2,
                window: 3,
                transform: { $0 * 2 },
                deliver: { value in
                    if value == 20 { throw Stop() }
                    seen.append(value)
                }
            )
        }
        #expect(seen == Array(stride(from: 0, to: 20, by: 2)))
        #expect(drawn.total <= 10 + 3)
    }

    @Test func deliversWhatWasAdmittedBeforeACancellation() async throws {
        let window = 6
        let drawn = Gauge()
        let delivered = Shared<[Int]>([])
        let isOver = Shared(false)
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                let inputs = (0...).lazy.map { item in
                    drawn.enter()
                    return item
                }
                await #expect(throws: CancellationError.self) {
                    try await forEachOrdered(
                        inputs,
                        jobs: 2,
                        window: window,
                        transform: { Self.work($0) },
                        deliver: { item in
                            #expect(!isOver.now)
                            delivered.change { $0.append(item) }
                        }
                    )
                }
                isOver.change { $0 = true }
            }
            while delivered.now.count < 50 { await Task.yield() }
            group.cancelAll()
        }
        let seen = delivered.now
        // All that was drawn was delivered, in order, and nothing was left half done.
        #expect(seen == Array(0..<drawn.total))
        #expect(seen.count >= 50)
    }

    @Test func deliversTheItemsBeforeOneThatGaveUp() async throws {
        var seen: [Int] = []
        await #expect(throws: CancellationError.self) {
            try await forEachOrdered(
                0...,
                jobs: 3,
                window: 8,
                transform: { item throws(CancellationError) -> Int in
                    if item == 30 { throw CancellationError() }
                    return Self.work(item)
                },
                deliver: { seen.append($0) }
            )
        }
        #expect(seen == Array(0..<30))
    }

    @Test func admitsNothingWhenItIsCancelledAlready() async throws {
        let drawn = Gauge()
        await withTaskGroup(of: Void.self) { group in
            group.cancelAll()
            group.addTask {
                let inputs = (0..<3).lazy.map { item in
                    drawn.enter()
                    return item
                }
                await #expect(throws: CancellationError.self) {
                    try await forEachOrdered(
                        inputs,
                        jobs: 1,
                        transform: { $0 },
                        deliver: { _ in }
                    )
                }
            }
        }
        #expect(drawn.total == 0)
    }

    @MainActor
    @Test(.enabled(if: ProcessInfo.processInfo.activeProcessorCount > 1, "needs two processors"))
    func leavesTheCallersActorFree() async throws {
        // Were transforms to run on the main actor, only one could be there at a time.
        let arrived = Gauge()
        var seen = 0
        try await forEachOrdered(
            0..<2,
            jobs: 2,
            transform: { item in
                arrived.enter()
                Self.hold { arrived.total == 2 }
                arrived.leave()
                return item
            },
            deliver: { _ in seen += 1 }
        )
        #expect(seen == 2)
        #expect(arrived.peak == 2)
    }
}
