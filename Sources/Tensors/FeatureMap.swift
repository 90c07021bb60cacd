/// Numbers on a grid with several channels at each place: an image, codes, or a map.
///
/// Stored place after place, all channels of a place together (height, width, channels).
public struct FeatureMap: Sendable, Equatable {
    /// The number of grid rows.
    public let height: Int
    /// The number of grid columns.
    public let width: Int
    /// The number of channels at each place.
    public let channels: Int
    /// The numbers, shape `[height * width * channels]`.
    public var elements: [Float]

    /// Creates a map filled with one value.
    public init(height: Int, width: Int, channels: Int, repeating value: Float = 0) {
        precondition(height >= 0 && width >= 0 && channels >= 0, "map sizes can't be negative")
        self.height = height
        self.width = width
        self.channels = channels
        elements = [Float](repeating: value, count: height * width * channels)
    }

    /// Creates a map from its elements.
    ///
    /// - Parameters:
    ///   - height: The number of grid rows.
    ///   - width: The number of grid columns.
    ///   - channels: The number of channels at each place.
    ///   - elements: The numbers, place after place, channels together.
    /// - Throws: ``ShapeError`` when the length of `elements` is not the product of the sizes.
    public init(
        height: Int,
        width: Int,
        channels: Int,
        elements: [Float]
    ) throws(ShapeError) {
        guard height >= 0, width >= 0, channels >= 0,
            elements.count == height * width * channels
        else {
            throw ShapeError(
                name: "elements",
                expected: [height, width, channels],
                actual: [elements.count]
            )
        }
        self.height = height
        self.width = width
        self.channels = channels
        self.elements = elements
    }

    /// Creates a map from elements that are known to fill it.
    package init(height: Int, width: Int, channels: Int, filledWith elements: [Float]) {
        precondition(elements.count == height * width * channels, "elements don't fill the map")
        self.height = height
        self.width = width
        self.channels = channels
        self.elements = elements
    }

    /// The number at one place and channel.
    @inlinable
    public subscript(row: Int, column: Int, channel: Int) -> Float {
        get { elements[(row * width + column) * channels + channel] }
        set { elements[(row * width + column) * channels + channel] = newValue }
    }
}
