public import Tensors

/// Gathers score maps and masks one by one and measures them together, in bounded memory.
///
/// Scores are counted in bins and then dropped. A bin holds the values of one sign and exponent
/// whose 12 leading fraction bits agree, so that values in it differ by less than the 4096th part
/// of themselves; pixels of one bin count as equal scores. Memory is 128 KiB for each sign and
/// power of two among the scores: a few MiB in practice, about 64 MiB if all of them occur,
/// whatever the number and the size of the images. Maps whose scores vary by less than the 4096th part of
/// their size should have an offset removed first.
///
/// The result depends on neither the order of the images nor how they were shared out over
/// accumulators that were merged.
public struct PixelMetricsAccumulator: Sendable {
    private var pixels = ScoreHistogram<Int>()
    private var anomalousPixels = ScoreHistogram<Int>()
    /// The sum over regions of the share of a region that is in a bin, in units of 2^-64.
    ///
    /// Sums of whole numbers don't depend on the order.
    private var overlaps = ScoreHistogram<UInt128>()

    /// The number of pixels added.
    public private(set) var pixelCount = 0
    /// The number of anomalous pixels added.
    public private(set) var anomalousPixelCount = 0
    /// The number of anomalous regions added.
    public private(set) var regionCount = 0

    /// Creates an accumulator without images.
    public init() {}

    /// Adds an image that may have anomalous pixels.
    ///
    /// NaN in the map is a programmer's error and stops the program.
    ///
    /// - Parameters:
    ///   - map: A score per pixel, shape `[height, width]`; images may differ in size.
    ///   - mask: Which pixels are anomalous, row after row, shape `[height * width]`.
    /// - Throws: ``ShapeError`` when the map and the mask differ in size.
    /// - Complexity: O(n) in the number of pixels.
    public mutating func add(map: Matrix, mask: [Bool]) throws(ShapeError) {
        guard mask.count == map.elements.count else {
            throw ShapeError(
                name: "mask",
                expected: [map.rows * map.columns],
                actual: [mask.count]
            )
        }
        addNormal(map: map)
        let components = ConnectedComponents(of: mask, rows: map.rows, columns: map.columns)
        var areas = [Int](repeating: 0, count: components.count)
        for run in components.runs { areas[run.component] += run.columns.count }
        for run in components.runs {
            let weight = (1 << 64) / UInt128(areas[run.component])
            for column in run.columns {
                let bin = FloatOrder.bin(of: map.elements[run.row * map.columns + column])
                anomalousPixels.add(1, toBin: bin)
                overlaps.add(weight, toBin: bin)
            }
        }
        anomalousPixelCount += areas.reduce(0, +)
        regionCount += components.count
    }

    /// Adds an image without anomalous pixels.
    ///
    /// NaN in the map is a programmer's error and stops the program.
    ///
    /// - Parameter map: A score per pixel, shape `[height, width]`.
    /// - Complexity: O(n) in the number of pixels.
    public mutating func addNormal(map: Matrix) {
        for score in map.elements {
            precondition(!score.isNaN, "a map holds NaN")
            pixels.add(1, toBin: FloatOrder.bin(of: score))
        }
        pixelCount += map.elements.count
    }

    /// Adds the images of another accumulator.
    public mutating func merge(_ other: Self) {
        pixels.merge(other.pixels)
        anomalousPixels.merge(other.anomalousPixels)
        overlaps.merge(other.overlaps)
        pixelCount += other.pixelCount
        anomalousPixelCount += other.anomalousPixelCount
        regionCount += other.regionCount
    }

    /// Returns the measures over all images added so far, or nil when no pixel is anomalous or
    /// none is normal.
    public func result() -> PixelMetrics? {
        let normalPixelCount = pixelCount - anomalousPixelCount
        guard
            var ranks = RankCurve(positives: anomalousPixelCount, negatives: normalPixelCount)
        else { return nil }
        var overlapCurve = OverlapCurve(limit: PixelMetrics.falsePositiveLimit)
        var falsePositives = 0
        var overlap: UInt128 = 0
        for bin in pixels.occupiedBinsDescending {
            let anomalous = anomalousPixels[bin]
            let normal = pixels[bin] - anomalous
            ranks.addLevel(positives: anomalous, negatives: normal)
            falsePositives += normal
            overlap += overlaps[bin]
            overlapCurve.addPoint(
                rate: Double(falsePositives) / Double(normalPixelCount),
                overlap: Double(overlap) * 0x1p-64 / Double(regionCount)
            )
        }
        return PixelMetrics(
            auroc: ranks.auroc,
            aupro: overlapCurve.normalizedArea,
            averagePrecision: ranks.averagePrecision
        )
    }
}
