extension RunLock {
    /// Takes the lock, waiting for another run to end.
    ///
    /// - Parameters:
    ///   - path: The path of the lock's file, created where it doesn't exist.
    ///   - holder: This run.
    ///   - limit: How long to wait at most; zero fails at once.
    ///   - interval: How long to wait between two attempts.
    ///   - clock: The clock that measures the waiting.
    /// - Returns: The lock, held until it is released or goes out of use.
    /// - Throws: ``LedgerError`` as without waiting; `CancellationError` when the task is
    ///   cancelled while it waits.
    public static func acquire<C: Clock>(
        _ path: String,
        as holder: LockHolder,
        wait limit: Duration,
        poll interval: Duration = .seconds(1),
        clock: C = ContinuousClock()
    ) async throws -> RunLock where C.Duration == Duration {
        let deadline = clock.now.advanced(by: limit)
        while true {
            try Task.checkCancellation()
            do {
                return try acquire(path, as: holder)
            } catch {
                guard case .held = error, clock.now < deadline else { throw error }
            }
            let next = clock.now.advanced(by: interval)
            try await clock.sleep(until: min(next, deadline), tolerance: nil)
        }
    }
}
