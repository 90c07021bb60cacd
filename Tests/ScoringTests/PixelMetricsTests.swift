import Scoring
import Tensors
import Testing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

struct PixelCase: StoredCase {
    struct Image: Decodable {
        let rows: Int
        let columns: Int
        let map: [Float]
        let mask: String
    }
    static let file = "pixel_metrics.json"
    let name: String
    let tolerance: Double
    let images: [Image]
    let auroc: Double?
    let averagePrecision: Double?
    let aupro: Double?
    let regionCount: Int?
}

@Suite struct PixelMetricsTests {
    @Test(arguments: try PixelCase.all())
    func agreesWithReference(stored: PixelCase) throws {
        let accumulator = try accumulate(stored.images)
        let result = accumulator.result()
        #expect(agrees(result?.auroc, stored.auroc, within: stored.tolerance))
        #expect(
            agrees(result?.averagePrecision, stored.averagePrecision, within: stored.tolerance)
        )
        #expect(agrees(result?.aupro, stored.aupro, within: stored.tolerance))
        if let regionCount = stored.regionCount { #expect(accumulator.regionCount == regionCount) }
        #expect(accumulator.pixelCount == stored.images.reduce(0) { $0 + $1.map.count })
        #expect(
            accumulator.anomalousPixelCount
                == stored.images.reduce(0) { $0 + labels($1.mask).count { $0 } }
        )
    }

    @Test(arguments: try PixelCase.all())
    func mergingInAnyOrderChangesNothing(stored: PixelCase) throws {
        let whole = try accumulate(stored.images).result()
        let parts = try stored.images.map { try accumulate([$0]) }
        var forward = PixelMetricsAccumulator()
        for part in parts { forward.merge(part) }
        var backward = PixelMetricsAccumulator()
        for part in parts.reversed() { backward.merge(part) }
        #expect(forward.result() == whole)
        #expect(backward.result() == whole)
        #expect(try accumulate(stored.images.reversed()).result() == whole)
        #expect(forward.regionCount == stored.regionCount ?? forward.regionCount)
    }

    /// Scores that lie close together, far apart, on both sides of zero, and in few places.
    enum Distribution: CaseIterable {
        case uniform, normal, exponents, skewed, offset

        func score(_ generator: inout SeededGenerator, isAnomalous: Bool) -> Float {
            let shift = isAnomalous ? 0.4 : 0
            switch self {
            case .uniform: return Float(generator.nextUnit() + shift / 4)
            case .normal: return Float(generator.nextNormal() + shift)
            case .exponents:
                let sign: Float = generator.nextUnit() < 0.5 ? -1 : 1
                let exponent = generator.next(below: 60) - 30 + (isAnomalous ? 3 : 0)
                let fraction = Float(1 + generator.nextUnit())
                return Float(sign: .plus, exponent: exponent, significand: fraction) * sign
            case .skewed:
                let value = generator.nextUnit() * generator.nextUnit() * generator.nextUnit()
                return Float(value * (1 + shift))
            case .offset: return Float(5 + generator.nextNormal() + shift)
            }
        }
    }

    @Test(arguments: Distribution.allCases)
    func binsLoseLittleOfLargeMaps(distribution: Distribution) throws {
        var generator = SeededGenerator(seed: 5)
        var accumulator = PixelMetricsAccumulator()
        var scores: [Float] = []
        var isAnomalous: [Bool] = []
        for (rows, columns) in [(400, 250), (120, 333), (200, 100)] {
            let mask = (0..<rows * columns).map { cell in
                cell / columns % 50 < 8 && cell % columns % 40 < 9
            }
            let values = mask.map { distribution.score(&generator, isAnomalous: $0) }
            let map = try Matrix(rows: rows, columns: columns, elements: values)
            try accumulator.add(map: map, mask: mask)
            scores += values
            isAnomalous += mask
        }
        let result = try #require(accumulator.result())
        let auroc = try #require(RankMetrics.auroc(scores: scores, isAnomalous: isAnomalous))
        let precision = try #require(
            RankMetrics.averagePrecision(scores: scores, isAnomalous: isAnomalous)
        )
        #expect(abs(result.auroc - auroc) < 1e-4)
        #expect(abs(result.averagePrecision - precision) < 1e-3)
    }

    @Test func scoresThatDifferByTheStatedShareAreToldApart() throws {
        for scale: Float in [1e-30, 0.1, 1, 3, 1e20] {
            for sign: Float in [1, -1] {
                let low = scale * sign
                let high = low + scale / 4096 * 1.001
                var accumulator = PixelMetricsAccumulator()
                let map = try Matrix(rows: 1, columns: 2, elements: [low, high])
                try accumulator.add(map: map, mask: [false, true])
                #expect(accumulator.result()?.auroc == 1, "\(low)")
            }
        }
    }

    @Test func normalImagesCountLikeEmptyMasks() throws {
        let map = try Matrix(rows: 2, columns: 2, elements: [0, 1, 2, 3])
        var masked = PixelMetricsAccumulator()
        try masked.add(map: map, mask: [false, false, true, false])
        var short = masked
        try masked.add(map: map, mask: [false, false, false, false])
        let before = short.result()
        short.addNormal(map: map)
        #expect(short.result() == masked.result())
        #expect(short.result() != before)
        #expect(short.pixelCount == 8)
    }

    @Test func smallRegionsWeighAsMuchAsLargeOnes() throws {
        // A region of one pixel is found before any false alarm, one of five after most of them.
        let map = try Matrix(rows: 2, columns: 5, elements: [9, 5, 0, 0, 0, 5, 5, 0, 0, 0])
        let mask = labels("1001100111")
        var accumulator = PixelMetricsAccumulator()
        try accumulator.add(map: map, mask: mask)
        #expect(accumulator.regionCount == 2)
        #expect(try #require(accumulator.result()).aupro == 0.5)
    }

    @Test func onlyTheFirstThirtyPercentCount() throws {
        // Ten normal pixels; the region is found after three, or after four, of them.
        for (rank, expected) in [(3, 0.0), (4, 0.0), (2, 1.0 / 3), (0, 1.0)] {
            var scores = (0..<10).map { Float(20 - $0) }
            scores.insert(Float(20 - rank) + 0.5, at: 0)
            var mask = [Bool](repeating: false, count: 11)
            mask[0] = true
            var accumulator = PixelMetricsAccumulator()
            try accumulator.add(
                map: try Matrix(rows: 11, columns: 1, elements: scores),
                mask: mask
            )
            let aupro = try #require(accumulator.result()).aupro
            #expect(abs(aupro - expected) < 1e-12, "rank \(rank)")
        }
    }

    @Test func nothingIsDefinedWithoutImages() {
        #expect(PixelMetricsAccumulator().result() == nil)
    }

    @Test func maskOfAnotherSizeIsAnError() throws {
        let map = Matrix(rows: 3, columns: 2)
        var accumulator = PixelMetricsAccumulator()
        #expect(throws: ShapeError(name: "mask", expected: [6], actual: [5])) {
            try accumulator.add(map: map, mask: [Bool](repeating: true, count: 5))
        }
        #expect(accumulator.pixelCount == 0)
    }

    @Test func mapThatHoldsNaNStopsTheProgram() async {
        await #expect(processExitsWith: .failure) {
            var accumulator = PixelMetricsAccumulator()
            accumulator.addNormal(map: Matrix(rows: 2, columns: 2, repeating: .nan))
        }
    }

    @Test func resultReadsAndWritesJSON() throws {
        var accumulator = PixelMetricsAccumulator()
        let map = try Matrix(rows: 1, columns: 4, elements: [1, 3, 2, 4])
        try accumulator.add(map: map, mask: [false, true, false, false])
        let result = try #require(accumulator.result())
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let data = try encoder.encode(result)
        #expect(String(decoding: data, as: UTF8.self).contains(#""average_precision":0.5"#))
        #expect(try JSONDecoder().decode(PixelMetrics.self, from: data) == result)
    }

    private func accumulate(_ images: [PixelCase.Image]) throws -> PixelMetricsAccumulator {
        var accumulator = PixelMetricsAccumulator()
        for image in images {
            let map = try Matrix(rows: image.rows, columns: image.columns, elements: image.map)
            try accumulator.add(map: map, mask: labels(image.mask))
        }
        return accumulator
    }
}
