public import Tensors

/// Finds the parts of a score map that stand out.
public enum Regions {
    /// Returns the 8-connected parts of a map that lie above a threshold.
    ///
    /// The map's grid covers the whole image: the cell in row `r` and column `c` covers the
    /// pixels from `c * imageWidth / columns` to `(c + 1) * imageWidth / columns`, and rows
    /// likewise. NaN in the map is a programmer's error and stops the program.
    ///
    /// - Parameters:
    ///   - map: Scores, shape `[rows, columns]`.
    ///   - threshold: Cells with a score above it belong to a region. In the map's units.
    ///   - imageWidth: The width of the original image, in pixels.
    ///   - imageHeight: The height of the original image, in pixels.
    ///   - minimumArea: Regions with a smaller ``Region/area`` are left out. In pixels.
    ///   - limit: The most regions to return; those with the lowest peaks are left out.
    /// - Returns: The regions from the highest peak to the lowest; of regions with the same peak
    ///   the one whose first cell comes first in the map, row after row, is first.
    /// - Complexity: O(n) in the number of cells, and O(r log r) in the number of regions.
    public static func find(
        in map: Matrix,
        above threshold: Float,
        imageWidth: Int,
        imageHeight: Int,
        minimumArea: Int = 1,
        limit: Int = .max
    ) -> [Region] {
        precondition(imageWidth > 0 && imageHeight > 0, "an image has at least one pixel")
        precondition(limit >= 0, "the limit is negative")
        precondition(!threshold.isNaN, "the threshold is NaN")
        let isAbove = map.elements.map { score in
            precondition(!score.isNaN, "a map holds NaN")
            return score > threshold
        }
        let components = ConnectedComponents(of: isAbove, rows: map.rows, columns: map.columns)
        var parts = [Part](repeating: Part(), count: components.count)
        for run in components.runs {
            let start = run.row * map.columns
            parts[run.component].add(
                row: run.row,
                columns: run.columns,
                scores: map.elements[
                    start + run.columns.lowerBound..<start + run.columns.upperBound
                ]
            )
        }
        let grid = Grid(map: map, imageWidth: imageWidth, imageHeight: imageHeight)
        let regions = parts.map { $0.region(on: grid) }.filter { $0.area >= minimumArea }
        // The standard sort is stable, so regions with the same peak keep the map's order.
        return Array(regions.sorted { $0.peak > $1.peak }.prefix(limit))
    }

    /// How a map lies on its image.
    private struct Grid {
        let rows: Int
        let columns: Int
        let imageWidth: Int
        let imageHeight: Int

        init(map: Matrix, imageWidth: Int, imageHeight: Int) {
            rows = map.rows
            columns = map.columns
            self.imageWidth = imageWidth
            self.imageHeight = imageHeight
        }
    }

    /// What is summed up over the cells of one component.
    private struct Part {
        var top = Int.max
        var bottom = 0
        var left = Int.max
        var right = 0
        var cells = 0
        // Twice the sums of the cells' middles, so that they stay whole numbers.
        var doubledRowSum = 0
        var doubledColumnSum = 0
        var peak = -Float.infinity
        var sum = 0.0

        mutating func add(row: Int, columns: Range<Int>, scores: ArraySlice<Float>) {
            top = min(top, row)
            bottom = max(bottom, row + 1)
            left = min(left, columns.lowerBound)
            right = max(right, columns.upperBound)
            cells += columns.count
            doubledRowSum += columns.count * (2 * row + 1)
            doubledColumnSum += columns.count * (columns.lowerBound + columns.upperBound)
            for score in scores {
                peak = max(peak, score)
                sum += Double(score)
            }
        }

        func region(on grid: Grid) -> Region {
            let x = left * grid.imageWidth / grid.columns
            let y = top * grid.imageHeight / grid.rows
            let endX = (right * grid.imageWidth + grid.columns - 1) / grid.columns
            let endY = (bottom * grid.imageHeight + grid.rows - 1) / grid.rows
            let cellWidth = Double(grid.imageWidth) / Double(grid.columns)
            let cellHeight = Double(grid.imageHeight) / Double(grid.rows)
            let gridCells = grid.rows * grid.columns
            let doubledPixels = 2 * cells * grid.imageWidth * grid.imageHeight
            return Region(
                box: .init(x: x, y: y, width: endX - x, height: endY - y),
                area: max(1, (doubledPixels + gridCells) / (2 * gridCells)),
                centroid: .init(
                    x: Double(doubledColumnSum) / Double(2 * cells) * cellWidth,
                    y: Double(doubledRowSum) / Double(2 * cells) * cellHeight
                ),
                peak: peak,
                mean: Float(sum / Double(cells))
            )
        }
    }
}
