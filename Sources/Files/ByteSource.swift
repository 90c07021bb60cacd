/// Bytes that come one after the other, from a pipe or from memory.
public protocol ByteSource: Sendable {
    /// Returns what is there, and waits until something is.
    ///
    /// - Parameter count: The most bytes to take, at least 1.
    /// - Returns: Some bytes; none at the end.
    /// - Throws: ``FileError`` when the system refuses.
    func read(atMost count: Int) throws(FileError) -> [UInt8]
}
