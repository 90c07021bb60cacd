internal import CKernels

/// Filters of 3 x 3 windows, transformed and laid out for one set of kernels.
///
/// > Source: Lavin, Gray (2016), "Fast Algorithms for Convolutional Neural Networks": F(4 x 4, 3 x 3), a quarter of the
/// > multiply-adds of the plain product.
public struct ConvolutionFilters: Sendable {
    /// The channels of the maps that are read, a multiple of 16.
    public let channels: Int
    /// The filters, a multiple of 16.
    public let columns: Int
    let panel: Int
    let elements: [Float]

    /// Whether filters of such a shape can be laid out.
    public static func canHold(channels: Int, columns: Int) -> Bool {
        channels > 0 && columns > 0 && channels % 16 == 0 && columns % 16 == 0
    }
}

extension Kernels {
    /// Transforms and lays out filters of 3 x 3 windows.
    ///
    /// - Parameter matrix: Shape `[9 * channels, columns]`: window row, window column and channel, the order of a patch.
    /// - Returns: Filters for ``convolve(_:height:width:line:_:into:scratch:)``.
    public func packConvolution(_ matrix: Matrix) -> ConvolutionFilters {
        let (channels, columns) = (matrix.rows / 9, matrix.columns)
        precondition(
            matrix.rows % 9 == 0
                && ConvolutionFilters.canHold(channels: channels, columns: columns),
            "no filters of 3 x 3 windows and channels in sixteens"
        )
        let step = channels * columns
        let panel = unsafe table.pointee.panel
        let count = ck_packed_count(panel, channels, columns)
        let elements = unsafe [Float](unsafeUninitializedCapacity: 36 * count) { packed, filled in
            unsafe withUnsafeTemporaryAllocation(of: Float.self, capacity: 36 * step) { planes in
                unsafe matrix.elements.withUnsafeBufferPointer { source in
                    guard let source = source.baseAddress, let planes = planes.baseAddress,
                        let packed = packed.baseAddress
                    else { return }
                    unsafe table.pointee.transform_filters(source, channels, columns, planes)
                    for plane in 0..<36 {
                        unsafe ck_pack(
                            panel,
                            channels,
                            columns,
                            planes + plane * step,
                            columns,
                            packed + plane * count
                        )
                    }
                }
            }
            filled = 36 * count
        }
        return ConvolutionFilters(
            channels: channels,
            columns: columns,
            panel: panel,
            elements: elements
        )
    }

    /// Numbers of scratch memory for a convolution of maps with so many channels.
    public static func convolutionScratch(channels: Int) -> Int { ck_convolution_scratch(channels) }

    /// Places that a convolution may read beyond the border of a map whose side has so many windows.
    public static func convolutionSlack(windows: Int) -> Int { (windows + 3) / 4 * 4 - windows }

    /// Multiplies each 3 x 3 window of a map by filters.
    ///
    /// - Parameters:
    ///   - data: The first number of the first window.
    ///   - height: The rows of windows.
    ///   - width: The windows in a row.
    ///   - line: Numbers from one row of places to the next.
    ///   - filters: Filters laid out by these kernels.
    ///   - out: Receives the products, shape `[height, width, filters.columns]`.
    ///   - scratch: Of ``convolutionScratch(channels:)`` numbers.
    /// - Complexity: `36 / 16 * height * width * channels * columns` multiply-adds and the transforms of the tiles.
    ///
    /// Beyond the windows ``convolutionSlack(windows:)`` places are read: zeros, whose products cancel out.
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
            channels: filters.channels,
            height: height,
            width: width
        )
        unsafe filters.elements.withUnsafeBufferPointer { packed in
            guard let packed = packed.baseAddress else { return }
            unsafe table.pointee.convolve(&plane, packed, filters.columns, scratch, out)
        }
    }
}
