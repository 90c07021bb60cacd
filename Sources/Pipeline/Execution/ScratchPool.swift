internal import Synchronization

/// Working memory that concurrent jobs borrow and give back.
///
/// A scratch is made when none is free, so there are never more than jobs at work at once, and
/// its buffers are allocated once for each job instead of once for each item.
public final class ScratchPool<Scratch: ~Copyable>: Sendable {
    private final class Slot: Sendable {
        let scratch: Mutex<Scratch>
        init(_ scratch: consuming sending Scratch) { self.scratch = Mutex(scratch) }
    }

    private struct State {
        var free: [Slot] = []
        var made = 0
    }

    private let state = Mutex(State())
    private let make: @Sendable () -> sending Scratch

    /// Creates an empty pool.
    ///
    /// - Parameter make: Makes one scratch; called when every other one is in use.
    public init(_ make: @escaping @Sendable () -> sending Scratch) { self.make = make }

    /// The number of scratches made so far, which is the most that were ever in use at once.
    public var made: Int { state.withLock { $0.made } }

    /// Lends a scratch for the time of a call.
    ///
    /// It holds whatever its last user left in it; the one given back last is lent first.
    ///
    /// - Parameter body: Uses the scratch; must not keep it.
    /// - Returns: What `body` returns.
    /// - Throws: What `body` throws; the scratch goes back all the same.
    public func withScratch<Result: ~Copyable, Failure: Error>(
        _ body: (inout sending Scratch) throws(Failure) -> sending Result
    ) throws(Failure) -> sending Result {
        let slot = borrow()
        defer { state.withLock { $0.free.append(slot) } }
        return try slot.scratch.withLock(body)
    }

    private func borrow() -> Slot {
        let free = state.withLock { state in
            if state.free.isEmpty { state.made += 1 }
            return state.free.popLast()
        }
        return free ?? Slot(make())
    }
}
