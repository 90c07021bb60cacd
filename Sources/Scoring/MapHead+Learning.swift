internal import Discrimination
package import Tensors

extension MapHead {
    /// What a position shows.
    package enum PositionLabel: UInt8, Sendable {
        case normal, defective
        /// Neither for sure: not learned from.
        case unknown
    }

    /// An image to learn from.
    package struct LabelledImage: Sendable {
        /// Whether its defects are painted.
        package let isPainted: Bool
        /// What each position shows; nil where all are normal.
        package let labels: [PositionLabel]?
        /// Its calibrated maps.
        package let maps: @Sendable () -> [Matrix]

        /// Creates an image.
        package init(
            isPainted: Bool,
            labels: [PositionLabel]?,
            maps: @escaping @Sendable () -> [Matrix]
        ) {
            self.isPainted = isPainted
            self.labels = labels
            self.maps = maps
        }
    }

    /// The rows that a head is learned from.
    package struct Samples: Sendable {
        /// Shape `[rows, features]`.
        package let features: Matrix
        /// Whether a row is of a defect.
        package let labels: [Bool]
        /// How much each row counts.
        package let weights: [Double]
        /// Whether a row is of an image without any defect.
        package let isNormal: [Bool]
        /// Whether any row is of a real defect.
        package let hasReal: Bool
    }

    /// The most positions of a kind that are learned from.
    package static let (negativeLimit, positiveLimit) = (60_000, 30_000)
    /// What painted defects count beside real ones.
    private static let paintedShare = 0.25
    /// The weight of half the squared norm.
    package static let penalty = 1e-3

    /// Chooses positions: all kinds evenly from all images, seeded, at most the limits.
    ///
    /// Negatives count twice as much as positives in all, whatever their numbers.
    package static func samples(of images: [LabelledImage], seed: UInt64) -> Samples? {
        // 0: normal, 1: painted, 2: real.
        var counts = [0, 0, 0]
        let sizes = images.map { image in image.labels == nil ? image.maps()[0].elements.count : 0 }
        for (image, size) in zip(images, sizes) {
            guard let labels = image.labels else {
                counts[0] += size
                continue
            }
            for label in labels where label != .unknown {
                counts[label == .normal ? 0 : image.isPainted ? 1 : 2] += 1
            }
        }
        var rest = counts
        var wanted = zip(counts, [negativeLimit, positiveLimit, positiveLimit]).map(min)
        let chosen = wanted
        let shares = [2, chosen[2] > 0 ? paintedShare : 1, 1]
        guard chosen[0] > 0, chosen[1] + chosen[2] > 0 else { return nil }
        var generator = SeededGenerator(seed: seed, stream: 0x4EAD)
        var elements: [Float] = []
        var (labels, weights, isNormal): ([Bool], [Double], [Bool]) = ([], [], [])
        var row: [Float] = []
        for (image, size) in zip(images, sizes) {
            var places: [(place: Int, kind: Int)] = []
            for place in 0..<(image.labels?.count ?? size) {
                let label = image.labels?[place] ?? .normal
                guard label != .unknown else { continue }
                let kind = label == .normal ? 0 : image.isPainted ? 1 : 2
                // Selection sampling: each of those left is as likely as any other.
                let isChosen = generator.next(below: rest[kind]) < wanted[kind]
                rest[kind] -= 1
                guard isChosen else { continue }
                wanted[kind] -= 1
                places.append((place, kind))
            }
            if places.isEmpty { continue }
            let maps = image.maps()
            row = [Float](repeating: 0, count: featureCount(maps: maps.count))
            for (place, kind) in places {
                write(maps, at: place, to: &row)
                elements += row
                labels.append(kind != 0)
                weights.append(shares[kind] / Double(chosen[kind]))
                isNormal.append(image.labels == nil)
            }
        }
        return Samples(
            features: Matrix(rows: labels.count, columns: row.count, filledWith: elements),
            labels: labels,
            weights: weights,
            isNormal: isNormal,
            hasReal: chosen[2] > 0
        )
    }

    /// Learns a head; nil where it has nothing to learn from or no certified optimum was found.
    ///
    /// - Parameters:
    ///   - images: Normal and defective images.
    ///   - seed: Chooses the positions.
    ///   - kernels: The kernels.
    package init?(learningFrom images: [LabelledImage], seed: UInt64, kernels: Kernels) {
        guard let samples = Self.samples(of: images, seed: seed) else { return nil }
        self.init(samples, kernels: kernels)
    }

    /// Learns a head from chosen rows.
    package init?(_ samples: Samples, kernels: Kernels) {
        let solution: LogisticRegression.Solution
        do throws(LogisticRegressionError) {
            solution = try LogisticRegression.learn(
                features: samples.features,
                labels: samples.labels,
                sampleWeights: samples.weights,
                options: .init(penalty: Self.penalty),
                kernels: kernels
            )
        } catch {
            return nil
        }
        let weights = solution.model.weights.map(Float.init)
        let intercept = Float(solution.model.intercept)
        let logits = LogisticRegression(
            weights: weights.map(Double.init),
            intercept: Double(intercept)
        ).logits(of: samples.features)
        let normal = zip(logits, samples.isNormal).compactMap { $1 ? $0 : nil }
        guard !normal.isEmpty else { return nil }
        let center = normal.reduce(0, +) / Double(normal.count)
        let variance =
            normal.reduce(0) { $0 + ($1 - center) * ($1 - center) } / Double(normal.count)
        let negatives = samples.labels.count { !$0 }
        self.init(
            weights: weights,
            intercept: intercept,
            center: Float(center),
            spread: max(Float(variance.squareRoot()), 1e-3),
            certificate: Certificate(
                labels: samples.hasReal ? .anomalous : .synthetic,
                negatives: negatives,
                positives: samples.labels.count - negatives,
                penalty: Self.penalty,
                objective: solution.objective,
                gradientNorm: solution.gradientNorm,
                iterations: solution.iterations
            )
        )
    }
}
