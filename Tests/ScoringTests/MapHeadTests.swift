import Foundation
import Scoring
import Tensors
import Testing

@Suite struct MapHeadTests {
    static let kernels = Kernels.best

    /// Images of two maps; in a defective one a corner is higher in the first map.
    static func image(
        _ seed: UInt64,
        defective: Bool,
        isPainted: Bool = true,
        side: Int = 12
    ) -> MapHead.LabelledImage {
        var labels = [MapHead.PositionLabel](repeating: .normal, count: side * side)
        if defective { for index in 0..<6 { labels[index] = .defective } }
        let kept = labels
        return MapHead.LabelledImage(
            isPainted: isPainted,
            labels: defective ? labels : nil
        ) {
            var maps = (0..<2).map {
                randomMatrix(rows: side, columns: side, seed: 2 * seed + UInt64($0))
            }
            for index in kept.indices where kept[index] == .defective {
                maps[0].elements[index] += 3
            }
            return maps
        }
    }

    static let images = (0..<20).map { image(UInt64($0), defective: $0 % 2 == 1) }

    /// The penalised mean loss and its gradient at a head's weights, summed anew.
    static func objective(
        _ head: MapHead,
        _ samples: MapHead.Samples,
        adding step: Double = 0,
        toWeight changed: Int = 0
    ) -> (value: Double, gradient: [Double]) {
        var weights = head.weights.map(Double.init)
        weights[changed] += step
        let total = samples.weights.reduce(0, +)
        var value = 0.0
        var gradient = [Double](repeating: 0, count: weights.count + 1)
        for row in 0..<samples.features.rows {
            var logit = Double(head.intercept)
            for (index, weight) in weights.enumerated() {
                logit += weight * Double(samples.features[row, index])
            }
            let share = samples.weights[row] / total
            let sign = samples.labels[row] ? -1.0 : 1.0
            value += share * log(1 + exp(sign * logit))
            let slope = share * sign / (1 + exp(-sign * logit))
            for index in weights.indices {
                gradient[index] += slope * Double(samples.features[row, index])
            }
            gradient[weights.count] += slope
        }
        for (index, weight) in weights.enumerated() {
            value += head.certificate.penalty * weight * weight / 2
            gradient[index] += head.certificate.penalty * weight
        }
        return (value, gradient)
    }

    @Test func theCertificateHoldsWhenItIsComputedAnew() throws {
        let samples = try #require(MapHead.samples(of: Self.images, seed: 3))
        let head = try #require(
            MapHead(learningFrom: Self.images, seed: 3, kernels: Self.kernels)
        )
        #expect(head.certificate.gradientNorm <= 1e-8)
        let (value, gradient) = Self.objective(head, samples)
        #expect(abs(value - head.certificate.objective) < 1e-9)
        // Weights are rounded to 32 bits.
        #expect(gradient.reduce(0) { $0 + $1 * $1 }.squareRoot() < 1e-6)
        for index in head.weights.indices {
            for step in [-0.05, 0.05] {
                let other = Self.objective(head, samples, adding: step, toWeight: index)
                #expect(other.value > value)
            }
        }
    }

    @Test func itsMapIsInUnitsOfNormalPositions() throws {
        let head = try #require(
            MapHead(learningFrom: Self.images, seed: 3, kernels: Self.kernels)
        )
        let normal = Self.images.indices.filter { $0 % 2 == 0 }
            .flatMap { head.map(Self.images[$0].maps()).elements.map(Double.init) }
        let mean = normal.reduce(0, +) / Double(normal.count)
        let variance = normal.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(normal.count)
        #expect(abs(mean) < 1e-4)
        #expect(abs(variance - 1) < 1e-4)
        let unseen = head.map(Self.image(100, defective: true).maps())
        let defect = unseen.elements.prefix(6).reduce(0, +) / 6
        #expect(defect > 3)
    }

    @Test func whatIsOutOfRangeIsClipped() throws {
        let head = try #require(
            MapHead(learningFrom: Self.images, seed: 3, kernels: Self.kernels)
        )
        func value(_ level: Float) -> Float {
            head.map([Matrix(rows: 1, columns: 1, repeating: level), Matrix(rows: 1, columns: 1)])
                .elements[0]
        }
        #expect(value(1e30) == value(12))
        #expect(value(-1e30) == value(-3))
        #expect(value(11) != value(12))
    }

    @Test func samplesAreCappedAndWeighed() throws {
        // 71 images of 32 x 32 have more normal positions than are taken.
        let many = (0..<71).map { Self.image(UInt64($0), defective: $0 > 60, side: 32) }
        let samples = try #require(MapHead.samples(of: many, seed: 0))
        let negatives = samples.labels.count { !$0 }
        #expect(negatives == MapHead.negativeLimit)
        #expect(samples.labels.count - negatives == 60)
        let weights = zip(samples.weights, samples.labels)
        #expect(abs(weights.reduce(0) { $0 + ($1.1 ? $1.0 : 0) } - 1) < 1e-9)
        #expect(abs(weights.reduce(0) { $0 + ($1.1 ? 0 : $1.0) } - 2) < 1e-9)
        #expect(!samples.hasReal)
    }

    @Test func paintedDefectsCountLittleBesideRealOnes() throws {
        let images =
            Self.images + [Self.image(40, defective: true, isPainted: false)]
        let samples = try #require(MapHead.samples(of: images, seed: 0))
        #expect(samples.hasReal)
        let positive = zip(samples.weights, samples.labels).compactMap { $1 ? $0 : nil }
        // 60 painted positions weigh a quarter of the 6 real ones.
        #expect(abs(positive.prefix(60).reduce(0, +) - 0.25) < 1e-9)
        #expect(abs(positive.suffix(6).reduce(0, +) - 1) < 1e-9)
        let head = try #require(MapHead(samples, kernels: Self.kernels))
        #expect(head.certificate.labels == .anomalous)
        #expect(head.certificate.positives == 66)
    }

    @Test func thereIsNoHeadWithoutDefects() {
        let normal = (0..<4).map { Self.image(UInt64($0), defective: false) }
        #expect(MapHead(learningFrom: normal, seed: 0, kernels: Self.kernels) == nil)
    }
}
