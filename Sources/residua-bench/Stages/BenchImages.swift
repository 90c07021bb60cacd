internal import ImageCodec
internal import Pipeline

/// Files to measure on, and their bytes in memory so that disks don't count.
struct BenchImages {
    struct File {
        let path: RawPath
        let bytes: [UInt8]
        let format: ImageFormat
    }

    let name: String
    let files: [File]

    /// Reads images spread evenly over a folder.
    ///
    /// - Throws: `InputError`, `DecodeError`, or ``NoImages`` when the folder has none.
    init(folder: String, limit: Int) throws {
        let entries = Array(IngestOptions(roots: [RawPath(folder)]).makeWalk())
        guard !entries.isEmpty else { throw NoImages(folder: folder) }
        try self.init("images of the folder", entries.map(\.absolutePath).spread(limit))
    }

    /// Reads images.
    ///
    /// - Throws: `InputError`, or `DecodeError` where a file is no image.
    init(_ name: String, _ paths: [RawPath]) throws {
        self.name = name
        files = try paths.map { path in
            let bytes = try FileBytes.read(path, limit: DecodeLimits.standard.maximumBytes)
            return File(
                path: path,
                bytes: bytes,
                format: try ImageReader.header(of: bytes).format
            )
        }
    }

    var count: Int { files.count }
    var paths: [RawPath] { files.map(\.path) }
}

extension Array {
    /// At most so many elements, spread evenly.
    func spread(_ limit: Int) -> [Element] {
        let chosen = Swift.min(limit, count)
        return (0..<chosen).map { self[$0 * count / chosen] }
    }
}

/// A folder has nothing to measure on.
struct NoImages: Error, CustomStringConvertible {
    let folder: String

    var description: String { "no images in \(folder)" }
}
