internal import CKernels

/// A set of numeric kernels for one instruction set.
///
/// Pick one with ``best`` and pass it down; nothing below the command line reads a global.
/// Every set with fused multiply-add (AVX2, AVX-512, NEON) gives the same bits; the x86-64 baseline has none and
/// may differ in the last ones.
@safe
public struct Kernels: Sendable, CustomStringConvertible {
    /// Every kernel set that this processor can run, slowest first.
    public static let available: [Kernels] = [
        CK_ISA_BASELINE, CK_ISA_AVX2, CK_ISA_AVX2VNNI, CK_ISA_AVX512, CK_ISA_AVX512VNNI,
    ]
    .compactMap { isa in
        unsafe ck_table_for(isa).map { unsafe Kernels(table: $0, precision: .int16) }
    }

    /// The fastest kernels that this processor can run.
    public static var best: Kernels { available[available.count - 1] }

    /// Returns the kernels of that name, or nil when this processor can't run them.
    public static func named(_ name: String) -> Kernels? {
        available.first { $0.name == name }
    }

    // An immutable C constant that lives as long as the program.
    nonisolated(unsafe) let table: UnsafePointer<ck_table>
    /// What layers and detectors that are prepared with these kernels round their products' numbers to; `int16` at first.
    public let precision: Precision

    private init(table: UnsafePointer<ck_table>, precision: Precision) {
        unsafe self.table = unsafe table
        self.precision = precision
    }

    /// The same kernels for layers of another precision.
    public func computing(in precision: Precision) -> Kernels {
        unsafe Kernels(table: table, precision: precision)
    }

    /// The instruction set: `baseline`, `avx2`, `avx2vnni`, `avx512`, `avx512vnni` or `neon`.
    public var name: String { unsafe String(cString: table.pointee.name) }

    /// The instruction set, and behind it `float` where layers compute in that.
    public var description: String { precision == .float ? "\(name) float" : name }

    /// What decides the bits of all that these kernels compute: sets with equal arithmetic give equal bits.
    public var arithmetic: String { Self.arithmetic(of: description) }

    /// The ``arithmetic`` of kernels, which this processor need not be able to run.
    ///
    /// - Parameter description: What they are described as.
    /// - Returns: `fused` for all sets of x86-64 with fused multiply-add, whose sums run in one order; else the name.
    public static func arithmetic(of description: String) -> String {
        let words = description.split(separator: " ").map(String.init)
        let isFused = words.first.map {
            ["avx2", "avx2vnni", "avx512", "avx512vnni"].contains($0)
        }
        return isFused == true
            ? (["fused"] + words.dropFirst()).joined(separator: " ") : description
    }

    /// Lays out the right factor of a product for these kernels.
    public func pack(_ matrix: Matrix) -> PackedMatrix {
        let panel = unsafe table.pointee.panel
        let count = ck_packed_count(panel, matrix.rows, matrix.columns)
        let elements = unsafe [Float](unsafeUninitializedCapacity: count) { packed, filled in
            if let start = packed.baseAddress {
                unsafe matrix.elements.withUnsafeBufferPointer { source in
                    guard let source = source.baseAddress else { return }
                    unsafe ck_pack(
                        panel,
                        matrix.rows,
                        matrix.columns,
                        source,
                        matrix.columns,
                        start
                    )
                }
            }
            filled = count
        }
        return PackedMatrix(
            depth: matrix.rows,
            columns: matrix.columns,
            panel: panel,
            elements: elements
        )
    }

    /// The rows of a left factor, where they lie in memory.
    @unsafe
    public struct Left {
        let left: ck_left

        /// Rows of a row-major matrix.
        ///
        /// - Parameters:
        ///   - data: The first number of the first row.
        ///   - rows: The number of rows.
        ///   - stride: Numbers from one row to the next.
        ///   - length: Numbers in a row.
        public init(
            _ data: UnsafePointer<Float>,
            rows: Int,
            stride: Int,
            length: Int
        ) {
            unsafe left = unsafe ck_left(
                data: data,
                rows: rows,
                row_stride: stride,
                segments: 1,
                segment_stride: 0,
                length: length
            )
        }

        /// Patches of a feature map: each row is a chain of runs.
        ///
        /// - Parameters:
        ///   - data: The first number of the first patch.
        ///   - rows: The number of patches.
        ///   - stride: Numbers from one patch to the next.
        ///   - runs: The runs of a patch, one per window row.
        ///   - runStride: Numbers from one run to the next, a row of the map.
        ///   - length: Numbers in a run, window width times channels.
        public init(
            _ data: UnsafePointer<Float>,
            rows: Int,
            stride: Int,
            runs: Int,
            runStride: Int,
            length: Int
        ) {
            unsafe left = unsafe ck_left(
                data: data,
                rows: rows,
                row_stride: stride,
                segments: runs,
                segment_stride: runStride,
                length: length
            )
        }
    }

    /// Multiplies rows by a packed matrix, each sum in increasing order of depth.
    ///
    /// - Parameters:
    ///   - left: The rows, of length `right.depth`.
    ///   - right: A matrix packed by these kernels, shape `[depth, columns]`.
    ///   - out: The products, shape `[rows, columns]`, rows `outStride` apart.
    ///   - outStride: Numbers from one row of `out` to the next.
    ///   - accumulate: Whether the products are added to what `out` holds.
    /// - Complexity: `rows * depth * columns` multiply-adds.
    @unsafe
    public func product(
        _ left: Left,
        _ right: PackedMatrix,
        into out: UnsafeMutablePointer<Float>,
        outStride: Int,
        accumulate: Bool = false
    ) {
        unsafe precondition(right.panel == table.pointee.panel, "packed for other kernels")
        unsafe precondition(left.left.segments * left.left.length == right.depth, "depths differ")
        var left = unsafe left.left
        unsafe right.elements.withUnsafeBufferPointer { packed in
            guard let packed = packed.baseAddress else { return }
            unsafe table.pointee.product(
                &left,
                packed,
                right.columns,
                out,
                outStride,
                accumulate ? 1 : 0
            )
        }
    }

    /// Sums and sums of squares over the channels of each place.
    ///
    /// - Parameters:
    ///   - data: Places with their channels together, shape `[count, channels]`.
    ///   - count: The number of places.
    ///   - channels: The number of channels.
    ///   - sum: Receives the sums, shape `[count]`.
    ///   - squares: Receives the sums of squares, shape `[count]`.
    @unsafe
    public func channelMoments(
        _ data: UnsafePointer<Float>,
        count: Int,
        channels: Int,
        sum: UnsafeMutablePointer<Float>,
        squares: UnsafeMutablePointer<Float>
    ) {
        unsafe table.pointee.channel_moments(data, count, channels, sum, squares)
    }

    /// Means and variances of the windows of one row of windows.
    ///
    /// - Parameters:
    ///   - sums: The sums over the channels of each place, from the windows' first row on, shape `[window, line]`.
    ///   - squares: The sums of squares, as `sums`.
    ///   - line: The places of a row.
    ///   - window: The rows and columns of a window.
    ///   - stride: The places from one window to the next.
    ///   - width: The number of windows.
    ///   - depth: The numbers in a window.
    ///   - scratch: Of `2 * line` numbers.
    ///   - means: Receives the means, shape `[width]`.
    ///   - variances: Receives the variances, at least 0, shape `[width]`.
    @unsafe
    public func windowMoments(
        sums: UnsafePointer<Float>,
        squares: UnsafePointer<Float>,
        line: Int,
        window: Int,
        stride: Int,
        width: Int,
        depth: Int,
        scratch: UnsafeMutablePointer<Float>,
        means: UnsafeMutablePointer<Float>,
        variances: UnsafeMutablePointer<Float>
    ) {
        unsafe table.pointee.window_moments(
            sums,
            squares,
            line,
            window,
            stride,
            width,
            1 / Float(depth),
            scratch,
            means,
            variances
        )
    }

    /// Brings rows to `row * scale - offset` in place and returns their squared norms.
    ///
    /// - Parameters:
    ///   - rows: The rows, shape `[count, columns]`, `stride` apart.
    ///   - count: The number of rows.
    ///   - columns: The numbers in a row.
    ///   - stride: Numbers from one row to the next.
    ///   - scale: One factor per row, shape `[count]`.
    ///   - offset: One offset per column, shape `[columns]`.
    ///   - norms: Receives the squared norms of the results, shape `[count]`.
    @unsafe
    public func normalizeRows(
        _ rows: UnsafeMutablePointer<Float>,
        count: Int,
        columns: Int,
        stride: Int,
        scale: UnsafePointer<Float>,
        offset: UnsafePointer<Float>,
        norms: UnsafeMutablePointer<Float>
    ) {
        unsafe table.pointee.normalize_rows(rows, count, columns, stride, scale, offset, norms)
    }

    /// Soft threshold with non-negative outputs: `max(0, x - penalty)`, and `max(0, -x - penalty)` behind it when signed.
    ///
    /// - Parameters:
    ///   - input: The responses, shape `[count, columns]`, `stride` apart.
    ///   - count: The number of rows.
    ///   - columns: The numbers in a row.
    ///   - stride: Numbers from one row of `input` to the next.
    ///   - penalty: One penalty per column, shape `[columns]`.
    ///   - signed: Whether the negative part follows in columns `columns..<2 * columns`.
    ///   - out: Receives the codes, rows `outStride` apart.
    ///   - outStride: Numbers from one row of `out` to the next.
    @unsafe
    public func shrink(
        _ input: UnsafePointer<Float>,
        count: Int,
        columns: Int,
        stride: Int,
        penalty: UnsafePointer<Float>,
        signed: Bool,
        into out: UnsafeMutablePointer<Float>,
        outStride: Int
    ) {
        unsafe table.pointee.shrink(
            input,
            count,
            columns,
            stride,
            penalty,
            signed ? 1 : 0,
            out,
            outStride
        )
    }

    /// The largest number (or magnitude) of each row and its first place.
    ///
    /// - Parameters:
    ///   - input: The rows, shape `[count, columns]`, `stride` apart.
    ///   - count: The number of rows.
    ///   - columns: The numbers in a row.
    ///   - stride: Numbers from one row to the next.
    ///   - absolute: Whether magnitudes are compared.
    ///   - best: Receives the largest numbers or magnitudes, shape `[count]`.
    ///   - index: Receives their columns, shape `[count]`.
    @unsafe
    public func rowMaximum(
        _ input: UnsafePointer<Float>,
        count: Int,
        columns: Int,
        stride: Int,
        absolute: Bool,
        best: UnsafeMutablePointer<Float>,
        index: UnsafeMutablePointer<UInt32>
    ) {
        unsafe table.pointee.row_maximum(
            input,
            count,
            columns,
            stride,
            absolute ? 1 : 0,
            best,
            index
        )
    }

    /// Adds `factor * x` to `y` over `count` numbers.
    @unsafe
    public func addScaled(
        _ factor: Float,
        _ x: UnsafePointer<Float>,
        to y: UnsafeMutablePointer<Float>,
        count: Int
    ) {
        unsafe table.pointee.add_scaled(count, factor, x, y)
    }

    /// The inner product of two vectors of `count` numbers.
    @unsafe
    public func dot(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, count: Int) -> Float {
        unsafe table.pointee.dot(count, a, b)
    }

    /// Multiplies a matrix by a packed one.
    ///
    /// - Parameters:
    ///   - left: Shape `[rows, depth]`.
    ///   - right: A matrix packed by these kernels, shape `[depth, columns]`.
    /// - Returns: The product, shape `[rows, columns]`.
    public func multiply(_ left: Matrix, _ right: PackedMatrix) -> Matrix {
        precondition(left.columns == right.depth, "depths differ")
        var result = Matrix(rows: left.rows, columns: right.columns)
        unsafe left.elements.withUnsafeBufferPointer { source in
            unsafe result.elements.withUnsafeMutableBufferPointer { out in
                guard let source = source.baseAddress, let out = out.baseAddress else { return }
                unsafe product(
                    Left(source, rows: left.rows, stride: left.columns, length: left.columns),
                    right,
                    into: out,
                    outStride: right.columns
                )
            }
        }
        return result
    }

    /// Multiplies two matrices.
    public func multiply(_ left: Matrix, _ right: Matrix) -> Matrix {
        multiply(left, pack(right))
    }

    /// Runs fused multiply-adds on registers alone and returns how many operations that were.
    ///
    /// - Parameter rounds: How long; ten vector operations each.
    /// - Returns: Floating-point operations done, two for each multiply-add.
    public func runPeak(rounds: Int) -> Double {
        var operations = 0.0
        _ = unsafe ck_peak(table, rounds, &operations)
        return operations
    }
}
