/// Repeated measurements of one quantity.
package struct Measurement: Codable, Equatable, Sendable {
    /// Which values are good ones.
    package enum Direction: String, Codable, Sendable {
        case moreIsBetter = "more"
        case lessIsBetter = "less"
    }

    package var name: String
    /// The median.
    package let value: Double
    package let unit: String
    package let best: Double
    package let median: Double
    package let repetitions: Int
    package let better: Direction
    /// The median share of a whole that this is a part of, in percent.
    package var share: Double?
    /// The figure that this is, where it is kept.
    package private(set) var key: KeyFigure?
    /// The bound that is wanted of the figure.
    package private(set) var goal: Double?

    /// Sums up samples, of which there must be one.
    package init(_ name: String, unit: String, _ direction: Direction, samples: [Double]) {
        precondition(!samples.isEmpty, "nothing was measured")
        let sorted = samples.sorted()
        self.name = name
        self.unit = unit
        median = Self.median(of: sorted)
        value = median
        better = direction
        best = direction == .moreIsBetter ? sorted[sorted.count - 1] : sorted[0]
        repetitions = samples.count
    }

    /// The same as a figure that is kept, with its own goal or a given one.
    package func keyed(_ key: KeyFigure, goal: Double? = nil) -> Measurement {
        var keyed = self
        keyed.key = key
        keyed.goal = goal ?? key.goal
        return keyed
    }

    /// Whether the median reaches the goal; nil where there is none.
    package var reachesGoal: Bool? {
        goal.map { better == .moreIsBetter ? median >= $0 : median <= $0 }
    }

    /// The median of sorted numbers, of which there must be one.
    package static func median(of sorted: [Double]) -> Double {
        let middle = sorted.count / 2
        return sorted.count % 2 == 1
            ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
}

extension Measurement {
    /// An amount for each of some times in seconds.
    static func rate(
        _ name: String,
        unit: String,
        of amount: Double,
        in times: [Double]
    ) -> Measurement {
        Measurement(name, unit: unit, .moreIsBetter, samples: times.map { amount / $0 })
    }

    /// Times in seconds of so many images.
    static func perImage(_ name: String, _ times: [Double], images: Int) -> Measurement {
        Measurement(
            name,
            unit: "ms/image",
            .lessIsBetter,
            samples: times.map { 1e3 * $0 / Double(images) }
        )
    }

    /// What part of the second times the first ones are, pair by pair.
    static func percent(_ name: String, _ parts: [Double], of wholes: [Double]) -> Measurement {
        Measurement(
            name,
            unit: "%",
            .moreIsBetter,
            samples: zip(parts, wholes).map { 100 * $0 / $1 }
        )
    }

    /// How many times the second times go into the first ones, pair by pair.
    static func gain(_ name: String, from before: [Double], to after: [Double]) -> Measurement {
        Measurement(
            name,
            unit: "times",
            .moreIsBetter,
            samples: zip(before, after).map { $0 / $1 }
        )
    }
}
