import Synchronization
import UnixSignals

/// Runs work that SIGINT and SIGTERM cancel.
enum Interruption {
    private static let received = Mutex<ExitStatus?>(nil)

    /// The status that the signal so far received asks for, or nil.
    static var status: ExitStatus? { received.withLock { $0 } }

    /// Runs work; the first SIGINT or SIGTERM cancels it, so that what is finished is kept.
    ///
    /// - Parameter work: Returns early or throws `CancellationError` when it is cancelled.
    /// - Returns: What `work` returns.
    /// - Throws: What `work` throws, ``ExitStatus`` in place of `CancellationError`.
    static func guarding<Value: Sendable>(
        _ work: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        do {
            return try await withThrowingTaskGroup(of: Value?.self) { group in
                group.addTask { try await work() }
                group.addTask {
                    for await signal in signals {
                        received.withLock { $0 = signal == .sigterm ? .terminated : .interrupted }
                        return nil
                    }
                    return nil
                }
                while let value = try await group.next() {
                    // The signal came first: the work hears of it and is waited for.
                    group.cancelAll()
                    if let value { return value }
                }
                throw CancellationError()
            }
        } catch is CancellationError {
            throw status ?? .interrupted
        }
    }
}
