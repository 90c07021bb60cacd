import Foundation
import Synchronization
import TestSupport

/// A program that runs beside the test, for signals at moments of the test's choosing.
final class StartedTool: Sendable {
    /// How a program ended.
    struct Ended {
        let ending: ToolRun.Ending
        /// The most memory that it held at once, in bytes.
        let peakMemory: Int
    }

    /// The program did not do something in time, or could not be started.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    let identifier: pid_t
    private let log: String
    private let state = Mutex<(ended: Ended?, peakMemory: Int)>((nil, 0))

    /// Starts `residua`; its output goes into files of the folder.
    ///
    /// - Parameters:
    ///   - arguments: Paths in them must be absolute.
    ///   - folder: Where the output goes, as `log.out` and `log.err`.
    ///   - log: The name of these files.
    ///   - wrapper: A program with arguments that is to start it.
    /// - Throws: ``Failure`` when it can't be started.
    init(
        _ arguments: [String],
        in folder: TemporaryFolder,
        log: String = "log",
        through wrapper: [String] = []
    ) throws {
        self.log = folder.path(log)
        #if canImport(Darwin)
            var actions: posix_spawn_file_actions_t?
        #else
            var actions = posix_spawn_file_actions_t()
        #endif
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        let flags = O_WRONLY | O_CREAT | O_TRUNC
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, self.log + ".out", flags, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, self.log + ".err", flags, 0o600)
        let words = wrapper + [try BuiltTool.path()] + arguments
        let variables = ProcessInfo.processInfo.environment.map { "\($0.key)=\($0.value)" }
        var arguments = words.map { strdup($0) } + [nil]
        var environment = variables.map { strdup($0) } + [nil]
        defer {
            arguments.forEach { free($0) }
            environment.forEach { free($0) }
        }
        var identifier: pid_t = 0
        let code = posix_spawn(&identifier, words[0], &actions, nil, &arguments, &environment)
        guard code == 0 else { throw Failure(description: "can't start \(words): \(code)") }
        self.identifier = identifier
    }

    deinit {
        guard poll() == nil else { return }
        kill(identifier, SIGKILL)
        kill(identifier, SIGCONT)
        waitpid(identifier, nil, 0)
    }

    /// What it wrote to standard output so far.
    var output: String { (try? String(contentsOfFile: log + ".out", encoding: .utf8)) ?? "" }
    /// What it wrote to standard error so far.
    var error: String { (try? String(contentsOfFile: log + ".err", encoding: .utf8)) ?? "" }

    /// Sends a signal, unless the program has ended.
    func send(_ signal: Int32) {
        if poll() == nil { kill(identifier, signal) }
    }

    /// Stops the program where it is, until ``goOn()``.
    func pause() throws {
        send(SIGSTOP)
        var status: Int32 = 0
        guard poll() == nil, waitpid(identifier, &status, WUNTRACED) == identifier,
            status & 0xFF == 0x7F
        else { throw Failure(description: "it ended before it could be stopped: \(error)") }
    }

    func goOn() { kill(identifier, SIGCONT) }

    /// Waits until a condition holds while the program runs.
    func wait(until condition: () throws -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while !(try condition()) {
            guard poll() == nil else { throw Failure(description: "it ended too early: \(error)") }
            guard ContinuousClock.now < deadline else {
                throw Failure(description: "nothing happened: \(error)")
            }
            try await Task.sleep(for: .milliseconds(1))
        }
    }

    /// Waits for the program's end.
    func wait(atMost limit: Duration = .seconds(120)) async throws -> Ended {
        let deadline = ContinuousClock.now + limit
        while true {
            if let ended = poll() { return ended }
            guard ContinuousClock.now < deadline else {
                throw Failure(description: "it took longer than \(limit): \(error)")
            }
            try await Task.sleep(for: .milliseconds(1))
        }
    }

    /// How it ended, if it has.
    private func poll() -> Ended? {
        state.withLock { state in
            if state.ended != nil { return state.ended }
            var status: Int32 = 0
            var usage = rusage()
            state.peakMemory = max(state.peakMemory, residentPeak ?? 0)
            guard wait4(identifier, &status, WNOHANG, &usage) == identifier else { return nil }
            #if canImport(Darwin)
                state.peakMemory = usage.ru_maxrss
            #endif
            let signal = status & 0x7F
            state.ended = Ended(
                ending: signal == 0 ? .status(status >> 8 & 0xFF) : .signal(signal),
                peakMemory: state.peakMemory
            )
            return state.ended
        }
    }

    /// The peak so far, where the system tells it of a running program.
    ///
    /// Linux counts the memory of the program that started it into `ru_maxrss`.
    private var residentPeak: Int? {
        let path = "/proc/\(identifier)/status"
        guard let text = try? String(contentsOfFile: path, encoding: .utf8),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
            let kilobytes = line.split(whereSeparator: \.isWhitespace).dropFirst().first
        else { return nil }
        return Int(kilobytes).map { $0 * 1024 }
    }
}
