internal import Patches
public import Tensors

/// A learned layer, ready to code maps.
///
/// By default the codes are `max(0, phi . x - penalty)` (and `max(0, -phi . x - penalty)` for signed ones), with `x` the
/// contrast-normalised, whitened patch: the first step of sparse inference, which is a layer of a convolutional network.
/// A layer may declare a stronger ``Inference``.
///
/// > Source: Bowren, "A Sparse Coding Interpretation of Neural Networks and Theoretical Implications" (arXiv 2108.06622).
public struct Layer: Sendable {
    /// What the layer has learned.
    public let parameters: LayerParameters
    let kernels: Kernels
    private let prepared: PatchCoding
    /// The layer where only codes are wanted; nil where it is no convolution.
    let convolution: ConvolutionalLayer?

    /// Prepares a layer for one set of kernels.
    public init(parameters: LayerParameters, kernels: Kernels) {
        self.parameters = parameters
        self.kernels = kernels
        prepared = PatchCoding(parameters, kernels: kernels)
        convolution = ConvolutionalLayer(parameters, kernels: kernels)
    }

    /// What projects and codes patches.
    func patchCoding() -> (projection: PatchProjection, coder: SparseCoder) { prepared.parts() }

    /// Codes a map.
    ///
    /// Works one row of windows at a time: neither patches nor unpooled codes of the whole map are ever held.
    ///
    /// - Parameters:
    ///   - map: Shape `[height, width, parameters.inputChannels]`.
    ///   - includingEnergy: Whether the map of energy is wanted too; costs a reconstruction of each patch.
    /// - Returns: Pooled codes and the maps of error and contrast.
    /// - Complexity: `windows * components * (depth + atoms)` multiply-adds; stronger inferences add about
    ///   `windows * atoms^2` an iteration.
    public func encode(_ map: FeatureMap, includingEnergy: Bool = false) -> LayerResponse {
        precondition(map.channels == parameters.inputChannels, "the map has other channels")
        let (projection, coder) = patchCoding()
        let grid = parameters.grid
        let (height, width) = grid.size(height: map.height, width: map.width)
        let padded = map.reflected(border: grid.border)
        let moments = PatchMoments(padded: padded, grid: grid, kernels: kernels)
        let pooling = parameters.configuration.pooling
        let channels = coder.channels
        var codes = FeatureMap(
            height: (height + pooling - 1) / pooling,
            width: (width + pooling - 1) / pooling,
            channels: channels
        )
        var errors = Matrix(rows: height, columns: width)
        var energies = Matrix(rows: includingEnergy ? height : 0, columns: width)
        let reconstructs = includingEnergy || coder.inference != .thresholding
        let (components, count) = (projection.components, coder.dictionary.count)
        let scratchCount = max(
            coder.scratchCount,
            reconstructs ? coder.reconstructionScratchCount : 0
        )
        unsafe withUnsafeTemporaryAllocation(
            of: Float.self,
            capacity: width * (components + count + channels + 2) + scratchCount
        ) { scratch in
            unsafe withUnsafeTemporaryAllocation(of: UInt32.self, capacity: width) { places in
                unsafe codes.elements.withUnsafeMutableBufferPointer { out in
                    guard let patches = scratch.baseAddress, let places = places.baseAddress,
                        let out = out.baseAddress
                    else { return }
                    let responses = unsafe patches + width * components
                    let row = unsafe responses + width * count
                    let norms = unsafe row + width * channels
                    let best = unsafe norms + width
                    let rest = unsafe best + width
                    for y in 0..<height {
                        unsafe projection.project(
                            row: y,
                            of: padded,
                            moments: moments,
                            kernels: kernels,
                            into: patches,
                            norms: norms
                        )
                        unsafe coder.respond(to: patches, count: width, into: responses)
                        if coder.inference == .thresholding {
                            unsafe kernels.rowMaximum(
                                responses,
                                count: width,
                                columns: count,
                                stride: count,
                                absolute: coder.signed,
                                best: best,
                                index: places
                            )
                            for x in 0..<width {
                                let response = unsafe max(0, best[x])
                                unsafe errors[y, x] = max(0, norms[x] - response * response)
                            }
                        }
                        unsafe coder.encode(
                            patches,
                            responses: responses,
                            count: width,
                            into: row,
                            scratch: rest
                        )
                        if reconstructs {
                            unsafe coder.squaredErrors(
                                of: row,
                                for: patches,
                                count: width,
                                into: best,
                                scratch: rest
                            )
                            if coder.inference != .thresholding {
                                for x in 0..<width { unsafe errors[y, x] = best[x] }
                            }
                            if includingEnergy {
                                for x in 0..<width {
                                    unsafe energies[y, x] =
                                        best[x] / (2 * parameters.noiseVariance)
                                        + rated(row + x * channels)
                                }
                            }
                        }
                        let target = unsafe out + y / pooling * codes.width * channels
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
        return LayerResponse(
            codes: codes,
            reconstructionError: errors,
            energy: includingEnergy ? energies : nil,
            variance: Matrix(rows: height, columns: width, filledWith: moments.variances),
            mean: Matrix(rows: height, columns: width, filledWith: moments.means)
        )
    }

    /// The codes of a window, weighted by their rates.
    private func rated(_ codes: UnsafePointer<Float>) -> Float {
        let count = parameters.rates.count
        return unsafe parameters.rates.withUnsafeBufferPointer { rates in
            guard let rates = rates.baseAddress else { return 0 }
            let sum = unsafe kernels.dot(rates, codes, count: count)
            return parameters.configuration.signed
                ? unsafe sum + kernels.dot(rates, codes + count, count: count) : sum
        }
    }
}
