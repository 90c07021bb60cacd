public import Scoring

/// What the colours of heat maps mean: how many good images reach a value.
///
/// A place of value `v` stands for images whose score is `v` times the threshold, and the held-out normal images say what
/// share of good ones scores higher than that.
public struct HeatLegend: Codable, Sendable, Equatable {
    /// A value that has a meaning.
    public struct Tick: Codable, Sendable, Equatable {
        /// The value, 1 at the threshold; below ``HeatLegend/saturation``.
        public let value: Float
        /// The share of good images whose scores are above it, in `0...1`.
        public let rate: Double
        /// The same in words, for instance `1 in 100 good images`.
        public let label: String
        /// Whether it is the threshold.
        public let isThreshold: Bool

        private enum CodingKeys: String, CodingKey {
            case value, rate, label
            case isThreshold = "is_threshold"
        }
    }

    /// From the lowest value to the highest; the threshold is among them.
    public let ticks: [Tick]
    /// The value above which no good image was seen, 1 at the threshold; may be beyond ``saturation``.
    public let unseenAbove: Float
    /// The value from which on the colour is the hottest; the scale starts at 0.
    public let saturation: Float
    /// The colours of evenly spaced values from 0 to ``saturation``, as in `#1a2b3c`.
    public let colors: [String]

    private enum CodingKeys: String, CodingKey {
        case ticks
        case unseenAbove = "unseen_above"
        case saturation, colors
    }

    /// The rates that get a tick where there are enough normal images: one in so many.
    private static let denominators = [2, 10, 100, 1000, 10_000]
    /// With 25 the threshold and half of it have colours of their own.
    private static let colorCount = 25
    /// Scores are divided by the threshold, but by no less than this.
    package static let smallestUnit: Float = 1e-3

    /// Finds the values at which good images are one in two, ten, a hundred and so on.
    ///
    /// - Parameters:
    ///   - calibration: The scores of the held-out normal images.
    ///   - threshold: The threshold that images are judged by.
    public init(calibration: ConformalCalibration, threshold: ConformalThreshold) {
        let unit = max(threshold.value, Self.smallestUnit)
        let limit = threshold.value / unit
        var ticks: [Tick] = []
        for denominator in Self.denominators {
            let found = calibration.threshold(falseAlarmRate: 1 / Double(denominator))
            let value = found.value / unit
            guard found.isSufficient, value > 0, value < HeatMap.saturation, value != limit,
                // Of the same scores the rarest says the most.
                value > ticks.last?.value ?? 0
            else { continue }
            ticks.append(
                Tick(
                    value: value,
                    rate: found.guaranteedRate,
                    label: Self.label(found.guaranteedRate),
                    isThreshold: false
                )
            )
        }
        ticks.append(
            Tick(
                value: limit,
                rate: threshold.guaranteedRate,
                label: Self.label(threshold.guaranteedRate),
                isThreshold: true
            )
        )
        self.ticks = ticks.sorted { $0.value < $1.value }
        unseenAbove = max(limit, (calibration.scores.last ?? 0) / unit)
        saturation = HeatMap.saturation
        colors = (0..<Self.colorCount).map { place in
            let share = Float(place) / Float(Self.colorCount - 1)
            let color = HeatMap.color(of: share * HeatMap.saturation)
            return "#" + [color.x, color.y, color.z].map(Self.hexadecimal).joined()
        }
    }

    private static func label(_ rate: Double) -> String {
        "1 in \(Int((1 / rate).rounded())) good images"
    }

    private static func hexadecimal(_ level: UInt8) -> String {
        let digits = String(level, radix: 16)
        return digits.count == 1 ? "0" + digits : digits
    }
}
