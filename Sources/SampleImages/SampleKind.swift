internal import ImageCodec
internal import Tensors

/// One kind of object or material, with all that varies from one picture of it to the next.
///
/// An instance is one scene: everything that is random about it is drawn when it is created, so
/// that it can be painted twice, sound and with a flaw, and differs in the flaw only.
protocol SampleKind: Sendable {
    /// What can be wrong with it; the raw values name folders.
    associatedtype Flaw: RawRepresentable<String>, Sendable

    /// The folder's name.
    static var name: String { get }
    /// How the pictures are stored.
    static var format: SampleFile.Format { get }
    /// The flaws, each with the number of pictures that show it.
    static var flaws: [(flaw: Flaw, count: Int)] { get }

    /// Draws a scene.
    init(using generator: inout SeededGenerator)

    /// Paints the scene.
    ///
    /// - Parameters:
    ///   - flaw: What is wrong in it, or nil.
    ///   - severity: From 0, just visible, to 1, obvious.
    ///   - generator: Draws the place and form of the flaw.
    /// - Returns: The picture, of the same size for every scene of the kind.
    func picture(
        flaw: Flaw?,
        severity: Double,
        using generator: inout SeededGenerator
    ) -> PixelImage
}
