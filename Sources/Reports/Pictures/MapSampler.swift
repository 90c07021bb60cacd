internal import Tensors

/// Reads a coarse map at the pixels of a picture, bilinearly.
///
/// The centre of cell 0 lies half a cell from the edge; beyond the outer centres the edge
/// cells go on.
struct MapSampler {
    private let map: Matrix
    private let columns: [Tap]
    private let rows: [Tap]

    private struct Tap {
        let first: Int
        let second: Int
        let share: Float
    }

    init(_ map: Matrix, size: PictureSize) {
        precondition(map.rows > 0 && map.columns > 0, "a map has at least one cell")
        self.map = map
        columns = Self.taps(cells: map.columns, pixels: size.width)
        rows = Self.taps(cells: map.rows, pixels: size.height)
    }

    /// The map along one row of pixels, shape `[width]`.
    func row(_ index: Int) -> [Float] {
        let vertical = rows[index]
        let upper = vertical.first * map.columns
        let lower = vertical.second * map.columns
        return columns.map { tap in
            let above = Self.mix(
                map.elements[upper + tap.first],
                map.elements[upper + tap.second],
                tap.share
            )
            let below = Self.mix(
                map.elements[lower + tap.first],
                map.elements[lower + tap.second],
                tap.share
            )
            return Self.mix(above, below, vertical.share)
        }
    }

    /// Exactly `first` where the share is zero, so that equal cells stay equal.
    private static func mix(_ first: Float, _ second: Float, _ share: Float) -> Float {
        share == 0 ? first : first + (second - first) * share
    }

    private static func taps(cells: Int, pixels: Int) -> [Tap] {
        (0..<pixels).map { pixel in
            let place = (Float(pixel) + 0.5) * Float(cells) / Float(pixels) - 0.5
            let clamped = min(max(place, 0), Float(cells - 1))
            let first = min(Int(clamped), cells - 1)
            return Tap(
                first: first,
                second: min(first + 1, cells - 1),
                share: clamped - Float(first)
            )
        }
    }
}
