internal import Tensors

/// The locally competitive algorithm on a block of patches: leaky units that are driven by their responses and inhibited by
/// active units of similar atoms.
///
/// A step is `u <- u + rate (r - u - a (G - I))`, `a = soft(u, penalty)`. Where it rests, `u - a = r - a G`: the
/// optimality conditions of the penalised objective.
///
/// > Source: Rozell, Johnson, Baraniuk, Olshausen (2008), "Sparse coding via thresholding and local competition in neural
/// > circuits", equations 2.4 and 2.5, in Euler steps; for codes without a sign the threshold is one-sided.
@unsafe
struct LocalCompetition {
    private let kernels: Kernels
    private let gram: PackedMatrix
    private let penalties: UnsafePointer<Float>
    private let rate: Float
    private let signed: Bool
    private let responses: UnsafeMutablePointer<Float>
    private let rows: Int
    /// The codes, shape `[rows, atoms]`.
    let codes: UnsafeMutablePointer<Float>
    private let potentials: UnsafeMutablePointer<Float>
    private let image: UnsafeMutablePointer<Float>
    private var started = false

    private var atoms: Int { unsafe gram.columns }

    /// Numbers of scratch memory for so many rows.
    static func scratchCount(rows: Int, atoms: Int) -> Int { 3 * rows * atoms }

    /// Starts from rest; the parameters are those of ``ProximalGradient``.
    init(
        _ coder: SparseCoder,
        gram: PackedMatrix,
        rate: Float,
        penalties: UnsafePointer<Float>,
        responses: UnsafeMutablePointer<Float>,
        rows: Int,
        scratch: UnsafeMutablePointer<Float>
    ) {
        unsafe kernels = coder.kernels
        unsafe self.gram = gram
        unsafe self.penalties = unsafe penalties
        unsafe self.rate = rate
        unsafe signed = coder.signed
        unsafe self.responses = unsafe responses
        unsafe self.rows = rows
        let count = rows * gram.columns
        unsafe codes = unsafe scratch
        unsafe potentials = unsafe scratch + count
        unsafe image = unsafe scratch + 2 * count
        unsafe scratch.update(repeating: 0, count: 3 * count)
    }

    /// Takes one Euler step.
    mutating func update() {
        // At rest nothing is inhibited.
        if unsafe started {
            unsafe kernels.product(
                .init(codes, rows: rows, stride: atoms, length: atoms),
                gram,
                into: image,
                outStride: atoms
            )
        }
        unsafe started = true
        let floor: Float = unsafe signed ? -1 : 0
        for row in unsafe 0..<rows {
            unsafe relax(row * atoms, floor)
        }
    }

    /// One row; `floor` is -1 for a two-sided threshold and 0 for a one-sided one.
    private func relax(_ place: Int, _ floor: Float) {
        let (codes, potentials) = unsafe (codes + place, potentials + place)
        let (image, responses) = unsafe (image + place, responses + place)
        let (penalties, rate, atoms) = unsafe (penalties, rate, atoms)
        for atom in 0..<atoms {
            let drive = unsafe responses[atom] - potentials[atom] - image[atom] + codes[atom]
            let potential = unsafe potentials[atom] + rate * drive
            let limit = unsafe penalties[atom]
            unsafe potentials[atom] = potential
            let above = potential - limit
            let below = floor * (-potential - limit)
            unsafe codes[atom] = above > 0 ? above : (below < 0 ? below : 0)
        }
    }
}
