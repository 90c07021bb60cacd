internal import Tensors

/// The grid of positions, relative to the image, on which all maps of a model are compared.
public struct PositionGrid: Sendable, Equatable, Codable {
    /// The number of rows.
    public let rows: Int
    /// The number of columns.
    public let columns: Int

    /// Creates a grid.
    public init(rows: Int, columns: Int) {
        precondition(rows > 0 && columns > 0, "a grid has positions")
        self.rows = rows
        self.columns = columns
    }

    /// A grid of about so many positions that are square on images of an aspect ratio.
    ///
    /// - Parameters:
    ///   - positions: The wanted number.
    ///   - aspect: Width over height of the images.
    public init(positions: Int, aspect: Double) {
        let rows = max(4, Int((Double(positions) / aspect).squareRoot().rounded()))
        self.init(rows: rows, columns: max(4, Int((Double(positions) / Double(rows)).rounded())))
    }

    func resample(_ map: FeatureMap) -> FeatureMap {
        map.height == rows && map.width == columns
            ? map : Resampler(height: rows, width: columns).resample(map)
    }

    func resample(_ map: Matrix) -> Matrix {
        let resampled = resample(
            FeatureMap(
                height: map.rows,
                width: map.columns,
                channels: 1,
                filledWith: map.elements
            )
        )
        return Matrix(rows: rows, columns: columns, filledWith: resampled.elements)
    }
}
