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

    /// The most rows or columns that a model has.
    public static let maximumSide = 4096

    /// A grid of about so many positions that are square on images of an aspect ratio.
    ///
    /// Sides are in `4...maximumSide`; where that leaves no square positions they are stretched.
    ///
    /// - Parameters:
    ///   - positions: The wanted number, in `16...65536`.
    ///   - aspect: Width over height of the images.
    public init(positions: Int, aspect: Double) {
        let wanted = Double(positions)
        let shortest = max(4, (wanted / Double(Self.maximumSide)).rounded(.up))
        let square = (wanted / aspect).squareRoot().rounded()
        let rows = max(shortest, min(square, (wanted / shortest).rounded(.down)))
        self.init(rows: Int(rows), columns: max(4, Int((wanted / rows).rounded())))
    }

    /// Which of so many rows and columns of cells have no position outside of a region.
    func cells(_ cells: Int, inside region: [Bool]?) -> [Bool] {
        guard let region else { return [Bool](repeating: true, count: cells * cells) }
        return (0..<cells * cells).map { cell in
            let (row, column) = (cell / cells, cell % cells)
            let height = row * rows / cells..<((row + 1) * rows + cells - 1) / cells
            let width = column * columns / cells..<((column + 1) * columns + cells - 1) / cells
            return height.allSatisfy { y in width.allSatisfy { region[y * columns + $0] } }
        }
    }

    func resample(_ map: FeatureMap) -> FeatureMap {
        map.height == rows && map.width == columns
            ? map : Resampler(height: rows, width: columns).resample(map)
    }

    func resample(_ map: Matrix) -> Matrix {
        map.rows == rows && map.columns == columns
            ? map : Resampler(height: rows, width: columns).resample(map)
    }
}
