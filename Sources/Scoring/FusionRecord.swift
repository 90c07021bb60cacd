/// How the fusion of a model was chosen.
public struct FusionRecord: Sendable, Equatable, Codable {
    /// An image AUROC that a model measured on itself.
    public struct Measure: Sendable, Equatable, Codable {
        /// How maps become a score.
        public var fusion: ScoreFusion
        /// The area under the ROC curve, in `0...1`.
        public var auroc: Double
        /// Its standard error.
        public var standardError: Double

        /// Creates a measure.
        public init(fusion: ScoreFusion, auroc: Double, standardError: Double) {
            self.fusion = fusion
            self.auroc = auroc
            self.standardError = standardError
        }

        private enum CodingKeys: String, CodingKey {
            case fusion, auroc
            case standardError = "standard_error"
        }
    }

    /// Images with real defects, and what they say.
    public struct Anomalous: Sendable, Equatable, Codable {
        /// The images that could be used.
        public var images: Int
        /// Those of them that have a mask.
        public var masked: Int
        /// The declared fusion, on these against held-out normal images.
        public var declared: Measure
        /// The head, each image by one learned without it; nil where there are too few images.
        public var head: Measure?

        /// Creates a statement.
        public init(images: Int, masked: Int, declared: Measure, head: Measure?) {
            self.images = images
            self.masked = masked
            self.declared = declared
            self.head = head
        }
    }

    /// Why the fusion is what it is.
    public enum Reason: String, Sendable, Equatable, Codable {
        /// The declaration says to keep it.
        case pinned
        /// No other was better by the margin.
        case kept
        /// Another was better by the margin.
        case better
        /// A head learned from real defects was as good or better.
        case head
    }

    /// The fusion that was declared.
    public var declared: ScoreFusion
    /// The fusion that the model uses.
    public var chosen: ScoreFusion
    /// Why.
    public var reason: Reason
    /// The held-out normal images.
    public var normalImages: Int
    /// The held-out images with painted defects.
    public var paintedImages: Int
    /// All candidates on painted against normal images.
    public var candidates: [Measure]
    /// The images with real defects that were given; nil for none.
    public var anomalous: Anomalous?

    /// Creates a record.
    public init(
        declared: ScoreFusion,
        chosen: ScoreFusion,
        reason: Reason,
        normalImages: Int,
        paintedImages: Int,
        candidates: [Measure],
        anomalous: Anomalous? = nil
    ) {
        self.declared = declared
        self.chosen = chosen
        self.reason = reason
        self.normalImages = normalImages
        self.paintedImages = paintedImages
        self.candidates = candidates
        self.anomalous = anomalous
    }

    private enum CodingKeys: String, CodingKey {
        case declared, chosen, reason, candidates, anomalous
        case normalImages = "normal_images"
        case paintedImages = "painted_images"
    }

    /// By how much another fusion must be better at least; twice the standard error if that is more.
    public static let margin = 0.05

    /// The declared fusion, unless another one is better by the margin.
    ///
    /// A head is not chosen here: it has practised on the very defects that it is measured on, and what it gains on them it
    /// may lose on real ones.
    ///
    /// - Parameters:
    ///   - declared: The declared fusion, as measured.
    ///   - candidates: All candidates.
    /// - Returns: The best of those that are better by the margin, the first of equal ones, or the declared one.
    public static func choice(declared: Measure, candidates: [Measure]) -> ScoreFusion {
        if declared.fusion.isPinned { return declared.fusion }
        var best = declared
        for candidate in candidates where candidate.fusion.rule != .head {
            let error = max(candidate.standardError, declared.standardError)
            guard candidate.auroc - declared.auroc >= max(margin, 2 * error) else { continue }
            if candidate.auroc > best.auroc { best = candidate }
        }
        return best.fusion
    }
}
