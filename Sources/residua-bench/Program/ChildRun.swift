internal import Pipeline

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif
#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// A run of another program.
struct ChildRun {
    let time: SharedTime
    /// The most memory that was resident at once, in MB; nil where it was not watched or the system doesn't tell.
    let memory: Double?
    /// The seconds from the start to the first byte on standard output; nil where that was not waited for.
    var firstOutput: Double?

    /// Runs a program that reads a file on standard input to its end, and waits for the first thing that it prints.
    ///
    /// - Throws: ``ChildFailure``, also where it prints nothing.
    static func run(
        _ program: String,
        _ arguments: [String],
        input: String,
        log: String
    ) throws -> ChildRun {
        var ends: (Int32, Int32) = (-1, -1)
        let made = unsafe withUnsafeMutableBytes(of: &ends) { ends in
            unsafe pipe(ends.assumingMemoryBound(to: Int32.self).baseAddress)
        }
        guard made == 0 else {
            throw ChildFailure(
                program: program,
                arguments: arguments,
                status: errno,
                said: "there is no pipe to be had"
            )
        }
        let start = Stopwatch.wall.now
        defer { close(ends.0) }
        let identifier: pid_t
        do {
            defer { close(ends.1) }
            identifier = try spawn(program, arguments, log: log, input: input, output: ends.1)
        }
        var firstOutput: Double?
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = unsafe read(ends.0, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            if count <= 0 { break }
            firstOutput = firstOutput ?? Stopwatch.wall.now - start
        }
        var result = try wait(for: identifier, since: start, program, arguments, log: log)
        guard let firstOutput else {
            throw ChildFailure(
                program: program,
                arguments: arguments,
                status: 0,
                said: "it has printed nothing"
            )
        }
        result.firstOutput = firstOutput
        return result
    }

    /// Runs a program to its end; what it prints is thrown away, of its errors the end is kept for a failure.
    ///
    /// - Parameters:
    ///   - program: Its path.
    ///   - arguments: What it is given.
    ///   - log: A file for what it says on standard error.
    ///   - watchesMemory: Whether its memory is looked at all the time, which takes a little of it.
    /// - Returns: Its time, and its memory where that was watched.
    /// - Throws: ``ChildFailure``.
    @discardableResult
    static func run(
        _ program: String,
        _ arguments: [String],
        log: String,
        watchesMemory: Bool = false
    ) throws -> ChildRun {
        let start = Stopwatch.wall.now
        let identifier = try spawn(program, arguments, log: log)
        return try wait(
            for: identifier,
            since: start,
            program,
            arguments,
            log: log,
            watchesMemory: watchesMemory
        )
    }

    private static func wait(
        for identifier: pid_t,
        since start: Double,
        _ program: String,
        _ arguments: [String],
        log: String,
        watchesMemory: Bool = false
    ) throws -> ChildRun {
        var status: Int32 = 0
        var usage = rusage()
        var memory: Int?
        // Not getrusage's maximum: a program inherits that of the program that started it.
        while true {
            let ended = unsafe wait4(identifier, &status, watchesMemory ? WNOHANG : 0, &usage)
            if ended == identifier { break }
            if ended < 0, errno != EINTR {
                throw ChildFailure(
                    program: program,
                    arguments: arguments,
                    status: errno,
                    said: "it can't be waited for"
                )
            }
            guard watchesMemory else { continue }
            memory = ProcessMemory.peakBytes(of: "\(identifier)") ?? memory
            usleep(2000)
        }
        let elapsed = Stopwatch.wall.now - start
        let code = status & 0x7F == 0 ? status >> 8 & 0xFF : -1
        guard code == 0 else {
            let said = (try? FileBytes.read(RawPath(log), limit: 1 << 20)) ?? []
            throw ChildFailure(
                program: program,
                arguments: arguments,
                status: code,
                said: String(decoding: said.suffix(1000), as: UTF8.self)
            )
        }
        func seconds(_ time: timeval) -> Double {
            Double(time.tv_sec) + Double(time.tv_usec) / 1e6
        }
        return ChildRun(
            time: SharedTime(
                elapsed: elapsed,
                work: seconds(usage.ru_utime) + seconds(usage.ru_stime)
            ),
            memory: memory.map { Double($0) / 1e6 }
        )
    }

    private static func spawn(
        _ program: String,
        _ arguments: [String],
        log: String,
        input: String? = nil,
        output: Int32? = nil
    ) throws -> pid_t {
        let environment = ProcessInfo.processInfo.environment.map { "\($0.key)=\($0.value)" }
        var words: [UnsafeMutablePointer<CChar>?] = unsafe ([program] + arguments).map { text in
            unsafe strdup(text)
        }
        unsafe words.append(nil)
        var variables: [UnsafeMutablePointer<CChar>?] = unsafe environment.map { text in
            unsafe strdup(text)
        }
        unsafe variables.append(nil)
        defer {
            unsafe words.forEach { unsafe free($0) }
            unsafe variables.forEach { unsafe free($0) }
        }
        #if canImport(Darwin)
            var actions: posix_spawn_file_actions_t?
        #else
            var actions = unsafe posix_spawn_file_actions_t()
        #endif
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        if let input {
            unsafe posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, input, O_RDONLY, 0)
        }
        if let output {
            unsafe posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        } else {
            unsafe posix_spawn_file_actions_addopen(
                &actions,
                STDOUT_FILENO,
                "/dev/null",
                O_WRONLY,
                0
            )
        }
        unsafe posix_spawn_file_actions_addopen(
            &actions,
            STDERR_FILENO,
            log,
            O_WRONLY | O_CREAT | O_TRUNC,
            0o600
        )
        var identifier: pid_t = 0
        let failure = unsafe posix_spawn(&identifier, program, &actions, nil, words, variables)
        guard failure == 0 else {
            throw ChildFailure(
                program: program,
                arguments: arguments,
                status: failure,
                said: "it can't be started"
            )
        }
        return identifier
    }
}

/// Another program could not be run to its end.
struct ChildFailure: Error, CustomStringConvertible {
    let program: String
    let arguments: [String]
    let status: Int32
    let said: String

    var description: String {
        "status \(status) from: \(([program] + arguments).joined(separator: " "))\n\(said)"
    }
}
