internal import Tensors

/// Reads a picture between its pixels; beyond its borders it is mirrored.
struct TextureSampler {
    private let image: FeatureMap
    private let channels: Int

    /// Creates a sampler that delivers so many channels, whatever the picture has.
    init(_ image: FeatureMap, channels: Int) {
        self.image = image
        self.channels = channels
    }

    /// Puts the levels at a place into an array.
    ///
    /// - Parameters:
    ///   - x: In pixels from the left border; the middle of the first pixel is at 0.5.
    ///   - y: In pixels from the upper border.
    ///   - target: Gets the levels.
    ///   - first: Where the first channel goes.
    @inline(__always)
    func read(_ x: Float, _ y: Float, into target: inout [Float], at first: Int) {
        let (left, right, across) = Self.neighbours(x - 0.5, side: image.width)
        let (top, bottom, down) = Self.neighbours(y - 0.5, side: image.height)
        let upper = top * image.width
        let lower = bottom * image.width
        let stored = image.channels
        for channel in 0..<channels {
            let source = min(channel, stored - 1)
            let a = image.elements[(upper + left) * stored + source]
            let b = image.elements[(upper + right) * stored + source]
            let c = image.elements[(lower + left) * stored + source]
            let d = image.elements[(lower + right) * stored + source]
            let high = a + (b - a) * across
            let low = c + (d - c) * across
            target[first + channel] = high + (low - high) * down
        }
    }

    @inline(__always)
    private static func neighbours(_ position: Float, side: Int) -> (Int, Int, Float) {
        let floor = position.rounded(.down)
        let first = Int(floor)
        return (mirrored(first, side), mirrored(first + 1, side), position - floor)
    }

    @inline(__always)
    private static func mirrored(_ index: Int, _ side: Int) -> Int {
        if index >= 0, index < side { return index }
        let period = 2 * side
        let inside = ((index % period) + period) % period
        return inside < side ? inside : period - 1 - inside
    }
}

/// Turns, scales, mirrors and moves places.
struct SimilarityMap {
    private let from: Point
    private let to: Point
    private let rowX: Point
    private let rowY: Point

    /// Creates a map.
    ///
    /// - Parameters:
    ///   - from: The place that is mapped to `to`.
    ///   - to: Where it is mapped.
    ///   - axis: Where the direction to the right is mapped, of length 1.
    ///   - scale: How much longer distances get.
    ///   - isMirrored: Whether left and right change places first.
    init(from: Point, to: Point, axis: Point, scale: Double, isMirrored: Bool) {
        self.from = from
        self.to = to
        let flip = isMirrored ? -1.0 : 1.0
        rowX = Point(axis.x * flip, -axis.y) * Point(repeating: scale)
        rowY = Point(axis.y * flip, axis.x) * Point(repeating: scale)
    }

    /// Where the middle of a pixel is mapped.
    @inline(__always)
    func callAsFunction(row: Int, column: Int) -> (x: Float, y: Float) {
        let moved = Point(Double(column) + 0.5, Double(row) + 0.5) - from
        return (Float(to.x + rowX.dot(moved)), Float(to.y + rowY.dot(moved)))
    }
}
