import Foundation
import Subprocess
import Synchronization

#if canImport(System)
    import System
#else
    import SystemPackage
#endif

/// One run of a program to its end.
///
/// The program is the built `residua` unless another is named; it runs without a shell, and its
/// standard input is empty unless given.
public struct ToolRun: Sendable {
    /// How a program ended.
    public enum Ending: Sendable, Hashable {
        /// It exited with this status.
        case status(Int32)
        /// This signal killed it.
        case signal(Int32)
    }

    /// What a program wrote and how it ended.
    public struct Outcome: Sendable {
        /// How it ended.
        public let ending: Ending
        /// What it wrote to standard output.
        public let outputBytes: [UInt8]
        /// What it wrote to standard error.
        public let errorBytes: [UInt8]

        /// The exit status; nil when a signal killed it.
        public var status: Int32? {
            if case .status(let status) = ending { return status }
            return nil
        }
        /// Standard output as text.
        public var output: String { String(decoding: outputBytes, as: UTF8.self) }
        /// Standard error as text.
        public var error: String { String(decoding: errorBytes, as: UTF8.self) }
    }

    /// What a running program wrote so far.
    public struct Progress: Sendable {
        /// Standard output so far, as text.
        public let output: String
        /// Standard error so far, as text.
        public let error: String
    }

    /// A signal that is sent once, when a condition first holds.
    public struct Interruption: Sendable {
        let signal: Int32
        let condition: @Sendable (Progress) -> Bool

        /// Creates an interruption; the condition is asked about every 5 ms.
        public init(_ signal: Int32, when condition: @escaping @Sendable (Progress) -> Bool) {
            self.signal = signal
            self.condition = condition
        }
    }

    /// A program that did not end in time and was killed.
    public struct TimeLimitError: Error, CustomStringConvertible {
        /// What ran, for how long, and what it wrote.
        public let description: String
    }

    /// The arguments after the program's name.
    public var arguments: [String]
    /// Variables to set, or with nil to remove, on top of the test's own.
    public var environment: [String: String?]
    /// Bytes for standard input.
    public var input: [UInt8]
    /// The working folder; the test's own when nil.
    public var folder: String?
    /// The longest time that it may take.
    public var timeLimit: Duration
    /// A signal to send on the way.
    public var interruption: Interruption?
    /// The program's path; the built `residua` when nil.
    public var program: String?

    /// Creates a run; nothing is started yet.
    public init(
        _ arguments: [String],
        environment: [String: String?] = [:],
        input: [UInt8] = [],
        in folder: TemporaryFolder? = nil,
        timeLimit: Duration = .seconds(120),
        interruption: Interruption? = nil,
        program: String? = nil
    ) {
        self.arguments = arguments
        self.environment = environment
        self.input = input
        self.folder = folder?.path
        self.timeLimit = timeLimit
        self.interruption = interruption
        self.program = program
    }

    /// Runs the program to its end.
    ///
    /// - Returns: What it wrote and how it ended, whatever its exit status.
    /// - Throws: ``TimeLimitError``; ``BuiltTool/NotFoundError``; an error when it can't be started.
    public func run() async throws -> Outcome {
        let path = try program ?? BuiltTool.path()
        let output = Transcript()
        let error = Transcript()
        // Set before the signal goes out: the streams may end before the task that sent it does.
        let clock = Deadline()
        let variables = environment.map { (Environment.Key(stringLiteral: $0.key), $0.value) }

        let result = try await Subprocess.run(
            .path(FilePath(path)),
            arguments: Arguments(arguments),
            environment: .inherit.updating(Dictionary(uniqueKeysWithValues: variables)),
            workingDirectory: folder.map { FilePath($0) },
            input: .array(input),
            output: .sequence,
            error: .sequence
        ) { execution in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    try await withThrowingTaskGroup(of: Void.self) { readers in
                        readers.addTask { try await output.collect(execution.standardOutput) }
                        readers.addTask { try await error.collect(execution.standardError) }
                        try await readers.waitForAll()
                    }
                }
                group.addTask {
                    do { try await Task.sleep(for: timeLimit) } catch { return }
                    clock.pass()
                    try? execution.send(signal: .kill)
                }
                if let interruption {
                    group.addTask {
                        while !Task.isCancelled {
                            let progress = Progress(output: output.text, error: error.text)
                            if interruption.condition(progress) {
                                try execution.send(signal: Signal(rawValue: interruption.signal))
                                break
                            }
                            try? await Task.sleep(for: .milliseconds(5))
                        }
                        // Stays, so that the first task to end is the readers or the time limit.
                        try? await Task.sleep(for: timeLimit * 2)
                    }
                }
                try await group.next()
                group.cancelAll()
                try await group.waitForAll()
            }
        }

        if clock.isPassed {
            throw TimeLimitError(
                description: """
                    \(path) \(arguments.joined(separator: " ")) took longer than \(timeLimit)
                    standard output: \(output.text)
                    standard error: \(error.text)
                    """
            )
        }
        let ending: Ending =
            switch result.terminationStatus {
            case .exited(let status): .status(status)
            case .signaled(let signal): .signal(signal)
            }
        return Outcome(ending: ending, outputBytes: output.bytes, errorBytes: error.bytes)
    }
}

/// Whether a program's time was up.
private final class Deadline: Sendable {
    private let passed = Mutex(false)

    var isPassed: Bool { passed.withLock { $0 } }

    func pass() { passed.withLock { $0 = true } }
}

/// What a stream brought so far.
private final class Transcript: Sendable {
    private let collected = Mutex<[UInt8]>([])

    var bytes: [UInt8] { collected.withLock { $0 } }
    var text: String { String(decoding: bytes, as: UTF8.self) }

    func collect(_ stream: SubprocessOutputSequence) async throws {
        for try await buffer in stream {
            let bytes = buffer.withUnsafeBytes { [UInt8]($0) }
            collected.withLock { $0 += bytes }
        }
    }
}
