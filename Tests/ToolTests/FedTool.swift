import Foundation
import TestSupport

/// A running `residua` that is fed and listened to piece by piece.
final class FedTool {
    /// Something did not come in time.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private let process = Process()
    private let (input, output, error) = (Pipe(), Pipe(), Pipe())
    private var rest: [UInt8] = []

    /// Starts `residua`.
    init(_ arguments: [String], in folder: TemporaryFolder) throws {
        process.executableURL = URL(filePath: try BuiltTool.path())
        process.arguments = arguments
        process.currentDirectoryURL = URL(filePath: folder.path)
        process.standardInput = input
        process.standardOutput = output
        process.standardError = error
        // A test that feeds a program that has ended should fail, not end.
        signal(SIGPIPE, SIG_IGN)
        try process.run()
    }

    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    }

    func feed(_ bytes: [UInt8]) throws {
        try input.fileHandleForWriting.write(contentsOf: Data(bytes))
    }

    func endInput() throws { try input.fileHandleForWriting.close() }

    /// Closes this side of the program's standard output.
    func leave() throws { try output.fileHandleForReading.close() }

    func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

    /// The next line of standard output with its end.
    func line() throws -> [UInt8] {
        let descriptor = output.fileHandleForReading.fileDescriptor
        while true {
            if let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                defer { rest.removeFirst(end + 1) }
                return Array(rest[...end])
            }
            var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&wanted, 1, 60_000) == 1 else { throw Failure(description: "no answer") }
            var piece = [UInt8](repeating: 0, count: 1 << 16)
            let count = read(descriptor, &piece, piece.count)
            guard count > 0 else { throw Failure(description: "its output has ended") }
            rest += piece.prefix(count)
        }
    }

    /// Waits for the end; the exit status and what it wrote to standard error.
    func end() async throws -> (status: Int32, error: String) {
        let deadline = ContinuousClock.now + .seconds(60)
        while process.isRunning {
            guard ContinuousClock.now < deadline else { throw Failure(description: "no end") }
            try await Task.sleep(for: .milliseconds(2))
        }
        let text = try error.fileHandleForReading.readToEnd() ?? Data()
        return (process.terminationStatus, String(decoding: text, as: UTF8.self))
    }
}
