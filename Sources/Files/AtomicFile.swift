#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Writes files so that a reader sees all of a file or none of it.
public enum AtomicFile {
    /// Whether the bytes must outlive a power failure.
    public enum Durability: Sendable {
        /// Waits until the file is on the disk.
        case synchronized
        /// Is on the disk after ``OutputFile/synchronizeFileSystem()`` of another file there, which takes many files for
        /// little more than the price of one. Where the system has no such call, as ``synchronized``.
        case grouped
        /// Survives the end of this program, but not of the system's power.
        case buffered
    }

    /// Writes a whole file: a temporary file beside `path`, renamed over it when complete.
    ///
    /// On an error `path` is as it was before and no temporary file is left. A symbolic
    /// link at `path` is replaced, not followed.
    ///
    /// - Throws: ``FileError``, always naming `path`.
    public static func write(
        _ bytes: [UInt8],
        to path: String,
        durability: Durability = .synchronized
    ) throws(FileError) {
        let folder = Folder(containing: path)
        for attempt in 0... {
            let temporary = folder.path(of: "\(temporaryPrefix)\(getpid())-\(mark)-\(attempt)")
            do throws(FileError) {
                return try write(bytes, to: path, through: temporary, durability: durability)
            } catch {
                // Left by a program that was killed, or in use by another part of this one.
                if error.code == EEXIST, attempt < 64 { continue }
                throw FileError(operation: error.operation, path: path, code: error.code)
            }
        }
    }

    /// Writes a file piece by piece: a temporary file beside `path`, renamed over it when complete.
    ///
    /// On an error `path` is as it was before and no temporary file is left.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - durability: Whether the bytes must outlive a power failure.
    ///   - fill: Writes the pieces.
    /// - Throws: ``FileError``, always naming `path`; what `fill` throws.
    public static func write(
        to path: String,
        durability: Durability = .synchronized,
        by fill: (inout OutputFile) throws -> Void
    ) throws {
        let folder = Folder(containing: path)
        for attempt in 0... {
            let temporary = folder.path(of: "\(temporaryPrefix)\(getpid())-\(mark)-\(attempt)")
            do {
                var file = try OutputFile(temporary, mode: .new)
                do {
                    try fill(&file)
                    if durability.isImmediate { try file.synchronize() }
                    guard unsafe rename(temporary, path) == 0 else {
                        throw FileError(last: .rename, path: path)
                    }
                } catch {
                    _ = unsafe unlink(temporary)
                    throw error
                }
            } catch let error as FileError where error.path == temporary {
                if error.operation == .create, error.code == EEXIST, attempt < 64 { continue }
                throw FileError(operation: error.operation, path: path, code: error.code)
            }
            if durability.isImmediate { folder.synchronize() }
            return
        }
    }

    /// Whether `name` is the name of a temporary file that an ended program may have left.
    public static func isTemporary(name: String) -> Bool { name.hasPrefix(temporaryPrefix) }

    /// A name in this program's own space of ``isTemporary(name:)``, for a file that goes when its writer is done.
    package static func temporaryName(for what: String) -> String {
        "\(temporaryPrefix)\(getpid())-\(what)"
    }

    private static let temporaryPrefix = ".residua-tmp-"
    /// Tells programs of the same number on several machines apart.
    private static let mark = String(UInt64.random(in: 0 ... .max), radix: 36)

    private static func write(
        _ bytes: [UInt8],
        to path: String,
        through temporary: String,
        durability: Durability
    ) throws(FileError) {
        let file = try OutputFile(temporary, mode: .new)
        do throws(FileError) {
            try fill(file, with: bytes, durability: durability)
            guard unsafe rename(temporary, path) == 0 else {
                throw FileError(last: .rename, path: path)
            }
        } catch {
            _ = unsafe unlink(temporary)
            throw error
        }
        if durability.isImmediate { Folder(containing: path).synchronize() }
    }

    /// Writes and closes a file.
    package static func fill(
        _ file: consuming OutputFile,
        with bytes: [UInt8],
        durability: Durability
    ) throws(FileError) {
        try file.append(bytes)
        if durability.isImmediate { try file.synchronize() }
    }
}

extension AtomicFile.Durability {
    fileprivate var isImmediate: Bool {
        switch self {
        case .synchronized: true
        case .grouped: !OutputFile.canSynchronizeFileSystem
        case .buffered: false
        }
    }
}
