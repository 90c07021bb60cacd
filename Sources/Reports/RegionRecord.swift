/// One connected part of an image that is above the pixel threshold, in original pixels.
public struct RegionRecord: Codable, Sendable, Equatable {
    /// The smallest upright rectangle around a region.
    public struct Box: Codable, Sendable, Equatable {
        /// The left column, the top row, and the size, in pixels.
        public let x, y, width, height: Int

        /// Creates a box.
        public init(x: Int, y: Int, width: Int, height: Int) {
            self.x = x
            self.y = y
            self.width = width
            self.height = height
        }
    }

    /// A point in an image.
    public struct Point: Codable, Sendable, Equatable {
        /// Right of the left edge and down from the top edge, in pixels.
        public let x, y: Float

        /// Creates a point.
        public init(x: Float, y: Float) {
            self.x = x
            self.y = y
        }
    }

    /// The smallest upright rectangle around the region.
    public let box: Box
    /// The region's size in pixels.
    public let area: Int
    /// The mean place of the region's pixels.
    public let centroid: Point
    /// The largest value of the map in the region; 1 is the pixel threshold.
    public let peak: Float
    /// The mean value of the map in the region; 1 is the pixel threshold.
    public let mean: Float

    /// Creates a region's record.
    public init(box: Box, area: Int, centroid: Point, peak: Float, mean: Float) {
        self.box = box
        self.area = area
        self.centroid = centroid
        self.peak = peak
        self.mean = mean
    }
}
