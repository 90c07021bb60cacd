internal import Patches
internal import Tensors

/// A thresholding layer as what it is in a network's terms: a convolution, a bias and a ReLU.
///
/// With `W` the whitening's projection, `f` its rows less their own means, `m` the patch's mean and `s` its contrast scale,
/// the response of atom `phi` is `phi . (s f p - W mean) = s (phi f) p - phi W mean`. So the contrast scale and all
/// offsets come behind the products, and the codes of a row of windows are one rectification of them. What ``Layer`` tells
/// besides codes (errors, energies) is not found here.
struct ConvolutionalLayer: Sendable {
    /// How responses are made of patches: by filters and, where these only whiten, by atoms.
    private struct Route {
        enum Filters {
            /// A product for each row of windows, shape `[depth, columns]`.
            case plain(PackedMatrix)
            /// A convolution of several rows of windows at once, side by side.
            case convolution(ConvolutionFilters)
            /// The same at every second place: of a map whose 2 x 2 places are brought together.
            case gathered(ConvolutionFilters)
        }

        let filters: Filters
        /// Nil where the atoms are folded into the filters.
        let atoms: RightFactor?
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
            zip(atoms.row(row), offset).reduce(0.0) { sum, pair in
                sum + Double(pair.0) * Double(pair.1)
            }
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

    private static func route(
        filters: Matrix,
        atoms: Matrix,
        grid: PatchGrid,
        channels: Int,
        kernels: Kernels
    ) -> Route {
        let plan = FilterPlan(
            grid: grid,
            channels: channels,
            components: filters.rows,
            atoms: atoms.rows
        )
        let matrix = plan.isFolded ? kernels.multiply(atoms, filters) : filters
        let columns = matrix.transposed
        let packed: Route.Filters =
            switch plan.way {
            case .plain: .plain(kernels.pack(columns))
            case .convolution:
                .convolution(
                    kernels.packConvolution(
                        columns,
                        window: 3,
                        precision: FilterPlan.precision(
                            kernels.precision,
                            convolvedDepth: channels
                        )
                    )
                )
            case .gathered(let window):
                .gathered(
                    kernels.packConvolution(
                        gathered(columns, of: grid, channels: channels, window: window),
                        window: window
                    )
                )
            }
        return Route(
            filters: packed,
            atoms: plan.isFolded ? nil : kernels.rightFactor(atoms.transposed)
        )
    }

    /// Filters of a map whose 2 x 2 places are brought together.
    ///
    /// - Parameters:
    ///   - filters: Shape `[depth, columns]`.
    ///   - grid: Their windows, at every second place.
    ///   - channels: The channels of the map.
    ///   - window: The rows and columns of windows of the other map.
    /// - Returns: Shape `[window * window * 4 * channels, columns]`.
    private static func gathered(
        _ filters: Matrix,
        of grid: PatchGrid,
        channels: Int,
        window: Int
    ) -> Matrix {
        let columns = filters.columns
        var gathered = Matrix(rows: window * window * 4 * channels, columns: columns)
        for y in 0..<grid.window {
            for x in 0..<grid.window {
                let place = (y / 2 * window + x / 2) * 4 + y % 2 * 2 + x % 2
                for channel in 0..<channels {
                    let row = (y * grid.window + x) * channels + channel
                    let target = (place * channels + channel) * columns
                    gathered.elements.replaceSubrange(
                        target..<target + columns,
                        with: filters.elements[row * columns..<(row + 1) * columns]
                    )
                }
            }
        }
        return gathered
    }

    /// The places below and to the right of the border that a map of a size must have.
    func slack(height: Int, width: Int) -> (rows: Int, columns: Int) {
        guard case .convolution(let filters) = route.filters else { return (0, 0) }
        return (
            filters.places(windows: height) - height - 2 * grid.border,
            filters.places(windows: width) - width - 2 * grid.border
        )
    }

    /// Codes all windows of a map, one row after the other, and averages the codes.
    ///
    /// - Parameters:
    ///   - map: With the grid's border and the ``slack(height:width:)`` of its size.
    ///   - poolings: What the codes are averaged over; each of them makes a map of its own.
    ///   - output: Is asked for the map of the pooling with that number, row by row; calls what it is given with the map's
    ///     first number and the numbers from one of its rows to the next.
    func encode(
        _ map: BorderedMap,
        over poolings: [MapPooling],
        output: (Int, (UnsafeMutablePointer<Float>, Int) -> Void) -> Void
    ) {
        precondition(
            map.channels == inputChannels && map.border == grid.border,
            "the map has other channels or another border"
        )
        let (height, width) = grid.size(height: map.height, width: map.width)
        let slack = slack(height: height, width: width)
        precondition(
            map.storedHeight >= map.height + 2 * map.border + slack.rows
                && map.storedWidth >= map.width + 2 * map.border + slack.columns,
            "the map has too little slack"
        )
        let moments = contrast.map { _ in PatchMoments(map, grid: grid, kernels: kernels) }
        unsafe withUnsafeTemporaryAllocation(
            of: Float.self,
            capacity: width + poolings.reduce(0) { $0 + $1.memoryCount }
        ) { buffer in
            guard let scale = buffer.baseAddress else { return }
            unsafe respond(to: map, height: height, width: width) { row, responses in
                for x in 0..<width {
                    unsafe scale[x] =
                        if let contrast, let moments {
                            contrast.scale(variance: moments.variances[row * width + x])
                        } else { 1 }
                }
                var memory = unsafe scale + width
                for (index, pooling) in poolings.enumerated() {
                    unsafe output(index) { out, line in
                        unsafe pooling.add(
                            row: row,
                            to: out,
                            outLine: line,
                            memory: memory,
                            kernels: kernels
                        ) { share, accumulate, averages in
                            unsafe rectify(
                                responses,
                                width: width,
                                scale: scale,
                                over: pooling.windows,
                                share: share,
                                accumulate: accumulate,
                                into: averages
                            )
                        }
                    }
                    unsafe memory += pooling.memoryCount
                }
            }
        }
    }

    private func rectify(
        _ responses: UnsafePointer<Float>,
        width: Int,
        scale: UnsafePointer<Float>,
        over windows: PoolingWindows,
        share: Float,
        accumulate: Bool,
        into line: UnsafeMutablePointer<Float>
    ) {
        func rectify(_ above: UnsafePointer<Float>?, _ below: UnsafePointer<Float>?) {
            guard let above = unsafe above else { return }
            unsafe kernels.rectify(
                responses,
                width: width,
                columns: self.above.count,
                scale: scale,
                above: above,
                below: below,
                over: windows,
                share: share,
                accumulate: accumulate,
                into: line
            )
        }
        unsafe above.withUnsafeBufferPointer { above in
            guard let below else { return unsafe rectify(above.baseAddress, nil) }
            unsafe below.withUnsafeBufferPointer { below in
                unsafe rectify(above.baseAddress, below.baseAddress)
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
        guard let atoms = route.atoms else {
            unsafe filter(map, height: height, width: width) { row, responses in
                unsafe receive(row, responses)
            }
            return
        }
        unsafe withUnsafeTemporaryAllocation(
            of: Float.self,
            capacity: width * atoms.columns + atoms.scratchCount
        ) {
            guard let responses = $0.baseAddress else { return }
            unsafe filter(map, height: height, width: width) { row, patches in
                unsafe kernels.multiply(
                    patches,
                    rows: width,
                    by: atoms,
                    into: responses,
                    scratch: responses + width * atoms.columns
                )
                unsafe receive(row, responses)
            }
        }
    }

    /// Hands out what the filters make of each row of windows.
    private func filter(
        _ map: BorderedMap,
        height: Int,
        width: Int,
        receive: (Int, UnsafePointer<Float>) -> Void
    ) {
        unsafe map.elements.withUnsafeBufferPointer { data in
            guard let data = data.baseAddress else { return }
            switch route.filters {
            case .plain(let filters):
                unsafe multiply(
                    data,
                    line: map.storedWidth * map.channels,
                    filters,
                    height: height,
                    width: width,
                    receive: receive
                )
            case .convolution(let filters):
                unsafe convolve(
                    data,
                    line: map.storedWidth * map.channels,
                    filters,
                    height: height,
                    width: width,
                    receive: receive
                )
            case .gathered(let filters):
                let places = filters.places(windows: width)
                let rows = filters.places(windows: height)
                let line = places * filters.storedChannels
                unsafe withUnsafeTemporaryAllocation(of: Float.self, capacity: rows * line) {
                    guard let gathered = $0.baseAddress else { return }
                    unsafe Kernels.gather(
                        data,
                        line: map.storedWidth * map.channels,
                        rows: map.storedHeight,
                        columns: map.storedWidth,
                        channels: map.channels,
                        height: rows,
                        width: places,
                        stored: filters.storedChannels,
                        into: gathered
                    )
                    unsafe convolve(
                        gathered,
                        line: line,
                        filters,
                        height: height,
                        width: width,
                        receive: receive
                    )
                }
            }
        }
    }

    /// One product for each row of windows.
    private func multiply(
        _ data: UnsafePointer<Float>,
        line: Int,
        _ filters: PackedMatrix,
        height: Int,
        width: Int,
        receive: (Int, UnsafePointer<Float>) -> Void
    ) {
        unsafe withUnsafeTemporaryAllocation(
            of: Float.self,
            capacity: width * filters.columns
        ) { out in
            guard let out = out.baseAddress else { return }
            for row in 0..<height {
                unsafe kernels.product(
                    .init(
                        data + row * grid.stride * line,
                        rows: width,
                        stride: grid.stride * inputChannels,
                        runs: grid.window,
                        runStride: line,
                        length: grid.window * inputChannels
                    ),
                    filters,
                    into: out,
                    outStride: filters.columns
                )
                unsafe receive(row, out)
            }
        }
    }

    /// A few rows of windows at once.
    private func convolve(
        _ data: UnsafePointer<Float>,
        line: Int,
        _ filters: ConvolutionFilters,
        height: Int,
        width: Int,
        receive: (Int, UnsafePointer<Float>) -> Void
    ) {
        let rows = FilterPlan.band(height: height, width: width, tile: filters.tile)
        let row = width * filters.columns
        unsafe withUnsafeTemporaryAllocation(
            of: Float.self,
            capacity: rows * row + filters.scratchCount
        ) { buffer in
            guard let out = buffer.baseAddress else { return }
            for first in stride(from: 0, to: height, by: rows) {
                let count = min(rows, height - first)
                unsafe kernels.convolve(
                    data + first * line,
                    height: count,
                    width: width,
                    line: line,
                    filters,
                    into: out,
                    scratch: out + rows * row
                )
                for index in 0..<count { unsafe receive(first + index, out + index * row) }
            }
        }
    }
}
