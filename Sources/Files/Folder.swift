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

/// A folder, by its path; nothing is opened or created until asked.
public struct Folder: Sendable, Equatable {
    /// The path as given, without slashes at the end.
    public let path: String

    /// Names a folder.
    public init(_ path: String) {
        var path = Substring(path)
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        self.path = String(path)
    }

    /// Names the folder that the file at `path` is in.
    public init(containing path: String) {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else {
            self.init(".")
            return
        }
        self.init(slash == path.startIndex ? "/" : String(path[..<slash]))
    }

    /// Returns the path of something in the folder.
    public func path(of name: String) -> String { path == "/" ? "/\(name)" : "\(path)/\(name)" }

    /// Returns a folder in the folder.
    public func folder(_ name: String) -> Folder { Folder(path(of: name)) }

    /// Creates the folder, and those around it, where they don't exist yet.
    ///
    /// - Throws: ``FileError`` when the system refuses or something else stands there.
    public func create() throws(FileError) {
        if unsafe mkdir(path, 0o777) == 0 { return }
        let code = errno
        if isFolder(followingLinks: true) { return }
        let parent = Folder(containing: path)
        guard code == ENOENT, parent != self else {
            throw FileError(operation: .create, path: path, code: code)
        }
        try parent.create()
        try createHere()
    }

    /// Creates the folder in an existing one; a symbolic link in its place is refused.
    ///
    /// - Throws: ``FileError`` when the system refuses or something else stands there.
    public func createHere() throws(FileError) {
        if unsafe mkdir(path, 0o777) == 0 { return }
        let error = FileError(last: .create, path: path)
        if error.code == EEXIST, isFolder(followingLinks: false) { return }
        throw error
    }

    /// Whether a folder exists at the path.
    public func isFolder(followingLinks: Bool) -> Bool {
        var status = stat()
        let result = unsafe followingLinks ? stat(path, &status) : lstat(path, &status)
        return result == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Whether anything, even a broken link, has this name in the folder.
    public func contains(_ name: String) -> Bool {
        var status = stat()
        return unsafe lstat(path(of: name), &status) == 0
    }

    /// Returns the names in the folder, sorted by their bytes.
    ///
    /// - Throws: ``FileError`` when the folder can't be read.
    public func names() throws(FileError) -> [String] {
        do {
            let names = try FileManager.default.contentsOfDirectory(atPath: path)
            return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        } catch {
            let exists = isFolder(followingLinks: true)
            throw FileError(operation: .list, path: path, code: exists ? EACCES : ENOENT)
        }
    }

    /// Removes one file from the folder; no such file is fine.
    ///
    /// - Throws: ``FileError`` when the system refuses.
    public func remove(_ name: String) throws(FileError) {
        let victim = path(of: name)
        if unsafe unlink(victim) != 0, errno != ENOENT {
            throw FileError(last: .remove, path: victim)
        }
    }

    /// Removes the folder if it is empty.
    ///
    /// - Returns: Whether the folder is gone.
    @discardableResult
    public func removeIfEmpty() -> Bool { unsafe rmdir(path) == 0 }

    /// Waits until the folder's names are on the disk, where the file system can do that.
    public func synchronize() {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        _ = fsync(descriptor)
        close(descriptor)
    }
}
