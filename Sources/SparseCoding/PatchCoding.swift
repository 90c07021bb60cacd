internal import Patches
internal import Synchronization
internal import Tensors

/// What projects and codes a layer's patches one by one, prepared when it is first wanted: a scan wants the codes of whole
/// maps alone, which ``ConvolutionalLayer`` makes.
final class PatchCoding: Sendable {
    private let parameters: LayerParameters
    private let kernels: Kernels
    private let known = Mutex<(projection: PatchProjection, coder: SparseCoder)?>(nil)

    init(_ parameters: LayerParameters, kernels: Kernels) {
        self.parameters = parameters
        self.kernels = kernels
    }

    func parts() -> (projection: PatchProjection, coder: SparseCoder) {
        known.withLock { known in
            if let known { return known }
            let made = (
                projection: PatchProjection(
                    grid: parameters.grid,
                    channels: parameters.inputChannels,
                    contrast: parameters.contrast,
                    whitening: parameters.whitening,
                    kernels: kernels
                ),
                coder: parameters.coder(kernels: kernels)
            )
            known = made
            return made
        }
    }
}
