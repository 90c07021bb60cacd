internal import CKernels

/// The memory of maps, which come and go with each image.
public enum LargeAllocations {
    /// Keeps freed memory of the size of maps in the process, for the next one.
    ///
    /// For programs that work through many images: a map's memory is otherwise given back to the system and cleared
    /// page by page when the next map wants it, under a lock that all threads share. Up to 64 MB are kept for each thread.
    public static func reuse() { ck_reuse_memory() }
}
