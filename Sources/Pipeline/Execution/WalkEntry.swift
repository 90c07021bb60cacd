internal import RunLedger

/// One input that a walk found, or a place in it that could not be looked at.
public struct WalkEntry: Sendable, Hashable {
    /// What stands at the path.
    public enum Kind: Sendable, Hashable {
        /// A regular file when it was listed.
        case file
        /// A pipe, socket or device under an image's name; reading it is refused.
        case special
        /// A folder, link or root that could not be looked at.
        case unreadable(InputError)
    }

    /// The root that it was found under, as it was given.
    public let root: RawPath
    /// The path below the root, or the file's own name when the root is a file.
    ///
    /// Folders that could not be listed end in a slash.
    public let relativePath: RawPath
    /// The path to open, whatever the current folder is.
    public let absolutePath: RawPath
    /// What stands there.
    public let kind: Kind
    /// Whether the path's last component may be a symbolic link.
    public let followsLinks: Bool

    /// Creates an entry.
    public init(
        root: RawPath,
        relativePath: RawPath,
        absolutePath: RawPath,
        kind: Kind,
        followsLinks: Bool = false
    ) {
        self.root = root
        self.relativePath = relativePath
        self.absolutePath = absolutePath
        self.kind = kind
        self.followsLinks = followsLinks
    }

    /// Reads the input's bytes.
    ///
    /// - Parameter limit: The most bytes to take.
    /// - Returns: The whole file.
    /// - Throws: ``InputError``; at once where ``kind`` is not a file.
    public func read(limit: Int) throws(InputError) -> [UInt8] {
        try readStamped(limit: limit).bytes
    }

    /// Reads the input's bytes, with its size and time; see ``FileBytes``.
    func readStamped(
        limit: Int
    ) throws(InputError) -> (bytes: [UInt8], stamp: FileStamp, isSteady: Bool) {
        switch kind {
        case .file:
            return try FileBytes.readStamped(
                absolutePath,
                limit: limit,
                followsLinks: followsLinks
            )
        case .special:
            // Not opened to find out: opening a device can have effects.
            let status = try FileStatus(of: absolutePath, followsLinks: followsLinks)
            throw InputError(.notAFile, detail: status.kind.phrase)
        case .unreadable(let error):
            throw error
        }
    }
}
