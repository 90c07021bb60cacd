internal import Patches
public import Tensors

extension Layer {
    /// The course of the declared inference on some of a map's windows, see ``SparseCoder/trace(_:)``.
    ///
    /// - Parameters:
    ///   - map: Shape `[height, width, parameters.inputChannels]`.
    ///   - rows: Rows of the grid of windows; at least one.
    ///   - columns: Columns of it; at least one.
    /// - Returns: The objective, the mean over the windows: of codes of zero first, then after each iteration.
    public func trace(_ map: FeatureMap, rows: Range<Int>, columns: Range<Int>) -> [Double] {
        precondition(map.channels == parameters.inputChannels, "the map has other channels")
        let grid = parameters.grid
        let (height, width) = grid.size(height: map.height, width: map.width)
        precondition(!rows.isEmpty && !columns.isEmpty, "no windows")
        precondition(
            rows.lowerBound >= 0 && rows.upperBound <= height && columns.lowerBound >= 0
                && columns.upperBound <= width,
            "the windows are outside of the map"
        )
        let padded = map.reflected(border: grid.border)
        let moments = PatchMoments(padded: padded, grid: grid, kernels: kernels)
        let (projection, coder) = patchCoding()
        let components = projection.components
        var patches: [Float] = []
        unsafe withUnsafeTemporaryAllocation(
            of: Float.self,
            capacity: width * (components + 1)
        ) { scratch in
            guard let line = scratch.baseAddress else { return }
            for row in rows {
                unsafe projection.project(
                    row: row,
                    of: padded,
                    moments: moments,
                    kernels: kernels,
                    into: line,
                    norms: line + width * components
                )
                unsafe patches.append(
                    contentsOf: UnsafeBufferPointer(
                        start: line + columns.lowerBound * components,
                        count: columns.count * components
                    )
                )
            }
        }
        let count = rows.count * columns.count
        return coder.trace(Matrix(rows: count, columns: components, filledWith: patches))
            .map { $0 / Double(count) }
    }
}
