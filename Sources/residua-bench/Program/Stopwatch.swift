#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Clocks; but for the wall's they stand still while other programs have the processor.
enum Stopwatch {
    /// The time that this thread had a processor.
    case thread
    /// The time that the threads of this process had processors, added up.
    case process
    /// The time that passed.
    case wall

    /// Seconds since some moment.
    var now: Double {
        var time = timespec()
        let clock =
            switch self {
            case .thread: CLOCK_THREAD_CPUTIME_ID
            case .process: CLOCK_PROCESS_CPUTIME_ID
            case .wall: CLOCK_MONOTONIC
            }
        let status = unsafe clock_gettime(clock, &time)
        precondition(status == 0, "every system has these clocks")
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

/// How long a closure runs on this thread, in seconds; waiting for a processor doesn't count.
func seconds(_ body: () throws -> Void) rethrows -> Double {
    let start = Stopwatch.thread.now
    try body()
    return Stopwatch.thread.now - start
}

/// The seconds of work by several threads.
struct SharedTime {
    /// By the wall clock.
    var elapsed: Double
    /// Of processor time of all threads.
    var work: Double

    /// Measures work that this process does.
    static func measure(_ body: () async throws -> Void) async rethrows -> SharedTime {
        let (wall, process) = (Stopwatch.wall.now, Stopwatch.process.now)
        try await body()
        return SharedTime(
            elapsed: Stopwatch.wall.now - wall,
            work: Stopwatch.process.now - process
        )
    }
}
