import Pipeline
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(10))) struct ForEachArrivingTests {
    private struct SenderError: Error {}

    /// Hands out numbers when it is let to, and remembers how many.
    private final class Sender: Sendable {
        private let state = Mutex((next: 0, allowed: 0))
        private let count: Int
        private let failure: (any Error)?

        init(_ count: Int, allowed: Int = .max, failure: (any Error)? = nil) {
            (self.count, self.failure) = (count, failure)
            state.withLock { $0.allowed = allowed }
        }

        var sent: Int { state.withLock { $0.next } }

        func allow() { state.withLock { $0.allowed += 1 } }

        func next() async throws -> Int? {
            while true {
                try Task.checkCancellation()
                let item: Int? = state.withLock { state in
                    guard state.next < min(state.allowed, count + 1) else { return nil }
                    defer { state.next += 1 }
                    return state.next
                }
                guard let item else {
                    try await Task.sleep(for: .milliseconds(1))
                    continue
                }
                if item < count { return item }
                if let failure { throw failure }
                return nil
            }
        }
    }

    @Test(arguments: [(1, 1), (1, 4), (2, 2), (3, 7), (8, 16)])
    func keepsTheOrderAndTheWindow(jobs: Int, window: Int) async throws {
        let sender = Sender(300)
        let ahead = Mutex(0)
        var seen: [Int] = []
        try await forEachArriving(
            jobs: jobs,
            window: window,
            next: {
                let item = try await sender.next()
                if item != nil { ahead.withLock { $0 += 1 } }
                return item
            },
            transform: { item -> Int in
                var sum = item
                for step in 0..<(item % 7 * 2000) { sum = sum &* 31 &+ step }
                return sum == -1 ? 0 : item
            },
            deliver: { item in
                #expect(ahead.withLock { $0 } <= window)
                seen.append(item)
                ahead.withLock { $0 -= 1 }
            }
        )
        #expect(seen == Array(0..<300))
    }

    /// The next input comes only when the result of the one before has been seen.
    @Test func deliversBeforeTheNextInputComes() async throws {
        let sender = Sender(20, allowed: 1)
        var seen: [Int] = []
        try await forEachArriving(
            jobs: 4,
            next: { try await sender.next() },
            transform: { $0 },
            deliver: { item in
                seen.append(item)
                #expect(sender.sent == item + 1)
                sender.allow()
            }
        )
        #expect(seen == Array(0..<20))
    }

    @Test func finishesWhatCameBeforeTheSenderFailed() async throws {
        let sender = Sender(9, failure: SenderError())
        var seen: [Int] = []
        await #expect(throws: SenderError.self) {
            try await forEachArriving(
                jobs: 3,
                next: { try await sender.next() },
                transform: { $0 },
                deliver: { seen.append($0) }
            )
        }
        #expect(seen == Array(0..<9))
    }

    @Test func finishesWhatCameBeforeItWasCancelled() async throws {
        let sender = Sender(100, allowed: 5)
        let seen = Mutex<[Int]>([])
        let work = Task {
            try await forEachArriving(
                jobs: 2,
                next: { try await sender.next() },
                transform: { $0 },
                deliver: { item in seen.withLock { $0.append(item) } }
            )
        }
        while seen.withLock({ $0.count }) < 5 { try await Task.sleep(for: .milliseconds(1)) }
        work.cancel()
        await #expect(throws: CancellationError.self) { try await work.value }
        #expect(seen.withLock { $0 } == Array(0..<5))
    }

    @Test func endsWhereAResultCanNotBeDelivered() async throws {
        let sender = Sender(.max - 1, allowed: 3)
        await #expect(throws: SenderError.self) {
            try await forEachArriving(
                jobs: 2,
                next: { try await sender.next() },
                transform: { $0 },
                deliver: { if $0 == 2 { throw SenderError() } }
            )
        }
    }
}
