#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Clocks that stand still while other programs have the processor.
enum Stopwatch {
    /// The time that this thread had a processor.
    case thread
    /// The time that the threads of this process had processors, added up.
    case process

    /// Seconds since some moment.
    var now: Double {
        var time = timespec()
        let clock =
            switch self {
            case .thread: CLOCK_THREAD_CPUTIME_ID
            case .process: CLOCK_PROCESS_CPUTIME_ID
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
