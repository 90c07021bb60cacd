/// What the file system tells of a file without reading it.
public struct FileStamp: Sendable, Hashable {
    /// The size in bytes.
    public var size: Int64
    /// The time of the last modification, in nanoseconds since 1970.
    public var modificationTime: Int64

    /// Creates a stamp.
    public init(size: Int64, modificationTime: Int64) {
        self.size = size
        self.modificationTime = modificationTime
    }
}
