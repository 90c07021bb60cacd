/// One picture of a sample set, not yet painted.
public struct SampleEntry: Sendable, Equatable {
    /// Where it belongs, relative to the samples' folder, with `/` between names.
    public let path: String
    /// What is wrong in it, or nil for a normal picture.
    public let defect: String?
    /// Where the mask of its flaw belongs, or nil for a normal picture.
    public let maskPath: String?

    /// How easily its flaw is seen, from 0, subtle, to 1, obvious.
    let severity: Double

    private static let trainingCount = 24
    private static let normalTestCount = 8

    /// The random numbers of a picture come from its path: no picture depends on another one.
    ///
    /// > Source: Fowler, Noll, Vo, "The FNV non-cryptographic hash algorithm" (FNV-1a, 64 bits).
    var stream: UInt64 {
        path.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
    }

    /// The pictures of one set.
    static func layout(
        set: String,
        pathExtension: String,
        flaws: [(name: String, count: Int)]
    ) -> [SampleEntry] {
        func normal(_ folder: String, _ count: Int) -> [SampleEntry] {
            (0..<count).map { index in
                let path = "\(set)/\(folder)/good/\(number(index)).\(pathExtension)"
                return SampleEntry(path: path, defect: nil, maskPath: nil, severity: 0)
            }
        }
        let defective = flaws.flatMap { name, count in
            (0..<count).map { index in
                SampleEntry(
                    path: "\(set)/test/\(name)/\(number(index)).\(pathExtension)",
                    defect: name,
                    maskPath: "\(set)/ground_truth/\(name)/\(number(index))_mask.png",
                    severity: 1 - Double(index) / Double(max(count - 1, 1))
                )
            }
        }
        return normal("train", trainingCount) + normal("test", normalTestCount) + defective
    }

    private static func number(_ index: Int) -> String {
        let digits = String(index)
        return String(repeating: "0", count: max(3 - digits.count, 0)) + digits
    }
}
