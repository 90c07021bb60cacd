public import Tensors

/// Takes patches of a map at random places, for learning.
public struct PatchSampler: Sendable {
    /// The windows.
    public let grid: PatchGrid
    /// The contrast normalisation of the patches, or nil for none.
    public let contrast: ContrastNormalization?

    /// Creates a sampler.
    public init(grid: PatchGrid, contrast: ContrastNormalization?) {
        self.grid = grid
        self.contrast = contrast
    }

    /// Takes patches without repetition.
    ///
    /// - Parameters:
    ///   - count: The wanted number; fewer where the map has fewer windows.
    ///   - map: The map.
    ///   - generator: Chooses the places.
    ///   - kernels: The kernels for the moments.
    /// - Returns: Normalised patches, shape `[count, depth]`, in random order.
    public func sample(
        _ count: Int,
        from map: FeatureMap,
        generator: inout SeededGenerator,
        kernels: Kernels
    ) -> Matrix {
        let padded = map.reflected(border: grid.border)
        let (height, width) = grid.size(height: map.height, width: map.width)
        let moments = PatchMoments(padded: padded, grid: grid, kernels: kernels)
        let places = generator.choose(min(count, height * width), of: height * width)
        let depth = grid.depth(channels: map.channels)
        let run = grid.window * map.channels
        var elements: [Float] = []
        elements.reserveCapacity(places.count * depth)
        for place in places {
            let (y, x) = (place / width * grid.stride, place % width * grid.stride)
            let mean = contrast == nil ? 0 : moments.means[place]
            let scale = contrast?.scale(variance: moments.variances[place]) ?? 1
            for dy in 0..<grid.window {
                let start = ((y + dy) * padded.width + x) * map.channels
                for index in start..<start + run {
                    elements.append((padded.elements[index] - mean) * scale)
                }
            }
        }
        return Matrix(rows: places.count, columns: depth, filledWith: elements)
    }
}
