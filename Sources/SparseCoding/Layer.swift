internal import Patches
public import Tensors

/// A learned layer, ready to code maps.
///
/// The codes are `max(0, phi . x - penalty)` (and `max(0, -phi . x - penalty)` for signed ones), with `x` the
/// contrast-normalised, whitened patch: the first step of sparse inference, which is a layer of a convolutional network.
///
/// > Source: Bowren, "A Sparse Coding Interpretation of Neural Networks and Theoretical Implications" (arXiv 2108.06622).
public struct Layer: Sendable {
    /// What the layer has learned.
    public let parameters: LayerParameters
    private let kernels: Kernels
    private let projection: PatchProjection
    private let atoms: PackedMatrix

    /// Prepares a layer for one set of kernels.
    public init(parameters: LayerParameters, kernels: Kernels) {
        self.parameters = parameters
        self.kernels = kernels
        projection = PatchProjection(
            grid: parameters.grid,
            channels: parameters.inputChannels,
            contrast: parameters.contrast,
            whitening: parameters.whitening,
            kernels: kernels
        )
        atoms = kernels.pack(parameters.dictionary.atoms.transposed)
    }

    /// Codes a map.
    ///
    /// Works one row of windows at a time: neither patches nor unpooled codes of the whole map are ever held.
    ///
    /// - Parameter map: Shape `[height, width, parameters.inputChannels]`.
    /// - Returns: Pooled codes and the maps of error and contrast.
    /// - Complexity: `windows * components * (depth + atoms)` multiply-adds.
    public func encode(_ map: FeatureMap) -> LayerResponse {
        precondition(map.channels == parameters.inputChannels, "the map has other channels")
        let grid = parameters.grid
        let (height, width) = grid.size(height: map.height, width: map.width)
        let padded = map.reflected(border: grid.border)
        let moments = PatchMoments(padded: padded, grid: grid, kernels: kernels)
        let pooling = parameters.configuration.pooling
        let channels = parameters.configuration.channels
        var codes = FeatureMap(
            height: (height + pooling - 1) / pooling,
            width: (width + pooling - 1) / pooling,
            channels: channels
        )
        var errors = Matrix(rows: height, columns: width)
        let components = projection.components
        let count = parameters.dictionary.count
        let signed = parameters.configuration.signed
        unsafe withUnsafeTemporaryAllocation(
            of: Float.self,
            capacity: width * (components + count + channels + 2)
        ) { scratch in
            unsafe withUnsafeTemporaryAllocation(of: UInt32.self, capacity: width) { places in
                unsafe parameters.penalties.withUnsafeBufferPointer { penalties in
                    unsafe codes.elements.withUnsafeMutableBufferPointer { out in
                        guard let patches = scratch.baseAddress, let places = places.baseAddress,
                            let penalties = penalties.baseAddress, let out = out.baseAddress
                        else { return }
                        let responses = unsafe patches + width * components
                        let row = unsafe responses + width * count
                        let norms = unsafe row + width * channels
                        let best = unsafe norms + width
                        for y in 0..<height {
                            unsafe projection.project(
                                row: y,
                                of: padded,
                                moments: moments,
                                kernels: kernels,
                                into: patches,
                                norms: norms
                            )
                            unsafe kernels.product(
                                .init(
                                    patches,
                                    rows: width,
                                    stride: components,
                                    length: components
                                ),
                                atoms,
                                into: responses,
                                outStride: count
                            )
                            unsafe kernels.rowMaximum(
                                responses,
                                count: width,
                                columns: count,
                                stride: count,
                                absolute: signed,
                                best: best,
                                index: places
                            )
                            for x in 0..<width {
                                let response = unsafe max(0, best[x])
                                unsafe errors[y, x] = max(0, norms[x] - response * response)
                            }
                            unsafe kernels.shrink(
                                responses,
                                count: width,
                                columns: count,
                                stride: count,
                                penalty: penalties,
                                signed: signed,
                                into: row,
                                outStride: channels
                            )
                            let target =
                                unsafe out + y / pooling * codes.width * channels
                            let rows = min(pooling, height - y / pooling * pooling)
                            for x in 0..<width {
                                let columns = min(pooling, width - x / pooling * pooling)
                                unsafe kernels.addScaled(
                                    1 / Float(rows * columns),
                                    row + x * channels,
                                    to: target + x / pooling * channels,
                                    count: channels
                                )
                            }
                        }
                    }
                }
            }
        }
        return LayerResponse(
            codes: codes,
            reconstructionError: errors,
            variance: Matrix(rows: height, columns: width, filledWith: moments.variances),
            mean: Matrix(rows: height, columns: width, filledWith: moments.means)
        )
    }
}

/// What a layer says of one map.
public struct LayerResponse: Sendable {
    /// The pooled codes, shape `[height, width, channels]`.
    public let codes: FeatureMap
    /// The squared error of the best 1-sparse reconstruction of each whitened patch.
    ///
    /// `|x|^2 - max (phi . x)^2`, which is what the dictionary was learned to make small; shape of the window grid.
    public let reconstructionError: Matrix
    /// The variance of each window before contrast normalisation, in squared units of the input.
    public let variance: Matrix
    /// The mean of each window before contrast normalisation, in units of the input.
    public let mean: Matrix
}
