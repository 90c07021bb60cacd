internal import Patches
internal import SparseCoding
internal import Tensors

/// A kernel's work for one image, ready to be repeated.
struct KernelWork {
    let name: String
    /// Floating-point operations for one image, and those of the plain way to the same result where they are more.
    var operations: Double?
    var plainOperations: Double?
    /// Bytes read and written for one image.
    var bytes: Double?
    /// Does the work of so many images.
    let run: (Int) -> Void

    private init(_ name: String, run: @escaping (Int) -> Void) {
        self.name = name
        self.run = run
    }

    /// A layer's product in whole numbers; nil where the layer computes it in floats.
    init?(wholeNumbers shape: ProductShape, kernels: Kernels) {
        guard shape.runs == 1,
            Precision.int16.ofProduct(depth: shape.depth) == .int16
        else { return nil }
        let left = Self.numbers(shape.extent)
        let right = kernels.quantize(Self.matrix(rows: shape.depth, columns: shape.columns))
        let count = shape.rows * shape.columns
        let out = Buffer(count: count + right.scratchCount)
        self.init("\(shape.name), int16") { sweeps in
            unsafe left.withUnsafeBufferPointer { left in
                unsafe out.numbers.withUnsafeMutableBufferPointer { out in
                    guard let left = left.baseAddress, let out = out.baseAddress else { return }
                    for call in 0..<sweeps * shape.calls {
                        unsafe kernels.product(
                            left + call % shape.calls * shape.callStride,
                            rows: shape.rows,
                            stride: shape.rowStride,
                            right,
                            into: out,
                            outStride: shape.columns,
                            scratch: out + count
                        )
                    }
                }
            }
        }
        operations = shape.operations
    }

    /// A layer's convolution in whole numbers; nil where the layer computes it in floats.
    init?(wholeNumbers shape: ConvolutionShape, kernels: Kernels) {
        guard shape.window == 3,
            FilterPlan.precision(.int16, convolvedDepth: shape.depth) == .int16
        else { return nil }
        self.init(shape, kernels: kernels, precision: .int16)
    }

    init(_ shape: ProductShape, kernels: Kernels) {
        let left = Self.numbers(shape.extent)
        let right = kernels.pack(Self.matrix(rows: shape.depth, columns: shape.columns))
        let out = Buffer(count: shape.rows * shape.columns)
        self.init(shape.name) { sweeps in
            unsafe left.withUnsafeBufferPointer { left in
                unsafe out.numbers.withUnsafeMutableBufferPointer { out in
                    guard let left = left.baseAddress, let out = out.baseAddress else { return }
                    for call in 0..<sweeps * shape.calls {
                        unsafe kernels.product(
                            .init(
                                left + call % shape.calls * shape.callStride,
                                rows: shape.rows,
                                stride: shape.rowStride,
                                runs: shape.runs,
                                runStride: shape.runStride,
                                length: shape.length
                            ),
                            right,
                            into: out,
                            outStride: shape.columns
                        )
                    }
                }
            }
        }
        operations = shape.operations
    }

    init(_ shape: ConvolutionShape, kernels: Kernels, precision: Precision = .float) {
        let filters = kernels.packConvolution(
            Self.matrix(rows: shape.window * shape.window * shape.depth, columns: shape.columns),
            window: shape.window,
            precision: precision
        )
        let line = filters.places(windows: shape.width) * filters.storedChannels
        let map = Self.numbers(filters.places(windows: shape.height) * line)
        let count = shape.band * shape.width * shape.columns
        let out = Buffer(count: count + filters.scratchCount)
        self.init(precision == .float ? shape.name : "\(shape.name), int16") { sweeps in
            unsafe map.withUnsafeBufferPointer { map in
                unsafe out.numbers.withUnsafeMutableBufferPointer { out in
                    guard let map = map.baseAddress, let out = out.baseAddress else { return }
                    for _ in 0..<sweeps {
                        for first in stride(from: 0, to: shape.height, by: shape.band) {
                            unsafe kernels.convolve(
                                map + first * line,
                                height: min(shape.band, shape.height - first),
                                width: shape.width,
                                line: line,
                                filters,
                                into: out,
                                scratch: out + count
                            )
                        }
                    }
                }
            }
        }
        operations = shape.operations
        plainOperations = shape.plainOperations
    }

    init(_ shape: RectificationShape, kernels: Kernels) {
        let responses = Self.numbers(shape.width * shape.columns)
        let parameters = Self.numbers(shape.width + 2 * shape.columns)
        let pooling = MapPooling(
            shape.windows,
            height: shape.height,
            width: shape.width,
            channels: shape.channels
        )
        let out = Buffer(count: pooling.memoryCount + pooling.height * pooling.line)
        self.init(shape.name) { sweeps in
            unsafe responses.withUnsafeBufferPointer { responses in
                unsafe parameters.withUnsafeBufferPointer { parameters in
                    unsafe out.numbers.withUnsafeMutableBufferPointer { out in
                        guard let responses = responses.baseAddress,
                            let scale = parameters.baseAddress, let out = out.baseAddress
                        else { return }
                        let above = unsafe scale + shape.width
                        for place in 0..<sweeps * shape.height {
                            unsafe pooling.add(
                                row: place % shape.height,
                                to: out + pooling.memoryCount,
                                outLine: pooling.line,
                                memory: out,
                                kernels: kernels
                            ) { share, accumulate, averages in
                                unsafe kernels.rectify(
                                    responses,
                                    width: shape.width,
                                    columns: shape.columns,
                                    scale: scale,
                                    above: above,
                                    below: shape.isSigned ? above + shape.columns : nil,
                                    over: shape.windows,
                                    share: share,
                                    accumulate: accumulate,
                                    into: averages
                                )
                            }
                        }
                    }
                }
            }
        }
        bytes = shape.bytes
    }

    /// Copies a row of codes, which is what any kernel that moves as much is measured against.
    init(copyOf shape: RectificationShape) {
        let source = Self.numbers(shape.width * shape.channels)
        let out = Buffer(count: source.count)
        self.init("copy \(shape.width) x \(shape.channels)") { sweeps in
            unsafe source.withUnsafeBufferPointer { source in
                unsafe out.numbers.withUnsafeMutableBufferPointer { out in
                    guard let source = source.baseAddress, let target = out.baseAddress
                    else { return }
                    for _ in 0..<sweeps * shape.height {
                        unsafe target.update(from: source, count: out.count)
                    }
                }
            }
        }
        bytes = 8 * Double(source.count * shape.height)
    }

    /// Memory that a repeated closure writes to.
    private final class Buffer {
        var numbers: [Float]

        init(count: Int) { numbers = [Float](repeating: 0, count: count) }
    }

    private static func numbers(_ count: Int) -> [Float] {
        var generator = SeededGenerator(seed: 1)
        return (0..<count).map { _ in Float(generator.nextUnit()) }
    }

    private static func matrix(rows: Int, columns: Int) -> Matrix {
        Matrix(rows: rows, columns: columns, filledWith: numbers(rows * columns))
    }
}
