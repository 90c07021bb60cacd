/// The areas under the ROC and the precision-recall curve, built up from the highest score down.
///
/// Scores that are equal, or that fall into one bin, are added together as one level.
struct RankCurve {
    private let positives: Double
    private let negatives: Double
    private var truePositives = 0.0
    private var falsePositives = 0.0
    private var rocArea = 0.0
    private var precisionSum = 0.0

    /// Creates a curve without points, or nil when a class is empty and no curve is defined.
    init?(positives: Int, negatives: Int) {
        guard positives > 0, negatives > 0 else { return nil }
        self.positives = Double(positives)
        self.negatives = Double(negatives)
    }

    /// Goes down by one level that has so many members of each class.
    mutating func addLevel(positives: Int, negatives: Int) {
        let positives = Double(positives)
        let negatives = Double(negatives)
        rocArea += negatives * (truePositives + positives / 2)
        truePositives += positives
        falsePositives += negatives
        guard positives > 0 else { return }
        precisionSum += positives * truePositives / (truePositives + falsePositives)
    }

    /// The area under the ROC curve, in [0, 1], when all levels are added.
    var auroc: Double { rocArea / (positives * negatives) }

    /// The mean precision over the positives, in [0, 1], when all levels are added.
    var averagePrecision: Double { precisionSum / positives }
}
