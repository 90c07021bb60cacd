/// Counts new scores between those of held-out normal images, which is all that ``ScoreDrift`` needs of them.
///
/// Takes memory for the normal scores alone, and gives the same whatever the order of the new ones.
public struct ScoreComparison: Sendable, Equatable {
    /// What the new scores are compared with.
    public let calibration: ConformalCalibration
    /// The number of new scores.
    public private(set) var images = 0
    /// The distinct normal scores, rising, and how many normal scores are not above each.
    private let values: [Float]
    private let normals: [Int]
    /// The new scores between two values, and those that equal one.
    private var between: [Int]
    private var equal: [Int]

    /// Starts with no new scores.
    public init(with calibration: ConformalCalibration) {
        self.calibration = calibration
        var values: [Float] = []
        var normals: [Int] = []
        for (index, score) in calibration.scores.enumerated() {
            if score == values.last {
                normals[normals.count - 1] = index + 1
            } else {
                values.append(score)
                normals.append(index + 1)
            }
        }
        self.values = values
        self.normals = normals
        between = [Int](repeating: 0, count: values.count + 1)
        equal = [Int](repeating: 0, count: values.count)
    }

    /// Counts a new score, which is finite.
    ///
    /// - Complexity: O(log n) in the number of normal scores.
    public mutating func add(_ score: Float) {
        precondition(score.isFinite, "scores are finite")
        images += 1
        var (low, high) = (0, values.count)
        while low < high {
            let middle = (low + high) / 2
            if values[middle] < score { low = middle + 1 } else { high = middle }
        }
        if low < values.count, values[low] == score {
            equal[low] += 1
        } else {
            between[low] += 1
        }
    }

    /// The largest difference of the two distribution functions, and whether the new scores are the higher ones there.
    ///
    /// Between two normal scores the difference only rises, so that its ends are all that matters.
    var largest: (difference: Double, isHigher: Bool) {
        var (largest, isHigher) = (0.0, false)
        var (new, normal) = (0, 0)
        func look() {
            let difference =
                Double(new) / Double(images) - Double(normal) / Double(calibration.scores.count)
            if abs(difference) > largest {
                largest = abs(difference)
                // Fewer of the new scores than of the normal ones are as low as this.
                isHigher = difference < 0
            }
        }
        for place in values.indices {
            new += between[place]
            look()
            new += equal[place]
            normal = normals[place]
            look()
        }
        return (largest, isHigher)
    }

    /// How many new scores have a conformal p-value of at most this.
    func count(withPValueAtMost limit: Double) -> Int {
        var count = 0
        for place in values.indices where calibration.pValue(of: values[place]) <= limit {
            // A score between two normal ones has as many above it as the upper one has with itself.
            count += between[place] + equal[place]
        }
        if calibration.pValue(of: .infinity) <= limit { count += between[values.count] }
        return count
    }
}
