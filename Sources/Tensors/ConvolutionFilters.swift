internal import CKernels

/// Filters of 3 x 3 or 4 x 4 windows, transformed and laid out for one set of kernels.
///
/// > Source: Lavin, Gray (2016), "Fast Algorithms for Convolutional Neural Networks": F(4 x 4, 3 x 3) and F(3 x 3, 4 x 4),
/// > a quarter of the multiply-adds of the plain product.
public struct ConvolutionFilters: Sendable {
    /// The rows and columns of a window: 3 or 4.
    public let window: Int
    /// The channels of the maps that are multiplied.
    public let depth: Int
    /// The numbers in a place of these maps: ``depth`` and zeros up to a multiple of 16.
    public let storedChannels: Int
    /// The filters, a multiple of 16.
    public let columns: Int
    let panel: Int
    let elements: Elements

    /// The transformed filters, plane by plane.
    enum Elements: Sendable {
        case float([Float])
        /// With what each column of each plane is multiplied by.
        case int16([Int16], scales: [Float])
    }

    /// What the transformed numbers are rounded to.
    public var precision: Precision {
        if case .float = elements { .float } else { .int16 }
    }

    /// The rows and columns of windows that are worked on together.
    public var tile: Int { 7 - window }

    /// The rows or columns of places that so many windows are read from.
    ///
    /// Whole tiles are read; what lies behind the last window must be there and be zero.
    public func places(windows: Int) -> Int { (windows + tile - 1) / tile * tile + window - 1 }

    /// Numbers of scratch memory for a convolution.
    public var scratchCount: Int { ck_convolution_scratch(storedChannels) }

    /// Multiply-adds for a window, without the transforms.
    public static func operations(window: Int, depth: Int, columns: Int) -> Int {
        36 * depth * columns / ((7 - window) * (7 - window))
    }
}

extension Kernels {
    /// Transforms and lays out filters.
    ///
    /// - Parameters:
    ///   - matrix: Shape `[window * window * depth, columns]`: window row, window column and channel, the order of a patch;
    ///     columns a multiple of 16.
    ///   - window: The rows and columns of a window, 3 or 4.
    ///   - precision: What transformed numbers are rounded to; `int16` for windows of 3 and a depth in sixteens only.
    /// - Returns: Filters for ``convolve(_:height:width:line:_:into:scratch:)``.
    public func packConvolution(
        _ matrix: Matrix,
        window: Int,
        precision: Precision = .float
    ) -> ConvolutionFilters {
        let (depth, columns) = (matrix.rows / (window * window), matrix.columns)
        precondition(
            (3...4).contains(window) && matrix.rows == window * window * depth
                && columns % 16 == 0,
            "no filters of 3 x 3 or 4 x 4 windows, in sixteens"
        )
        precondition(
            precision == .float
                || window == 3 && depth % 16 == 0
                    && depth <= QuantizedMatrix.largestDepth,
            "no filters for whole numbers"
        )
        let panel = unsafe table.pointee.panel
        let elements = unsafe withUnsafeTemporaryAllocation(
            of: Float.self,
            capacity: 36 * depth * columns
        ) { planes in
            unsafe matrix.elements.withUnsafeBufferPointer { source in
                if let source = source.baseAddress, let planes = planes.baseAddress {
                    unsafe table.pointee.transform_filters(source, window, depth, columns, planes)
                }
            }
            let planes = UnsafeBufferPointer(planes)
            switch precision {
            case .float:
                return ConvolutionFilters.Elements.float(
                    unsafe pack(planes, depth: depth, columns: columns)
                )
            case .int16:
                let (elements, scales) = unsafe quantize(
                    planes: 36,
                    of: planes,
                    depth: depth,
                    columns: columns
                )
                return .int16(elements, scales: scales)
            }
        }
        return ConvolutionFilters(
            window: window,
            depth: depth,
            storedChannels: (depth + 15) / 16 * 16,
            columns: columns,
            panel: panel,
            elements: elements
        )
    }

    /// Lays out the planes of transformed filters.
    private func pack(
        _ planes: UnsafeBufferPointer<Float>,
        depth: Int,
        columns: Int
    ) -> [Float] {
        let panel = unsafe table.pointee.panel
        let count = ck_packed_count(panel, depth, columns)
        return unsafe [Float](unsafeUninitializedCapacity: 36 * count) { packed, filled in
            filled = 36 * count
            guard let planes = planes.baseAddress, let packed = packed.baseAddress else { return }
            for plane in 0..<36 {
                unsafe ck_pack(
                    panel,
                    depth,
                    columns,
                    planes + plane * depth * columns,
                    columns,
                    packed + plane * count
                )
            }
        }
    }

    /// Multiplies each window of a map by filters.
    ///
    /// - Parameters:
    ///   - data: The first number of the first window; places have `filters.storedChannels` numbers.
    ///   - height: The rows of windows.
    ///   - width: The windows in a row.
    ///   - line: Numbers from one row of places to the next; there are `filters.places` of them in a row and in a column.
    ///   - filters: Filters laid out by these kernels.
    ///   - out: Receives the products, shape `[height, width, filters.columns]`.
    ///   - scratch: Of `filters.scratchCount` numbers.
    /// - Complexity: ``ConvolutionFilters/operations(window:depth:columns:)`` for each window and the transforms of tiles.
    @unsafe
    public func convolve(
        _ data: UnsafePointer<Float>,
        height: Int,
        width: Int,
        line: Int,
        _ filters: ConvolutionFilters,
        into out: UnsafeMutablePointer<Float>,
        scratch: UnsafeMutablePointer<Float>
    ) {
        unsafe precondition(filters.panel == table.pointee.panel, "packed for other kernels")
        var plane = unsafe ck_plane(
            data: data,
            line: line,
            channels: filters.storedChannels,
            depth: filters.depth,
            window: filters.window,
            height: height,
            width: width
        )
        switch filters.elements {
        case .float(let elements):
            unsafe elements.withUnsafeBufferPointer { packed in
                guard let packed = packed.baseAddress else { return }
                unsafe table.pointee.convolve(&plane, packed, filters.columns, scratch, out)
            }
        case .int16(let elements, let scales):
            unsafe elements.withUnsafeBufferPointer { packed in
                unsafe scales.withUnsafeBufferPointer { scales in
                    guard let packed = packed.baseAddress, let scales = scales.baseAddress
                    else { return }
                    unsafe table.pointee.convolve_int16(
                        &plane,
                        packed,
                        scales,
                        filters.columns,
                        scratch,
                        out
                    )
                }
            }
        }
    }

    /// Brings each 2 x 2 places of a map together in one, row before column before channel, zeros behind its end.
    ///
    /// - Parameters:
    ///   - data: The first number of the map.
    ///   - line: Numbers from one of its rows to the next.
    ///   - rows: Its rows.
    ///   - columns: Its columns.
    ///   - channels: The numbers in its places.
    ///   - height: The rows of the result.
    ///   - width: The columns of the result.
    ///   - stored: The numbers in a place of the result, at least `4 * channels`; zeros behind those.
    ///   - out: Receives the result, shape `[height, width, stored]`.
    @unsafe
    public static func gather(
        _ data: UnsafePointer<Float>,
        line: Int,
        rows: Int,
        columns: Int,
        channels: Int,
        height: Int,
        width: Int,
        stored: Int,
        into out: UnsafeMutablePointer<Float>
    ) {
        unsafe ck_gather(data, line, rows, columns, channels, height, width, stored, out)
    }
}
