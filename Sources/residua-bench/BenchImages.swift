internal import ImageCodec
internal import Pipeline

/// Files to measure on, held in memory so that disks don't count.
struct BenchImages {
    struct File {
        let path: RawPath
        let bytes: [UInt8]
    }

    let files: [File]

    /// Reads images spread evenly over a folder.
    ///
    /// - Throws: `InputError`, or ``NoImages`` when the folder has none.
    init(folder: String, limit: Int) throws {
        let entries = Array(IngestOptions(roots: [RawPath(folder)]).makeWalk())
        guard !entries.isEmpty else { throw NoImages(folder: folder) }
        let count = min(limit, entries.count)
        files = try (0..<count).map { place in
            let entry = entries[place * entries.count / count]
            let bytes = try entry.read(limit: DecodeLimits.standard.maximumBytes)
            return File(path: entry.absolutePath, bytes: bytes)
        }
    }

    var byteCount: Int { files.reduce(0) { $0 + $1.bytes.count } }
}

/// A folder has nothing to measure on.
struct NoImages: Error, CustomStringConvertible {
    let folder: String

    var description: String { "no images in \(folder)" }
}
