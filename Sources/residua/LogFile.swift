import Foundation
import Logging
import Synchronization

/// A file that log lines are added to, whatever becomes of it meanwhile.
///
/// Each line is one write at the file's end, so that several programs may share it. A file that was renamed or
/// removed, as logrotate does, is begun anew. A disk that is full loses lines, not the run.
final class LogFile: Sendable {
    private struct State {
        var descriptor: Int32
        var device: dev_t
        var inode: ino_t
    }

    private let path: String
    private let state: Mutex<State>

    /// Opens the file, and makes it and its folder where there is none.
    ///
    /// - Throws: ``LogFileError`` when that can't be done.
    init(_ path: String) throws {
        self.path = path
        try? FileManager.default.createDirectory(
            at: URL(filePath: path).deletingLastPathComponent(),
            withIntermediateDirectories: true
        )
        guard let opened = Self.open(path) else {
            throw LogFileError(path: path, reason: String(cString: strerror(errno)))
        }
        state = Mutex(opened)
    }

    deinit { state.withLock { _ = close($0.descriptor) } }

    /// Adds a line with the time and the level.
    func append(level: Logger.Level, message: String) {
        let line = "\(Date().formatted(.iso8601)) \(level) \(message.printable)\n"
        state.withLock { state in
            var status = stat()
            let isThere = stat(path, &status) == 0
            if !isThere || status.st_ino != state.inode || status.st_dev != state.device,
                let fresh = Self.open(path)
            {
                close(state.descriptor)
                state = fresh
            }
            Array(line.utf8).withUnsafeBytes { bytes in
                _ = Foundation.write(state.descriptor, bytes.baseAddress, bytes.count)
            }
        }
    }

    private static func open(_ path: String) -> State? {
        let descriptor = Foundation.open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { return nil }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            close(descriptor)
            return nil
        }
        return State(descriptor: descriptor, device: status.st_dev, inode: status.st_ino)
    }
}

/// The log file can't be written.
struct LogFileError: Error, CustomStringConvertible {
    let path: String
    let reason: String

    var description: String {
        "can't write the log file \(path): \(reason); choose another under run.log-file"
    }
}
