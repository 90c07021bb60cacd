#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// A small chart: numbers in order, as bars or points, over a labelled axis.
public struct Chart: Sendable, Equatable {
    /// How the numbers are drawn.
    public enum Form: Sendable, Equatable {
        /// From the bottom up, side by side.
        case bars
        /// A point each.
        case points
        /// A line through all of them.
        case line
    }

    /// A vertical line at a place of the horizontal axis.
    public struct Marker: Sendable, Equatable {
        /// Where, in units of the axis.
        public let place: Double
        /// What stands beside it.
        public let label: String

        /// Creates a marker.
        public init(place: Double, label: String) {
            self.place = place
            self.label = label
        }
    }

    /// What the chart shows.
    public let title: String
    /// What the horizontal axis counts.
    public let axis: String
    /// The numbers, spread evenly over ``range``; those that are not finite are left out.
    public let values: [Double]
    /// The ends of the horizontal axis.
    public let range: ClosedRange<Double>
    /// How they are drawn.
    public let form: Form
    /// Whether the vertical axis is logarithmic; only where all values are above 0.
    public let isLogarithmic: Bool
    /// A line to compare with, or nil.
    public let marker: Marker?

    /// Creates a chart.
    ///
    /// - Parameters:
    ///   - title: What the chart shows.
    ///   - axis: What the horizontal axis counts.
    ///   - values: The numbers, in order.
    ///   - range: The ends of the horizontal axis.
    ///   - form: How they are drawn.
    ///   - spreadsDecades: Whether the vertical axis may be logarithmic, which it then is where values differ fiftyfold.
    ///   - marker: A line to compare with.
    public init(
        title: String,
        axis: String,
        values: [Double],
        range: ClosedRange<Double>,
        form: Form,
        spreadsDecades: Bool = false,
        marker: Marker? = nil
    ) {
        self.title = title
        self.axis = axis
        self.values = values
        self.range = range
        self.form = form
        self.marker = marker
        let (low, high) = (values.min() ?? 0, values.max() ?? 0)
        isLogarithmic = spreadsDecades && low > 0 && high.isFinite && high > 50 * low
    }

    /// The ends and the labelled places of the vertical axis.
    var vertical: (range: ClosedRange<Double>, ticks: [Double]) {
        let finite = values.filter(\.isFinite)
        let (low, high) = (finite.min() ?? 0, finite.max() ?? 1)
        if isLogarithmic {
            let bottom = pow(10, log10(low).rounded(.down))
            let decades = max(1, Int((log10(high / bottom) - 1e-9).rounded(.up)))
            let step = (decades + 4) / 5
            let ticks = stride(from: 0, through: decades, by: step).map {
                bottom * pow(10, Double($0))
            }
            return (bottom...bottom * pow(10, Double(decades)), ticks)
        }
        let least = min(0, low)
        let span = max(high - least, 1e-9)
        let rough = span / 4
        let unit = pow(10, log10(rough).rounded(.down))
        let step = ([1, 2, 2.5, 5, 10].first { $0 * unit >= rough * 0.999 } ?? 10) * unit
        let bottom = (least / step).rounded(.down) * step
        let count = max(1, Int(((high - bottom) / step - 1e-9).rounded(.up)))
        return (
            bottom...(bottom + Double(count) * step),
            (0...count).map { bottom + Double($0) * step }
        )
    }

    /// Where a number lies on the vertical axis, 0 at its bottom and 1 at its top.
    func level(of value: Double) -> Double {
        let range = vertical.range
        if isLogarithmic {
            return log10(value / range.lowerBound) / log10(range.upperBound / range.lowerBound)
        }
        return (value - range.lowerBound) / (range.upperBound - range.lowerBound)
    }

    /// A number as short as a label wants it.
    static func label(_ value: Double) -> String {
        let size = abs(value)
        if size < 1e-12 { return "0" }
        if size >= 1e5 || size < 1e-3 {
            let exponent = Int((log10(size) + 1e-9).rounded(.down))
            let mantissa = value / pow(10, Double(exponent))
            return "\(trimmed(mantissa, digits: 1))e\(exponent)"
        }
        return trimmed(value, digits: size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 4)
    }

    private static func trimmed(_ value: Double, digits: Int) -> String {
        let scale = pow(10, Double(digits))
        let rounded = (value * scale).rounded() / scale
        return rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
    }
}
