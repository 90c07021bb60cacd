internal import Pipeline

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// What the system says of the memory of processes.
enum ProcessMemory {
    /// The most memory that was resident at once, or nil where the system doesn't tell.
    static func peak() -> Measurement? {
        guard let bytes = peakBytes() else { return nil }
        return Measurement(
            "peak memory",
            unit: "MB",
            .lessIsBetter,
            samples: [Double(bytes) / 1e6]
        )
    }

    private static func peakBytes() -> Int? {
        #if canImport(Darwin)
            var usage = rusage()
            guard unsafe getrusage(RUSAGE_SELF, &usage) == 0 else { return nil }
            return usage.ru_maxrss
        #else
            // Not getrusage: its maximum is inherited from the program that started this one.
            return peakBytes(of: "self")
        #endif
    }

    /// The most memory of a running process that was resident at once, or nil where the system doesn't tell.
    static func peakBytes(of process: String) -> Int? {
        #if canImport(Darwin)
            return nil
        #else
            let path = RawPath("/proc/\(process)/status")
            guard let status = try? FileBytes.read(path, limit: 1 << 16)
            else { return nil }
            let line = String(decoding: status, as: UTF8.self).split(separator: "\n")
                .first { $0.hasPrefix("VmHWM:") }
            return line?.split(whereSeparator: \.isWhitespace).dropFirst().first
                .flatMap { Int($0) }
                .map { $0 << 10 }
        #endif
    }
}

/// Standard error, for progress and for the one line before a failed run ends.
enum StandardError {
    /// Says what is being done.
    static func note(_ message: String) {
        var text = "residua-bench: \(message)\n"
        text.withUTF8 { bytes in _ = unsafe write(STDERR_FILENO, bytes.baseAddress, bytes.count) }
    }

    /// Says what is wrong and ends the program.
    static func fail(_ message: String, status: Int32) -> Never {
        var text = "residua-bench: \(message)\n"
        text.withUTF8 { bytes in _ = unsafe write(STDERR_FILENO, bytes.baseAddress, bytes.count) }
        exit(status)
    }
}
