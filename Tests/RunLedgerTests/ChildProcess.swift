import Foundation

/// A shell that runs beside the test until it is killed.
final class ChildProcess {
    private let process = Process()
    private let output = Pipe()

    /// Whether there is a program of this name.
    static func has(_ name: String) -> Bool {
        let folders = ProcessInfo.processInfo.environment["PATH"]?.split(separator: ":") ?? []
        return folders.contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(name)") }
    }

    /// Starts a script; `$0` in it is the argument.
    init(_ script: String, _ argument: String) throws {
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", script, argument]
        process.standardOutput = output
        try process.run()
    }

    deinit { kill() }

    var identifier: Int32 { process.processIdentifier }

    /// Waits until the script has written a line.
    func waitForLine(_ line: String) throws {
        var text = ""
        while !text.contains("\(line)\n") {
            let data = output.fileHandleForReading.availableData
            if data.isEmpty { throw CocoaError(.fileReadUnknown) }
            text += String(decoding: data, as: UTF8.self)
        }
    }

    /// Kills the shell, or what it became by `exec`, and waits for its end.
    func kill() {
        guard process.isRunning else { return }
        Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }
}
