internal import SparseCoding

/// A convolution by Winograd's F(4 x 4, 3 x 3) or F(3 x 3, 4 x 4) over one image's map.
package struct ConvolutionShape: Equatable, Sendable {
    /// The windows.
    package let height, width: Int
    /// The rows and columns of a window, 3 or 4.
    package let window: Int
    package let depth, columns: Int
    /// The depth of the windows of the layer, which may be fewer than those of the map whose places are brought together.
    package let plainDepth: Int

    package init(
        height: Int,
        width: Int,
        window: Int,
        depth: Int,
        columns: Int,
        plainDepth: Int? = nil
    ) {
        self.height = height
        self.width = width
        self.window = window
        self.depth = depth
        self.columns = columns
        self.plainDepth = plainDepth ?? window * window * depth
    }

    package var name: String {
        "convolution \(height) x \(width) x \(depth) by \(window) x \(window) -> \(columns)"
    }

    /// The rows and columns of windows in a tile.
    package var tile: Int { 7 - window }

    /// Floating-point operations of the products that are done, 36 for a tile.
    ///
    /// Those of the transforms, which a plain convolution does not need, are left out.
    package var operations: Double {
        let tiles = (height + tile - 1) / tile * ((width + tile - 1) / tile)
        return 2 * 36 * Double(tiles) * Double(depth * columns)
    }

    /// Floating-point operations of the plain product that gives the same.
    package var plainOperations: Double {
        2 * Double(height * width) * Double(plainDepth * columns)
    }

    /// Rows of windows that a layer convolves at once.
    package var band: Int { FilterPlan.band(height: height, width: width, tile: tile) }
}
