public import Tensors

/// A picture with painted defects, and where they are.
public struct DefectiveImage: Sendable, Equatable {
    /// One of the defects.
    public struct Defect: Sendable, Equatable, Codable {
        /// What was painted.
        public let kind: DefectKind
        /// The share of the picture's pixels that changed, in `0...1`.
        public let area: Double
        /// The mean change of those pixels in units of the spread around the defect.
        public let contrast: Double
        /// The mean change of those pixels, in `0...1`; of the channels the one that changed most.
        public let change: Double
    }

    /// The picture, shape `[height, width, channels]`, in `[0, 1]`.
    public let image: FeatureMap
    /// 1 where a defect changed the picture and 0 elsewhere, shape `[height, width]`.
    ///
    /// Where it is 0 the picture is what it was, to the bit. Unchanged pixels inside a defect, most
    /// neighbours of which changed, are marked as well.
    public let mask: Matrix
    /// The defects, in the order in which they were painted.
    public let defects: [Defect]
}
