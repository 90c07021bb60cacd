internal import Tensors

/// The product of whitened patches with a layer's atoms.
enum AtomProduct: Sendable {
    case float(PackedMatrix)
    case int16(QuantizedMatrix)

    /// Lays out atoms.
    ///
    /// - Parameters:
    ///   - atoms: Shape `[atoms, components]`.
    ///   - kernels: The kernels, in whose precision patches are multiplied where that pays.
    init(_ atoms: Matrix, kernels: Kernels) {
        self =
            switch FilterPlan.precision(kernels.precision, depth: atoms.columns) {
            case .float: .float(kernels.pack(atoms.transposed))
            case .int16: .int16(kernels.quantize(atoms.transposed))
            }
    }

    /// The number of atoms.
    var count: Int {
        switch self {
        case .float(let atoms): atoms.columns
        case .int16(let atoms): atoms.columns
        }
    }

    /// Numbers of scratch memory.
    var scratchCount: Int {
        switch self {
        case .float: 0
        case .int16(let atoms): atoms.scratchCount
        }
    }

    /// Multiplies patches.
    ///
    /// - Parameters:
    ///   - patches: Shape `[rows, components]`.
    ///   - rows: The number of patches.
    ///   - kernels: The kernels that the atoms were laid out for.
    ///   - out: Receives the responses, shape `[rows, count]`.
    ///   - scratch: Of `scratchCount` numbers.
    @unsafe
    func multiply(
        _ patches: UnsafePointer<Float>,
        rows: Int,
        kernels: Kernels,
        into out: UnsafeMutablePointer<Float>,
        scratch: UnsafeMutablePointer<Float>
    ) {
        switch self {
        case .float(let atoms):
            unsafe kernels.product(
                .init(patches, rows: rows, stride: atoms.depth, length: atoms.depth),
                atoms,
                into: out,
                outStride: atoms.columns
            )
        case .int16(let atoms):
            unsafe kernels.product(
                patches,
                rows: rows,
                stride: atoms.depth,
                atoms,
                into: out,
                outStride: atoms.columns,
                scratch: scratch
            )
        }
    }
}
