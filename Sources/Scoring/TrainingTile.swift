/// A part of an input that is learned from as an image of its own: a tile, or all of it.
public struct TrainingTile: Sendable, Hashable, Codable {
    /// The place of its image among the inputs.
    public let image: Int
    /// Its place among the tiles of all inputs.
    public let number: Int

    /// Creates a tile.
    public init(image: Int, number: Int) {
        self.image = image
        self.number = number
    }

    /// An input that is not divided, where none is.
    public init(whole image: Int) { self.init(image: image, number: image) }
}
