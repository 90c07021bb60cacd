package import ImageCodec
internal import Tensors

/// One folder of sample images: normal ones to learn from, normal and flawed ones to test with.
///
/// The pictures are computed, not photographed, so that they can be given away freely and made
/// again from a seed. The folder has the layout of the MVTec anomaly detection sets.
public struct SampleSet: Sendable {
    /// A picture as it is with its flaw, and the same picture without it.
    package struct Pair: Sendable {
        /// The picture without a flaw.
        package let sound: PixelImage
        /// The picture with its flaw, or nil for a normal one.
        package let flawed: PixelImage?
    }

    /// The folder's name.
    public let name: String
    /// How the pictures are stored; masks are always PNG.
    public let format: SampleFile.Format
    /// The names of the defects, as the folders under `test` have them, in order.
    public let defectNames: [String]
    /// The set's pictures: training, normal tests, then the tests of one defect after another.
    public let entries: [SampleEntry]

    private let paint: @Sendable (SampleEntry, UInt64) -> Pair

    private init<Kind: SampleKind>(of kind: Kind.Type) {
        name = Kind.name
        format = Kind.format
        defectNames = Kind.flaws.map(\.flaw.rawValue)
        entries = SampleEntry.layout(
            set: Kind.name,
            pathExtension: Kind.format.pathExtension,
            flaws: Kind.flaws.map { ($0.flaw.rawValue, $0.count) }
        )
        paint = { entry, seed in
            var generator = SeededGenerator(seed: seed, stream: entry.stream)
            let scene = Kind(using: &generator)
            let sound = scene.picture(flaw: nil, severity: 0, using: &generator)
            guard let flaw = entry.defect.flatMap(Kind.Flaw.init(rawValue:)) else {
                return Pair(sound: sound, flawed: nil)
            }
            let flawed = scene.picture(flaw: flaw, severity: entry.severity, using: &generator)
            return Pair(sound: sound, flawed: flawed)
        }
    }

    /// All sets, in the order of their folders' names.
    public static let all: [SampleSet] = [
        SampleSet(of: BrushedMetal.self), SampleSet(of: CeramicTile.self),
        SampleSet(of: CircuitPads.self), SampleSet(of: WovenCloth.self),
    ]

    /// The files of the set, a mask right after the picture that it belongs to.
    ///
    /// They are painted one by one while the sequence is walked. The same seed gives the same
    /// pixels on every machine.
    ///
    /// - Parameter seed: Which pictures; `sample-data` has those of seed 0.
    /// - Returns: Pictures and masks in the order of ``entries``.
    public func files(seed: UInt64 = 0) -> some Sequence<SampleFile> {
        entries.lazy.flatMap { files(of: $0, seed: seed) }
    }

    /// Paints one picture and, when it has a flaw, its mask.
    ///
    /// - Parameters:
    ///   - entry: One of ``entries``; its pixels do not depend on the others.
    ///   - seed: Which pictures.
    /// - Returns: The picture, then its mask if it has one.
    public func files(of entry: SampleEntry, seed: UInt64 = 0) -> [SampleFile] {
        let pair = pair(of: entry, seed: seed)
        let picture = SampleFile(
            path: entry.path,
            format: format,
            image: pair.flawed ?? pair.sound,
            isMask: false
        )
        guard let flawed = pair.flawed, let maskPath = entry.maskPath else { return [picture] }
        let mask = FlawMask.between(flawed, and: pair.sound)
        return [picture, SampleFile(path: maskPath, format: .png, image: mask, isMask: true)]
    }

    /// Paints one picture, with and without its flaw.
    package func pair(of entry: SampleEntry, seed: UInt64 = 0) -> Pair { paint(entry, seed) }
}

extension SampleSet: CustomStringConvertible {
    /// The folder's name.
    public var description: String { name }
}
