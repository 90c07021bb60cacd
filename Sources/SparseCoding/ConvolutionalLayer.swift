internal import Patches
internal import Tensors

/// A thresholding layer as what it is in a network's terms: a convolution, a bias and a ReLU.
///
/// With `W` the whitening's projection, `f` its rows less their own means, `m` the patch's mean and `s` its contrast scale,
/// the response of atom `phi` is `phi . (s f p - W mean) = s (phi f) p - phi W mean`. So the contrast scale and all
/// offsets come behind the products, and the codes of a row of windows are one rectification of them. What ``Layer`` tells
/// besides codes (errors, energies) is not found here.
struct ConvolutionalLayer: Sendable {
    /// How responses are made of patches.
    private enum Route {
        /// One product: the atoms folded into the whitening, shape `[depth, atoms]`.
        case folded(PackedMatrix)
        /// Whitening, then atoms.
        case split(whitening: PackedMatrix, atoms: PackedMatrix)
        /// Whitening by convolution of many rows at once, then atoms.
        case winograd(whitening: ConvolutionFilters, atoms: PackedMatrix)
    }

    let grid: PatchGrid
    let inputChannels: Int
    /// Codes for a window.
    let channels: Int
    private let route: Route
    private let contrast: ContrastNormalization?
    private let above: [Float]
    private let below: [Float]?
    let kernels: Kernels

    /// Prepares a layer; nil when it is no convolution, because it infers in a stronger way or has no whitening.
    init?(_ parameters: LayerParameters, kernels: Kernels) {
        guard parameters.configuration.inference == .thresholding,
            let whitening = parameters.whitening
        else { return nil }
        self.kernels = kernels
        grid = parameters.grid
        inputChannels = parameters.inputChannels
        contrast = parameters.contrast
        let atoms = parameters.dictionary.atoms
        channels = (parameters.configuration.signed ? 2 : 1) * atoms.rows
        let (filters, offset) = whitening.folded(centred: contrast != nil)
        let shifts = (0..<atoms.rows).map { row in
            (0..<atoms.columns).reduce(0.0) { $0 + Double(atoms[row, $1]) * Double(offset[$1]) }
        }
        above = zip(parameters.penalties, shifts).map { Float(Double($0) + $1) }
        below =
            parameters.configuration.signed
            ? zip(parameters.penalties, shifts).map { Float(Double($0) - $1) } : nil
        route = Self.route(
            filters: filters,
            atoms: atoms,
            grid: parameters.grid,
            channels: parameters.inputChannels,
            kernels: kernels
        )
    }

    /// The route with the fewest multiply-adds.
    private static func route(
        filters: Matrix,
        atoms: Matrix,
        grid: PatchGrid,
        channels: Int,
        kernels: Kernels
    ) -> Route {
        let (depth, components) = (filters.columns, filters.rows)
        let coding = components * atoms.rows
        if grid.window == 3, grid.stride == 1,
            ConvolutionFilters.canHold(channels: channels, columns: components)
        {
            return .winograd(
                whitening: kernels.packConvolution(filters.transposed),
                atoms: kernels.pack(atoms.transposed)
            )
        }
        if depth * atoms.rows <= depth * components + coding {
            return .folded(kernels.pack(kernels.multiply(atoms, filters).transposed))
        }
        return .split(
            whitening: kernels.pack(filters.transposed),
            atoms: kernels.pack(atoms.transposed)
        )
    }

    /// The places below and to the right of the border that a map of a size must have.
    func slack(height: Int, width: Int) -> (rows: Int, columns: Int) {
        guard case .winograd = route else { return (0, 0) }
        return (
            Kernels.convolutionSlack(windows: height), Kernels.convolutionSlack(windows: width)
        )
    }

    /// Codes all windows of a map, one row after the other.
    ///
    /// - Parameters:
    ///   - map: With the grid's border and the ``slack(height:width:)`` of its size.
    ///   - receive: Gets each row's number and codes, shape `[grid width, channels]`; only while it runs.
    func encode(_ map: BorderedMap, receive: (Int, UnsafePointer<Float>) -> Void) {
        precondition(
            map.channels == inputChannels && map.border == grid.border,
            "the map has other channels or another border"
        )
        let (height, width) = grid.size(height: map.height, width: map.width)
        let moments = contrast.map { _ in PatchMoments(map, grid: grid, kernels: kernels) }
        unsafe withUnsafeTemporaryAllocation(
            of: Float.self,
            capacity: width * (1 + channels)
        ) { buffer in
            guard let scale = buffer.baseAddress else { return }
            let codes = unsafe scale + width
            unsafe respond(to: map, height: height, width: width) { row, responses in
                for x in 0..<width {
                    unsafe scale[x] =
                        if let contrast, let moments {
                            contrast.scale(variance: moments.variances[row * width + x])
                        } else { 1 }
                }
                unsafe rectify(responses, count: width, scale: scale, into: codes)
                unsafe receive(row, codes)
            }
        }
    }

    private func rectify(
        _ responses: UnsafePointer<Float>,
        count: Int,
        scale: UnsafePointer<Float>,
        into codes: UnsafeMutablePointer<Float>
    ) {
        unsafe above.withUnsafeBufferPointer { above in
            guard let above = above.baseAddress else { return }
            let columns = self.above.count
            guard let below else {
                unsafe kernels.rectify(
                    responses,
                    count: count,
                    columns: columns,
                    scale: scale,
                    above: above,
                    below: nil,
                    into: codes
                )
                return
            }
            unsafe below.withUnsafeBufferPointer { below in
                unsafe kernels.rectify(
                    responses,
                    count: count,
                    columns: columns,
                    scale: scale,
                    above: above,
                    below: below.baseAddress,
                    into: codes
                )
            }
        }
    }

    /// Hands out the unscaled responses of each row of windows, shape `[width, atoms]`.
    private func respond(
        to map: BorderedMap,
        height: Int,
        width: Int,
        receive: (Int, UnsafePointer<Float>) -> Void
    ) {
        switch route {
        case .folded(let filters):
            unsafe respond(to: map, height: height, width: width, filters: filters) { row, out in
                unsafe receive(row, out)
            }
        case .split(let whitening, let atoms):
            unsafe withUnsafeTemporaryAllocation(of: Float.self, capacity: width * above.count) {
                guard let responses = $0.baseAddress else { return }
                unsafe respond(
                    to: map,
                    height: height,
                    width: width,
                    filters: whitening
                ) { row, patches in
                    unsafe code(patches, count: width, atoms: atoms, into: responses)
                    unsafe receive(row, responses)
                }
            }
        case .winograd(let whitening, let atoms):
            unsafe convolve(
                map,
                whitening: whitening,
                atoms: atoms,
                height: height,
                width: width,
                receive: receive
            )
        }
    }

    /// One product for each row of windows.
    private func respond(
        to map: BorderedMap,
        height: Int,
        width: Int,
        filters: PackedMatrix,
        receive: (Int, UnsafePointer<Float>) -> Void
    ) {
        let line = map.storedWidth * map.channels
        unsafe withUnsafeTemporaryAllocation(
            of: Float.self,
            capacity: width * filters.columns
        ) { out in
            unsafe map.elements.withUnsafeBufferPointer { data in
                guard let data = data.baseAddress, let out = out.baseAddress else { return }
                for row in 0..<height {
                    unsafe kernels.product(
                        .init(
                            data + row * grid.stride * line,
                            rows: width,
                            stride: grid.stride * map.channels,
                            runs: grid.window,
                            runStride: line,
                            length: grid.window * map.channels
                        ),
                        filters,
                        into: out,
                        outStride: filters.columns
                    )
                    unsafe receive(row, out)
                }
            }
        }
    }

    private func code(
        _ patches: UnsafePointer<Float>,
        count: Int,
        atoms: PackedMatrix,
        into responses: UnsafeMutablePointer<Float>
    ) {
        unsafe kernels.product(
            .init(patches, rows: count, stride: atoms.depth, length: atoms.depth),
            atoms,
            into: responses,
            outStride: atoms.columns
        )
    }

    /// Windows in the rows that are convolved together: their patches stay in the second-level cache.
    private static let convolvedWindows = 768

    private func convolve(
        _ map: BorderedMap,
        whitening: ConvolutionFilters,
        atoms: PackedMatrix,
        height: Int,
        width: Int,
        receive: (Int, UnsafePointer<Float>) -> Void
    ) {
        let line = map.storedWidth * map.channels
        let components = whitening.columns
        let rows = min(height, 4 * max(1, Self.convolvedWindows / (4 * width)))
        unsafe withUnsafeTemporaryAllocation(
            of: Float.self,
            capacity: rows * width * components + width * atoms.columns
                + Kernels.convolutionScratch(channels: map.channels)
        ) { buffer in
            unsafe map.elements.withUnsafeBufferPointer { data in
                guard let data = data.baseAddress, let patches = buffer.baseAddress else { return }
                let responses = unsafe patches + rows * width * components
                let scratch = unsafe responses + width * atoms.columns
                for first in stride(from: 0, to: height, by: rows) {
                    let count = min(rows, height - first)
                    unsafe kernels.convolve(
                        data + first * line,
                        height: count,
                        width: width,
                        line: line,
                        whitening,
                        into: patches,
                        scratch: scratch
                    )
                    for row in 0..<count {
                        unsafe code(
                            patches + row * width * components,
                            count: width,
                            atoms: atoms,
                            into: responses
                        )
                        unsafe receive(first + row, responses)
                    }
                }
            }
        }
    }
}
