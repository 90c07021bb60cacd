/// Transforms inputs that come when they come, and hands the results over in input order.
///
/// As ``forEachOrdered(_:jobs:window:transform:deliver:)``, but a result is handed over as soon as it and those before it
/// are done, whether or not another input has come: whoever sends an input may wait for its result before the next.
///
/// At most `window` inputs are between the moment when they are asked for and delivery, so that memory is bounded and a sender
/// that is faster has to wait.
///
/// When `next` throws, inputs that came before are finished and delivered in order, then its error is thrown. So ends a
/// cancelled task too, where `next` then throws `CancellationError`.
///
/// - Parameters:
///   - jobs: Most transforms at once, at least 1.
///   - window: Most inputs on their way, at least `jobs`; `2 * jobs` when nil.
///   - next: Waits for the next input; nil at the end. Called one at a time; must return soon where its task is cancelled.
///   - transform: Work for one input, without suspension points.
///   - deliver: Takes one result, in input order. What it throws ends the run.
/// - Throws: What `next` or `deliver` throws.
package func forEachArriving<Input: Sendable, Output: Sendable>(
    jobs: Int,
    window: Int? = nil,
    next: @escaping @Sendable () async throws -> Input?,
    transform: @escaping @Sendable (Input) -> Output,
    deliver: (Output) async throws -> Void
) async throws {
    let window = window ?? 2 * jobs
    precondition(jobs > 0, "jobs must be positive")
    precondition(window >= jobs, "window must be at least jobs")

    try await withThrowingTaskGroup(of: Arrival<Input, Output>.self) { group in
        var queued: [Input] = []
        var isAsking = false
        var hasEnded = false
        var failure: (any Error)?
        var (arrived, started, running, delivered) = (0, 0, 0, 0)
        // Results that wait for an earlier one; item i waits at place i modulo window.
        var waiting = [Output?](repeating: nil, count: window)

        func goOn() {
            while running < jobs, !queued.isEmpty {
                let (index, input) = (started, queued.removeFirst())
                group.addTask { .output(index, transform(input)) }
                started += 1
                running += 1
            }
            guard !hasEnded, !isAsking, arrived - delivered < window else { return }
            isAsking = true
            group.addTask {
                do {
                    return .input(try await next())
                } catch {
                    return .end(error)
                }
            }
        }

        goOn()
        while let arrival = try await group.next() {
            switch arrival {
            case .input(let input?):
                isAsking = false
                arrived += 1
                queued.append(input)
            case .input(nil):
                (isAsking, hasEnded) = (false, true)
            case .end(let error):
                (isAsking, hasEnded) = (false, true)
                failure = error
            case .output(let index, let output):
                running -= 1
                waiting[index % window] = output
            }
            goOn()
            while let ready = waiting[delivered % window].take() {
                try await deliver(ready)
                delivered += 1
                goOn()
            }
        }
        if let failure { throw failure }
    }
}

/// What happens next in ``forEachArriving(jobs:window:next:transform:deliver:)``.
private enum Arrival<Input: Sendable, Output: Sendable>: Sendable {
    case input(Input?)
    case end(any Error)
    case output(Int, Output)
}
