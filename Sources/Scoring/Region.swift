/// A connected part of a score map that lies above a threshold, in pixels of the original image.
public struct Region: Sendable, Equatable, Codable {
    /// A rectangle of whole pixels.
    public struct Box: Sendable, Equatable, Codable {
        /// The leftmost column of pixels.
        public let x: Int
        /// The topmost row of pixels.
        public let y: Int
        /// The number of columns, at least 1.
        public let width: Int
        /// The number of rows, at least 1.
        public let height: Int

        /// Creates a rectangle.
        public init(x: Int, y: Int, width: Int, height: Int) {
            self.x = x
            self.y = y
            self.width = width
            self.height = height
        }
    }

    /// A place in pixels from the top left corner of the image.
    ///
    /// The middle of the first pixel is (0.5, 0.5).
    public struct Point: Sendable, Equatable, Codable {
        /// The distance from the image's left edge.
        public let x: Double
        /// The distance from the image's top edge.
        public let y: Double

        /// Creates a place.
        public init(x: Double, y: Double) {
            self.x = x
            self.y = y
        }
    }

    /// The smallest rectangle of pixels around the region; it lies within the image.
    public let box: Box
    /// The region's area in pixels, rounded, at least 1.
    public let area: Int
    /// The centre of the region's area; scores do not weigh.
    public let centroid: Point
    /// The highest score in the region, in the map's units.
    public let peak: Float
    /// The mean score over the region, in the map's units.
    public let mean: Float

    /// Creates a region.
    public init(box: Box, area: Int, centroid: Point, peak: Float, mean: Float) {
        self.box = box
        self.area = area
        self.centroid = centroid
        self.peak = peak
        self.mean = mean
    }
}
