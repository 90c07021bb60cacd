/// How normal images are divided into folds, and which folds are left out together.
public struct Folding: Sendable, Equatable, Codable {
    /// The usual number of folds: more of them where images are few, because each fold then needs the others most.
    public static func standard(images: Int) -> Int { images < 64 ? 4 : 3 }

    /// The number of folds.
    public let folds: Int

    /// Creates a division.
    ///
    /// - Parameters:
    ///   - images: The number of images.
    ///   - wanted: The wanted number of folds, at least 2, or nil for the usual one; there are no more folds than images.
    public init(images: Int, wanted: Int? = nil) {
        let wanted = wanted ?? Self.standard(images: images)
        precondition(wanted >= 2, "at least two folds")
        folds = max(2, min(wanted, images))
    }

    /// The fold of an image by its place among the inputs.
    public func fold(of place: Int) -> Int { place % folds }

    /// All sets of folds that are left out together: none, each one, each two.
    public var sets: [Set<Int>] {
        [[]] + (0..<folds).map { [$0] }
            + (0..<folds).flatMap { first in
                // With two folds both left out would leave nothing to learn from.
                folds == 2 ? [] : (first + 1..<max(folds, first + 1)).map { [first, $0] }
            }
    }

    /// The other folds that are left out together with a fold.
    public func partners(of fold: Int) -> [Int] {
        folds == 2 ? [] : (0..<folds).filter { $0 != fold }
    }

    /// The sets that the maps of a fold's images are made with: the fold alone first, then with each partner.
    public func sets(for fold: Int) -> [Set<Int>] {
        [[fold]] + partners(of: fold).map { [fold, $0] }
    }
}
