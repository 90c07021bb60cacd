#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// What a network is trained to make small.
///
/// The mean over places of the weighted logistic loss; to that, optionally, the logistic loss of
/// the whole image and the negative log prior of the codes.
public struct NetworkLoss: Sendable, Equatable, Codable {
    /// How the logits of an image become one.
    public enum ImagePooling: Sendable, Equatable, Codable {
        /// The mean of the largest, a share of all places in `(0, 1]`, at least one place.
        case topMean(share: Float)
        /// `log(mean(exp(sharpness * logit))) / sharpness`, between the mean (0) and the maximum
        /// (infinity).
        case logMeanExp(sharpness: Float)
    }

    /// The weight of anomalous places over normal ones, above 0.
    public var positiveWeight: Float
    /// The exponent of the focal loss, at least 0; 0 is the plain logistic loss.
    public var focalExponent: Float
    /// The weight of the whole image's logistic loss; 0 for none.
    public var imageWeight: Float
    /// How the logits of an image become one.
    public var imagePooling: ImagePooling
    /// Rates of the exponential prior, added as `sum rate_i mean(code_i)`: one array for each of
    /// `allLayers`, of one number for all channels or one per channel; empty for none.
    public var rates: [[Float]]

    /// Creates a loss.
    public init(
        positiveWeight: Float = 1,
        focalExponent: Float = 0,
        imageWeight: Float = 0,
        imagePooling: ImagePooling = .topMean(share: 0.02),
        rates: [[Float]] = []
    ) {
        self.positiveWeight = positiveWeight
        self.focalExponent = focalExponent
        self.imageWeight = imageWeight
        self.imagePooling = imagePooling
        self.rates = rates
    }

    /// What is wrong with the loss for such a network, or nil.
    public func problem(for configuration: ThresholdNetworkConfiguration) -> String? {
        if !(positiveWeight > 0 && positiveWeight.isFinite) {
            return "positiveWeight must be above 0, found \(positiveWeight)"
        }
        if !(focalExponent >= 0 && focalExponent <= 16) {
            return "focalExponent must be in 0...16, found \(focalExponent)"
        }
        if !(imageWeight >= 0 && imageWeight.isFinite) {
            return "imageWeight can't be negative, found \(imageWeight)"
        }
        switch imagePooling {
        case .topMean(let share):
            if !(share > 0 && share <= 1) { return "share must be in (0, 1], found \(share)" }
        case .logMeanExp(let sharpness):
            if !(sharpness > 0 && sharpness.isFinite) {
                return "sharpness must be above 0, found \(sharpness)"
            }
        }
        if rates.isEmpty { return nil }
        let layers = configuration.allLayers
        if rates.count != layers.count {
            return "rates are given for \(rates.count) layers of \(layers.count)"
        }
        for (index, rate) in rates.enumerated() {
            if rate.count > 1 && rate.count != layers[index].channels {
                return
                    "layer \(index + 1) has \(rate.count) rates, expected \(layers[index].channels)"
            }
            if !rate.allSatisfy({ $0 >= 0 && $0.isFinite }) {
                return "a rate of layer \(index + 1) is negative or not finite"
            }
        }
        return nil
    }

    /// The rates of one layer, shape `[channels]`.
    func rates(ofLayer index: Int, channels: Int) -> [Float] {
        guard index < rates.count, let first = rates[index].first else {
            return [Float](repeating: 0, count: channels)
        }
        return rates[index].count == channels
            ? rates[index] : [Float](repeating: first, count: channels)
    }

    /// The loss of one place and its derivative by the logit.
    package func place(logit: Double, target: Double) -> (loss: Double, slope: Double) {
        let (positive, negative) = Logistic.softplus(logit)
        let (weight, probability) = (Double(positiveWeight), Logistic.sigmoid(logit))
        let rest = 1 - probability
        if focalExponent == 0 {
            return (
                weight * target * negative + (1 - target) * positive,
                -weight * target * rest + (1 - target) * probability
            )
        }
        let exponent = Double(focalExponent)
        let (hard, easy) = (pow(rest, exponent), pow(probability, exponent))
        return (
            weight * target * hard * negative + (1 - target) * easy * positive,
            -weight * target * hard * (exponent * probability * negative + rest)
                + (1 - target) * easy * (exponent * rest * positive + probability)
        )
    }

    /// The logistic loss of a whole image and its derivative by each logit.
    func image(logits: [Float], target: Double) -> (loss: Double, slopes: [(Int, Double)]) {
        let pooled: Double
        var shares: [(Int, Double)] = []
        switch imagePooling {
        case .topMean(let share):
            let count = max(1, Int((Double(share) * Double(logits.count)).rounded()))
            let order = logits.indices.sorted {
                logits[$0] > logits[$1] || (logits[$0] == logits[$1] && $0 < $1)
            }
            shares = order.prefix(count).map { ($0, 1 / Double(count)) }
            pooled = shares.reduce(0) { $0 + $1.1 * Double(logits[$1.0]) }
        case .logMeanExp(let sharpness):
            let sharpness = Double(sharpness)
            let largest = Double(logits.max() ?? 0)
            let terms = logits.map { exp(sharpness * (Double($0) - largest)) }
            let sum = terms.reduce(0, +)
            pooled = largest + log(sum / Double(max(1, logits.count))) / sharpness
            shares = terms.enumerated().map { ($0.offset, $0.element / sum) }
        }
        let (positive, negative) = Logistic.softplus(pooled)
        let slope = Logistic.sigmoid(pooled) - target
        return (
            target * negative + (1 - target) * positive,
            shares.map { ($0.0, $0.1 * slope) }
        )
    }
}
