/// A convolution of 3 x 3 windows by Winograd's F(4 x 4, 3 x 3) over one image's map.
package struct ConvolutionShape: Equatable, Sendable {
    /// The windows.
    package let height, width: Int
    package let channels, columns: Int

    package init(height: Int, width: Int, channels: Int, columns: Int) {
        self.height = height
        self.width = width
        self.channels = channels
        self.columns = columns
    }

    package var name: String {
        "convolution \(height) x \(width) x \(channels) -> \(columns)"
    }

    /// Floating-point operations of the products that are done, 36 for a tile of 16 windows.
    ///
    /// Those of the transforms, which a plain convolution does not need, are left out.
    package var operations: Double {
        let tiles = (height + 3) / 4 * ((width + 3) / 4)
        return 2 * 36 * Double(tiles) * Double(channels * columns)
    }

    /// Floating-point operations of the plain convolution that gives the same.
    package var plainOperations: Double {
        2 * 9 * Double(height * width) * Double(channels * columns)
    }

    /// Rows of windows that a layer convolves at once; as in `ConvolutionalLayer`.
    package var band: Int { min(height, 4 * max(1, 768 / (4 * width))) }
}
