internal import Dispatch
internal import Synchronization

/// Transforms the numbers `0..<count`, some of them at once, and returns the results in order.
///
/// Blocks the calling thread, which takes part in the work.
///
/// - Parameters:
///   - count: How many.
///   - jobs: Most transforms at once, at least 1.
///   - transform: Work for one number.
/// - Returns: The results of `0`, `1` and so on.
public func mapConcurrently<Output: Sendable>(
    _ count: Int,
    jobs: Int,
    transform: @Sendable (Int) -> Output
) -> [Output] {
    precondition(jobs > 0, "jobs must be positive")
    let workers = min(jobs, count)
    if workers <= 1 { return (0..<count).map(transform) }
    let next = Atomic(0)
    let results = Mutex([Output?](repeating: nil, count: count))
    DispatchQueue.concurrentPerform(iterations: workers) { _ in
        while true {
            let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
            if index >= count { return }
            let result = transform(index)
            results.withLock { $0[index] = result }
        }
    }
    return results.withLock { $0.compactMap(\.self) }
}
