package import Patches
package import Tensors

/// How a convolutional layer multiplies its windows: the way with the fewest multiply-adds.
package struct FilterPlan: Equatable, Sendable {
    /// What the filters run over.
    package enum Way: Equatable, Sendable {
        /// A product for each row of windows.
        case plain
        /// A convolution of 3 x 3 windows, side by side.
        case convolution
        /// A convolution of a map whose 2 x 2 places are brought together, for windows at every second place.
        case gathered(window: Int)
    }

    package let way: Way
    /// Whether the atoms are folded into the filters, which only whiten otherwise.
    package let isFolded: Bool

    /// Plans a layer.
    ///
    /// - Parameters:
    ///   - grid: The windows.
    ///   - channels: The channels of its input.
    ///   - components: Of the whitening.
    ///   - atoms: Of the dictionary.
    package init(grid: PatchGrid, channels: Int, components: Int, atoms: Int) {
        func cost(_ columns: Int) -> Int {
            Self.operations(grid: grid, channels: channels, columns: columns)
        }
        // One large product may cost less than two small ones.
        isFolded = cost(atoms) <= cost(components) + components * atoms
        way = Self.way(grid: grid, channels: channels, columns: isFolded ? atoms : components)
    }

    private static func way(grid: PatchGrid, channels: Int, columns: Int) -> Way {
        guard columns % 16 == 0 else { return .plain }
        if grid.window == 3, grid.stride == 1, channels % 16 == 0 { return .convolution }
        return grid.stride == 2 && (grid.window == 5 || grid.window == 7)
            ? .gathered(window: (grid.window + 1) / 2) : .plain
    }

    /// Multiply-adds for a window.
    private static func operations(grid: PatchGrid, channels: Int, columns: Int) -> Int {
        switch way(grid: grid, channels: channels, columns: columns) {
        case .plain: grid.depth(channels: channels) * columns
        case .convolution:
            ConvolutionFilters.operations(window: 3, depth: channels, columns: columns)
        case .gathered(let window):
            ConvolutionFilters.operations(window: window, depth: 4 * channels, columns: columns)
        }
    }

    /// The precision of a convolution of so many channels where layers are to compute in `wanted`.
    ///
    /// At 32 channels rounding the transformed tiles costs more than the products save, at 48 as much.
    package static func precision(_ wanted: Precision, convolvedDepth depth: Int) -> Precision {
        (64...QuantizedMatrix.largestDepth).contains(depth) ? wanted : .float
    }

    /// Windows that are convolved together: what comes out of them stays in the second-level cache.
    private static let convolvedWindows = 768

    /// Rows of windows that are convolved together.
    package static func band(height: Int, width: Int, tile: Int) -> Int {
        min(height, tile * max(1, convolvedWindows / (tile * width)))
    }
}
