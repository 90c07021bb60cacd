/// Images that show defects.
public struct AnomalousOptions: Sendable {
    /// The images.
    public var ingest: IngestOptions
    /// The folder of their masks; when nil they are looked for in `ground_truth`, beside the folder that the images' folder
    /// is in.
    public var masks: RawPath?

    /// Creates options.
    public init(ingest: IngestOptions, masks: RawPath? = nil) {
        self.ingest = ingest
        self.masks = masks
    }

    /// Where the mask of an image may be, likeliest first.
    func masks(of entry: WalkEntry) -> [RawPath] {
        if let masks {
            let name = Self.withoutEnding(entry.relativePath)
            return ["_mask.png", ".png"].map { ending in
                masks.appending(RawPath(bytes: name + Array(ending.utf8)))
            }
        }
        // <set>/test/<defect>/<name>.png has its mask at <set>/ground_truth/<defect>/<name>_mask.png.
        var parts = Self.withoutEnding(entry.absolutePath)
            .split(separator: RawPath.slash, omittingEmptySubsequences: false)
            .map(Array.init)
        guard parts.count >= 4, let name = parts.popLast(), let defect = parts.popLast() else {
            return []
        }
        parts[parts.count - 1] = Array("ground_truth".utf8)
        parts += [defect, name + Array("_mask.png".utf8)]
        return [RawPath(bytes: parts.joined(separator: [RawPath.slash]))]
    }

    private static func withoutEnding(_ path: RawPath) -> [UInt8] {
        guard let dot = path.bytes.lastIndex(of: UInt8(ascii: ".")),
            !path.bytes[dot...].contains(RawPath.slash)
        else { return path.bytes }
        return Array(path.bytes[..<dot])
    }
}
