internal import Files
internal import ImageCodec
internal import Patches
internal import Pipeline
internal import Tensors

/// A dataset brought to one size: normal pictures to learn from, and test pictures to corrupt.
///
/// Corruptions mean the same for all sets because all pictures have about as many pixels.
struct PreparedSet: Sendable {
    /// A picture to score.
    struct TestPicture: Sendable {
        let image: PixelImage
        let isAnomalous: Bool
    }

    /// The last component of the folder's path.
    let name: String
    /// 1 (grey) or 3 (colour).
    let channels: Int
    /// Pictures to learn from.
    let normals: [PixelImage]
    /// Pictures to score, normal and defective.
    let tests: [TestPicture]

    /// The pixels of a picture.
    static let pixels = 256 * 256

    /// Reads a set in the layout that anomaly-detection datasets share.
    ///
    /// - Parameters:
    ///   - folder: With `train/good`, `test/good` and `test/<defect>`.
    ///   - trainLimit: The most normal pictures, spread evenly over the folder.
    ///   - testLimit: The most test pictures of each kind, normal and defective, spread evenly.
    /// - Throws: `InputError`, `DecodeError`, or ``NoImages`` when a kind has none.
    init(folder: String, trainLimit: Int, testLimit: Int) throws {
        let root = RawPath(folder)
        name = root.name.description
        let train = Self.spread(try Self.entries(root, "train/good"), limit: trainLimit)
        let tests = try Self.entries(root, "test")
        let good = tests.filter { $0.relativePath.description.hasPrefix("good/") }
        let bad = tests.filter { !$0.relativePath.description.hasPrefix("good/") }
        if good.isEmpty { throw NoImages(folder: "\(folder)/test/good") }
        if bad.isEmpty { throw NoImages(folder: "\(folder)/test/<defect>") }
        let limit = DecodeLimits.standard.maximumBytes
        let hasColour = try train.contains {
            try ImageReader.header(of: $0.read(limit: limit)).channels == 3
        }
        channels = hasColour ? 3 : 1
        let mode: ChannelMode = hasColour ? .colour : .grey
        func picture(_ entry: WalkEntry) throws -> PixelImage {
            let image = try ImageReader.decode(
                entry.read(limit: limit),
                channels: mode,
                minimumPixels: Self.pixels
            ).image
            let size = WorkingSize(pixels: Self.pixels)
                .size(width: image.width, height: image.height)
            let map = Resampler(height: size.height, width: size.width).resample(image)
            return PixelImage(rounding: map)
        }
        normals = try train.map(picture)
        self.tests =
            try Self.spread(good, limit: testLimit).map {
                TestPicture(image: try picture($0), isAnomalous: false)
            }
            + Self.spread(bad, limit: testLimit).map {
                TestPicture(image: try picture($0), isAnomalous: true)
            }
    }

    /// Writes the normal pictures into a folder, as a training run reads them.
    func writeNormals(to folder: Folder) throws {
        try folder.create()
        for (place, image) in normals.enumerated() {
            let digits = String(100_000 + place).dropFirst()
            try AtomicFile.write(
                try ImageWriter.png(image, compression: 1),
                to: folder.path(of: "\(digits).png"),
                durability: .buffered
            )
        }
    }

    private static func entries(_ root: RawPath, _ part: String) throws -> [WalkEntry] {
        let path = root.appending(RawPath(part))
        let entries = Array(IngestOptions(roots: [path]).makeWalk())
        if entries.isEmpty { throw NoImages(folder: path.description) }
        return entries
    }

    private static func spread(_ entries: [WalkEntry], limit: Int) -> [WalkEntry] {
        let count = min(limit, entries.count)
        return (0..<count).map { entries[$0 * entries.count / count] }
    }
}
