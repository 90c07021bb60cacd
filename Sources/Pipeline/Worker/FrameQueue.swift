internal import Dispatch
internal import Synchronization

/// Frames that are read on a thread of their own, one whenever the next is asked for.
///
/// Nothing waits for the stream but that thread: what was read before is worked on and handed over meanwhile.
final class FrameQueue: Sendable {
    private let reader: Mutex<FrameReader>
    private let thread = DispatchQueue(label: "residua.frames")

    init(_ reader: FrameReader) { self.reader = Mutex(reader) }

    /// Waits for the next frame.
    ///
    /// - Returns: The frame; nil at the end of the stream.
    /// - Throws: ``FramingError``; `CancellationError` at once when the task is cancelled, and then the stream may be within a frame.
    func next() async throws -> Frame? {
        let answer = Answer()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                guard answer.expect(continuation) else { return }
                thread.async {
                    answer.give(Result { try self.reader.withLock { try $0.next() } })
                }
            }
        } onCancel: {
            answer.give(.failure(CancellationError()))
        }
    }

    /// The first of two answers: the frame, or that nobody waits for it any more.
    private final class Answer: Sendable {
        private enum State {
            case idle
            case awaited(CheckedContinuation<Frame?, any Error>)
            case given
        }

        private let state = Mutex(State.idle)

        /// Takes who waits; false where the answer came before, which is then given.
        func expect(_ continuation: CheckedContinuation<Frame?, any Error>) -> Bool {
            let isLate = state.withLock { state in
                if case .given = state { return true }
                state = .awaited(continuation)
                return false
            }
            // Only cancellation comes so early.
            if isLate { continuation.resume(throwing: CancellationError()) }
            return !isLate
        }

        func give(_ result: Result<Frame?, any Error>) {
            let waiting: CheckedContinuation<Frame?, any Error>? = state.withLock { state in
                defer { state = .given }
                if case .awaited(let continuation) = state { return continuation }
                return nil
            }
            waiting?.resume(with: result)
        }
    }
}
