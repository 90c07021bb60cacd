/// What defects are painted: kinds, how many, how large, how strong.
public struct DefectConfiguration: Sendable, Equatable, Codable {
    /// The kinds, each as likely as it is often in the list.
    public var kinds: [DefectKind]
    /// How many defects a picture gets, all numbers equally likely.
    public var count: ClosedRange<Int>
    /// The area of a defect as a share of the picture, log-uniform, in `0...1`.
    ///
    /// No defect is drawn smaller than four pixels, whatever the share.
    public var area: ClosedRange<Double>
    /// The wanted mean change of a defect's pixels, log-uniform, in units of the picture's spread
    /// around the defect.
    ///
    /// Kinds that move texture have a contrast of their own, which can be weakened but not exceeded.
    public var contrast: ClosedRange<Double>
    /// The largest wanted mean change, in `0...1`: where the spread is large, the range of contrasts
    /// ends at this.
    public var largestChange: Float
    /// The change from which a pixel counts as changed; smaller changes are undone, in `0..<0.25`.
    public var visibility: Float
    /// The smallest unit of contrast: the spread of a picture, or part of one, that is flatter.
    public var smallestSpread: Float

    /// Creates a declaration; the defaults cover what is barely visible up to what is obvious.
    public init(
        kinds: [DefectKind] = DefectKind.allCases,
        count: ClosedRange<Int> = 1...3,
        area: ClosedRange<Double> = 0.0001...0.15,
        contrast: ClosedRange<Double> = 0.5...16,
        largestChange: Float = 0.6,
        visibility: Float = 2 / 255,
        smallestSpread: Float = 0.02
    ) {
        self.kinds = kinds
        self.count = count
        self.area = area
        self.contrast = contrast
        self.largestChange = largestChange
        self.visibility = visibility
        self.smallestSpread = smallestSpread
    }

    /// What is wrong with the declaration, or nil.
    public var problem: String? {
        if kinds.isEmpty { return "no kinds of defects" }
        if count.lowerBound < 1 { return "fewer than one defect in a picture" }
        if !(area.lowerBound > 0 && area.upperBound <= 0.5) {
            return "the area must be above 0 and at most 0.5, found \(area)"
        }
        if !(contrast.lowerBound > 0 && contrast.upperBound.isFinite) {
            return "the contrast must be above 0 and finite, found \(contrast)"
        }
        if !(largestChange >= 0.05 && largestChange <= 1) {
            return "the largest change must be in 0.05...1, found \(largestChange)"
        }
        if !(visibility >= 0 && visibility < 0.25) {
            return "the visibility must be in 0..<0.25, found \(visibility)"
        }
        if !(smallestSpread > 0 && smallestSpread <= 1) {
            return "the smallest spread must be above 0 and at most 1, found \(smallestSpread)"
        }
        return nil
    }
}
