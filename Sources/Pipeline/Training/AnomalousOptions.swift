/// Images that show defects.
public struct AnomalousOptions: Sendable {
    /// The images.
    public var ingest: IngestOptions
    /// The folder of their masks; when nil they are looked for in `ground_truth`, beside the folder that the images' folder
    /// is in.
    public var masks: RawPath?
    /// Single images among the roots that don't belong to that folder of masks.
    var singles: Set<RawPath> = []

    /// Creates options.
    public init(ingest: IngestOptions, masks: RawPath? = nil) {
        self.ingest = ingest
        self.masks = masks
    }

    /// Where the mask of an image may be, likeliest first.
    func masks(of entry: WalkEntry) -> [RawPath] {
        if let masks, !singles.contains(entry.root) {
            return ["_mask.png", ".png"].map { ending in
                masks.appending(MaskFile.path(for: entry.relativePath, ending: ending))
            }
        }
        // <set>/test/<defect>/<name>.png has its mask at <set>/ground_truth/<defect>/<name>_mask.png.
        var parts = MaskFile.path(for: entry.absolutePath, ending: "_mask.png").bytes
            .split(separator: RawPath.slash, omittingEmptySubsequences: false)
            .map(Array.init)
        guard parts.count >= 4, let name = parts.popLast(), let defect = parts.popLast() else {
            return []
        }
        parts[parts.count - 1] = Array("ground_truth".utf8)
        parts += [defect, name]
        return [RawPath(bytes: parts.joined(separator: [RawPath.slash]))]
    }
}
