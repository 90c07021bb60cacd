public import Foundation

/// A folder of its own for one test.
///
/// Get one from ``withTemporaryFolder(_:)``, which removes it at the end.
public struct TemporaryFolder: Sendable {
    /// The folder, without symbolic links in its path.
    public let url: URL

    /// The folder's path.
    public var path: String { url.path(percentEncoded: false) }

    /// Returns the path of something in the folder.
    public func path(_ relativePath: String) -> String {
        url.appending(path: relativePath).path(percentEncoded: false)
    }

    /// Writes a file, making the folders that it lies in.
    ///
    /// - Returns: The file's path.
    @discardableResult
    public func write(_ bytes: some Sequence<UInt8>, to relativePath: String) throws -> String {
        let file = url.appending(path: relativePath)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(),
            withIntermediateDirectories: true
        )
        try Data(bytes).write(to: file)
        return file.path(percentEncoded: false)
    }

    /// Writes text as UTF-8, making the folders that the file lies in.
    ///
    /// - Returns: The file's path.
    @discardableResult
    public func write(_ text: String, to relativePath: String) throws -> String {
        try write(text.utf8, to: relativePath)
    }

    /// Makes a folder with those above it.
    ///
    /// - Returns: The folder's path.
    @discardableResult
    public func makeFolder(_ relativePath: String) throws -> String {
        try FileManager.default.createDirectory(
            at: url.appending(path: relativePath),
            withIntermediateDirectories: true
        )
        return path(relativePath)
    }

    /// Makes a symbolic link.
    public func link(_ relativePath: String, to destination: String) throws {
        try FileManager.default.createSymbolicLink(
            atPath: path(relativePath),
            withDestinationPath: destination
        )
    }

    /// Reads a file.
    public func bytes(_ relativePath: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: url.appending(path: relativePath)))
    }

    /// Reads a file as UTF-8.
    public func text(_ relativePath: String) throws -> String {
        try String(contentsOf: url.appending(path: relativePath), encoding: .utf8)
    }

    /// Whether something is at a path in the folder.
    public func contains(_ relativePath: String) -> Bool {
        FileManager.default.fileExists(atPath: path(relativePath))
    }

    /// The relative paths of all files and folders below, sorted.
    public func contents() throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: path).sorted()
    }
}

/// Runs a test in a new, empty folder, and removes the folder whatever happens.
///
/// - Parameter body: The test.
/// - Returns: What `body` returns.
/// - Throws: What `body` throws, or the error of making the folder.
public func withTemporaryFolder<Result>(
    _ body: (TemporaryFolder) async throws -> Result
) async throws -> Result {
    let parent = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
    let url = parent.appending(
        path: "residua-test-\(UUID().uuidString)",
        directoryHint: .isDirectory
    )
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
    defer { removeTree(url) }
    return try await body(TemporaryFolder(url: url))
}

/// Removes a tree, also where a test took away the permission to.
private func removeTree(_ url: URL) {
    let manager = FileManager.default
    if (try? manager.removeItem(at: url)) != nil { return }
    let path = url.path(percentEncoded: false)
    for name in [""] + (manager.subpaths(atPath: path) ?? []) {
        try? manager.setAttributes([.posixPermissions: 0o700], ofItemAtPath: path + "/" + name)
    }
    try? manager.removeItem(at: url)
}
