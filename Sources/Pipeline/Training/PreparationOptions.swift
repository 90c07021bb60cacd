/// How images are made ready for a model that is learned.
public struct PreparationOptions: Sendable, Equatable {
    /// 1 (grey) or 3 (colour); nil for colour where any normal image has it.
    public var channels: Int?
    /// A mask that is bright in the part of the images that counts; nil where all of it does.
    ///
    /// It is brought to the shape of the model's grid of positions.
    public var regionOfInterest: RawPath?

    /// Creates options.
    public init(channels: Int? = nil, regionOfInterest: RawPath? = nil) {
        self.channels = channels
        self.regionOfInterest = regionOfInterest
    }
}
