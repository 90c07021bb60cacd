/// Transforms inputs concurrently and hands the results over in input order.
///
/// At most `jobs` transforms run at once, and at most `window` items are between admission and
/// delivery, finished or not. So memory is bounded by `window` outputs even when the first item is
/// the slowest, and inputs are drawn only when there is room: `inputs` may be endless.
///
/// Transforms run on the cooperative pool, which has one thread for each processor: `jobs` above
/// the number of processors adds no speed. `inputs` is iterated and `deliver` is called by the
/// caller's own task, one at a time.
///
/// When the calling task is cancelled, nothing more is admitted; items that were admitted already
/// are finished and delivered in order, then `CancellationError` is thrown. A long transform may
/// watch `Task.isCancelled` and throw `CancellationError`; delivery then ends before its item.
///
/// - Parameters:
///   - inputs: Drawn lazily, at most `window` ahead of the last delivered one.
///   - jobs: Most transforms at once, at least 1.
///   - window: Most items between admission and delivery, at least `jobs`; `2 * jobs` when nil.
///   - transform: Work for one input, without suspension points.
///   - deliver: Takes one result, in input order. What it throws ends the run.
/// - Throws: What `deliver` throws, or `CancellationError` when it stopped before the end of the inputs.
public func forEachOrdered<Input: Sendable, Output: Sendable>(
    _ inputs: some Sequence<Input>,
    jobs: Int,
    window: Int? = nil,
    transform: @escaping @Sendable (Input) throws(CancellationError) -> Output,
    deliver: (Output) async throws -> Void
) async throws {
    let window = window ?? 2 * jobs
    precondition(jobs > 0, "jobs must be positive")
    precondition(window >= jobs, "window must be at least jobs")

    try await withThrowingTaskGroup(of: (index: Int, output: Output?).self) { group in
        var iterator = inputs.makeIterator()
        var admitted = 0
        var running = 0
        var delivered = 0
        var admitsMore = true
        // Results that wait for an earlier one; item i waits at place i modulo window.
        var waiting = [Output?](repeating: nil, count: window)

        func admit() {
            while admitsMore, !Task.isCancelled, running < jobs, admitted - delivered < window {
                guard let input = iterator.next() else {
                    admitsMore = false
                    return
                }
                let index = admitted
                group.addTask { (index, try? transform(input)) }
                admitted += 1
                running += 1
            }
        }

        admit()
        while let (index, output) = try await group.next() {
            running -= 1
            // After a transform that gave up nothing can be delivered in order, so no more is begun;
            // what lies before it is still finished and delivered.
            if output == nil { admitsMore = false }
            waiting[index % window] = output
            admit()
            while let ready = waiting[delivered % window].take() {
                try await deliver(ready)
                delivered += 1
                admit()
            }
        }
        if admitsMore || delivered < admitted { throw CancellationError() }
    }
}
