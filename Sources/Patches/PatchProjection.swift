public import Tensors

/// Extraction, contrast normalisation and whitening of patches as one product.
///
/// All three are affine per patch: with `f` a whitening direction less its own mean,
/// `P ((p - m) scale - mean) = scale (f . p) - P mean`. So patches are multiplied where they lie in the map and no patch
/// is ever copied out. Without whitening a projected patch is the (normalised) patch itself, copied out.
public struct PatchProjection: Sendable {
    /// The windows.
    public let grid: PatchGrid
    /// The channels of the maps it reads.
    public let channels: Int
    /// The components of a projected patch.
    public let components: Int
    private let contrast: ContrastNormalization?
    /// Nil without whitening.
    private let filters: PackedMatrix?
    private let offset: [Float]

    /// Folds the steps into filters.
    ///
    /// - Parameters:
    ///   - grid: The windows.
    ///   - channels: The channels of the maps.
    ///   - contrast: The contrast normalisation, or nil for none.
    ///   - whitening: The whitening of normalised patches of `grid.depth(channels:)` numbers, or nil for none.
    ///   - kernels: The kernels that will run the product.
    public init(
        grid: PatchGrid,
        channels: Int,
        contrast: ContrastNormalization?,
        whitening: Whitening?,
        kernels: Kernels
    ) {
        let depth = grid.depth(channels: channels)
        self.grid = grid
        self.channels = channels
        self.contrast = contrast
        guard let whitening else {
            components = depth
            filters = nil
            offset = []
            return
        }
        precondition(whitening.mean.count == depth, "the whitening is for other patches")
        components = whitening.projection.rows
        let (filters, offset) = whitening.folded(centred: contrast != nil)
        self.offset = offset
        self.filters = kernels.pack(filters.transposed)
    }

    /// Projects one row of windows.
    ///
    /// - Parameters:
    ///   - row: The row of the grid.
    ///   - padded: The map with the grid's border around it.
    ///   - moments: The moments of the windows of the same map; needed for contrast normalisation only.
    ///   - kernels: The kernels that packed the filters.
    ///   - out: Receives the projected patches, shape `[grid width, components]`.
    ///   - norms: Receives their squared norms, shape `[grid width]`.
    @unsafe
    public func project(
        row: Int,
        of padded: FeatureMap,
        moments: PatchMoments?,
        kernels: Kernels,
        into out: UnsafeMutablePointer<Float>,
        norms: UnsafeMutablePointer<Float>
    ) {
        let (_, width) = grid.size(
            height: padded.height - 2 * grid.border,
            width: padded.width - 2 * grid.border
        )
        guard let filters else {
            unsafe copy(
                row: row,
                width: width,
                of: padded,
                moments: moments,
                kernels: kernels,
                into: out,
                norms: norms
            )
            return
        }
        unsafe padded.elements.withUnsafeBufferPointer { data in
            guard let data = data.baseAddress else { return }
            let start = unsafe data + row * grid.stride * padded.width * channels
            unsafe kernels.product(
                .init(
                    start,
                    rows: width,
                    stride: grid.stride * channels,
                    runs: grid.window,
                    runStride: padded.width * channels,
                    length: grid.window * channels
                ),
                filters,
                into: out,
                outStride: components
            )
        }
        unsafe withUnsafeTemporaryAllocation(of: Float.self, capacity: width) { scales in
            guard let scale = scales.baseAddress else { return }
            for x in 0..<width {
                unsafe scale[x] =
                    factor(moments, at: row * width + x)
            }
            unsafe offset.withUnsafeBufferPointer { offset in
                guard let offset = offset.baseAddress else { return }
                unsafe kernels.normalizeRows(
                    out,
                    count: width,
                    columns: components,
                    stride: components,
                    scale: scale,
                    offset: offset,
                    norms: norms
                )
            }
        }
    }

    /// Copies one row of windows out and normalises them.
    private func copy(
        row: Int,
        width: Int,
        of padded: FeatureMap,
        moments: PatchMoments?,
        kernels: Kernels,
        into out: UnsafeMutablePointer<Float>,
        norms: UnsafeMutablePointer<Float>
    ) {
        let run = grid.window * channels
        unsafe padded.elements.withUnsafeBufferPointer { data in
            guard let data = data.baseAddress else { return }
            for x in 0..<width {
                let patch = unsafe out + x * components
                for dy in 0..<grid.window {
                    let place = ((row * grid.stride + dy) * padded.width + x * grid.stride)
                    unsafe (patch + dy * run).update(from: data + place * channels, count: run)
                }
                if contrast != nil, let moments {
                    let mean = moments.means[row * width + x]
                    let scale = factor(moments, at: row * width + x)
                    for index in 0..<components {
                        unsafe patch[index] = (patch[index] - mean) * scale
                    }
                }
                unsafe norms[x] = kernels.dot(patch, patch, count: components)
            }
        }
    }

    private func factor(_ moments: PatchMoments?, at place: Int) -> Float {
        guard let contrast, let moments else { return 1 }
        return contrast.scale(variance: moments.variances[place])
    }

    /// Projects all windows of a map.
    ///
    /// - Parameters:
    ///   - map: Shape `[height, width, channels]`.
    ///   - kernels: The kernels that packed the filters.
    /// - Returns: Shape of the grid, `components` channels.
    public func projectAll(_ map: FeatureMap, kernels: Kernels) -> FeatureMap {
        let padded = grid.border == 0 ? map : map.reflected(border: grid.border)
        let (height, width) = grid.size(height: map.height, width: map.width)
        let moments =
            contrast == nil
            ? nil : PatchMoments(padded: padded, grid: grid, kernels: kernels)
        var result = FeatureMap(height: height, width: width, channels: components)
        unsafe withUnsafeTemporaryAllocation(of: Float.self, capacity: width) { norms in
            unsafe result.elements.withUnsafeMutableBufferPointer { out in
                guard let out = out.baseAddress, let norms = norms.baseAddress else { return }
                for row in 0..<height {
                    unsafe project(
                        row: row,
                        of: padded,
                        moments: moments,
                        kernels: kernels,
                        into: out + row * width * components,
                        norms: norms
                    )
                }
            }
        }
        return result
    }
}
