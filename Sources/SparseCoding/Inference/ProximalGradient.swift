internal import Tensors

/// ISTA or FISTA on a block of patches: rows of codes that are stepped together.
///
/// A step is `a <- soft(y - t (y G - r), t penalty)` with `G` the Gram matrix, `r` the responses and `y` the codes carried
/// on along their last change (by nothing for ISTA). Signed codes are one number an atom: the pair of non-negative codes
/// of `[Phi, -Phi]` has the same minimisers, never both above 0.
///
/// > Source: Beck, Teboulle (2009), "A fast iterative shrinkage-thresholding algorithm for linear inverse problems",
/// > equations 3.1 and 4.1 to 4.3.
@unsafe
struct ProximalGradient {
    private let kernels: Kernels
    private let gram: PackedMatrix
    private let penalties: UnsafePointer<Float>
    private let step: Float
    private let accelerated: Bool
    private let signed: Bool
    private let responses: UnsafeMutablePointer<Float>
    /// The codes, shape `[rows, atoms]`.
    private(set) var codes: UnsafeMutablePointer<Float>
    private var earlier: UnsafeMutablePointer<Float>
    /// The codes times the Gram matrix, as of ``project()``.
    private var image: UnsafeMutablePointer<Float>
    private var earlierImage: UnsafeMutablePointer<Float>
    /// The rows still worked on.
    private(set) var rows: Int
    private var started = false
    private var momentum = 1.0

    private var atoms: Int { unsafe gram.columns }

    /// Numbers of scratch memory for so many rows.
    static func scratchCount(rows: Int, atoms: Int) -> Int { 4 * rows * atoms }

    /// Starts from codes of zero.
    ///
    /// - Parameters:
    ///   - coder: The dictionary, penalties and kernels.
    ///   - gram: The packed Gram matrix of the atoms.
    ///   - step: The length of a gradient step.
    ///   - accelerated: Whether steps carry momentum (FISTA).
    ///   - penalties: Shape `[atoms]`, living as long as this.
    ///   - responses: The inner products of patches and atoms, shape `[rows, atoms]`; rows may change places.
    ///   - rows: The number of patches.
    ///   - scratch: Of ``scratchCount(rows:atoms:)`` numbers.
    init(
        _ coder: SparseCoder,
        gram: PackedMatrix,
        step: Float,
        accelerated: Bool,
        penalties: UnsafePointer<Float>,
        responses: UnsafeMutablePointer<Float>,
        rows: Int,
        scratch: UnsafeMutablePointer<Float>
    ) {
        unsafe kernels = coder.kernels
        unsafe self.gram = gram
        unsafe self.penalties = unsafe penalties
        unsafe self.step = step
        unsafe self.accelerated = accelerated
        unsafe signed = coder.signed
        unsafe self.responses = unsafe responses
        unsafe self.rows = rows
        let count = rows * gram.columns
        unsafe codes = unsafe scratch
        unsafe earlier = unsafe scratch + count
        unsafe image = unsafe scratch + 2 * count
        unsafe earlierImage = unsafe scratch + 3 * count
        unsafe scratch.update(repeating: 0, count: 4 * count)
    }

    /// Multiplies the codes by the Gram matrix; before each ``update()``.
    mutating func project() {
        // From zero there is nothing to multiply.
        guard unsafe started else { return }
        unsafe swap(&image, &earlierImage)
        unsafe kernels.product(
            .init(codes, rows: rows, stride: atoms, length: atoms),
            gram,
            into: image,
            outStride: atoms
        )
    }

    /// Takes one step.
    mutating func update() {
        var carry: Float = 0
        if unsafe accelerated, unsafe started {
            let next = unsafe (1 + (1 + 4 * momentum * momentum).squareRoot()) / 2
            carry = unsafe Float((momentum - 1) / next)
            unsafe momentum = next
        }
        unsafe started = true
        for row in unsafe 0..<rows {
            let place = unsafe row * atoms
            if unsafe signed {
                unsafe updateSigned(place, carry)
            } else {
                unsafe updateNonNegative(place, carry)
            }
        }
        unsafe swap(&codes, &earlier)
    }

    private func updateSigned(_ place: Int, _ carry: Float) {
        let (codes, earlier) = unsafe (codes + place, earlier + place)
        let (image, earlierImage) = unsafe (image + place, earlierImage + place)
        let (responses, penalties) = unsafe (responses + place, penalties)
        let (step, atoms) = unsafe (step, atoms)
        for atom in 0..<atoms {
            let ahead = unsafe codes[atom] + carry * (codes[atom] - earlier[atom])
            let slope = unsafe image[atom] + carry * (image[atom] - earlierImage[atom])
            let moved = unsafe ahead - step * (slope - responses[atom])
            let limit = unsafe step * penalties[atom]
            let cut = moved > limit ? limit : (moved < -limit ? -limit : moved)
            unsafe earlier[atom] = moved - cut
        }
    }

    private func updateNonNegative(_ place: Int, _ carry: Float) {
        let (codes, earlier) = unsafe (codes + place, earlier + place)
        let (image, earlierImage) = unsafe (image + place, earlierImage + place)
        let (responses, penalties) = unsafe (responses + place, penalties)
        let (step, atoms) = unsafe (step, atoms)
        for atom in 0..<atoms {
            let ahead = unsafe codes[atom] + carry * (codes[atom] - earlier[atom])
            let slope = unsafe image[atom] + carry * (image[atom] - earlierImage[atom])
            let moved = unsafe ahead - step * (slope - responses[atom])
            let above = unsafe moved - step * penalties[atom]
            unsafe earlier[atom] = above > 0 ? above : 0
        }
    }

    /// The objective of a row less half the patch's energy: `1/2 a G a - r a + sum penalty |a|`, as of ``project()``.
    ///
    /// Sixteen partial sums in a fixed order, without fused operations: the same bits on every machine.
    func objective(row: Int) -> Double {
        let place = unsafe row * atoms
        let (codes, image) = unsafe (codes + place, image + place)
        let (responses, penalties) = unsafe (responses + place, penalties)
        let atoms = unsafe atoms
        var sums = SIMD16<Float>.zero
        var atom = 0
        while atom + 16 <= atoms {
            let code = unsafe Self.load(codes + atom)
            let size = code.replacing(with: -code, where: code .< 0)
            let bend = unsafe 0.5 * Self.load(image + atom) - Self.load(responses + atom)
            unsafe sums += code * bend + Self.load(penalties + atom) * size
            atom += 16
        }
        for lane in 0..<atoms - atom {
            let code = unsafe codes[atom + lane]
            let bend = unsafe 0.5 * image[atom + lane] - responses[atom + lane]
            unsafe sums[lane] += code * bend + penalties[atom + lane] * abs(code)
        }
        return (0..<16).reduce(0) { $0 + Double(sums[$1]) }
    }

    private static func load(_ numbers: UnsafePointer<Float>) -> SIMD16<Float> {
        unsafe UnsafeRawPointer(numbers).loadUnaligned(as: SIMD16<Float>.self)
    }

    /// Ends the work on a row: the last row takes its place.
    mutating func retire(row: Int) {
        unsafe rows -= 1
        let (last, row) = unsafe (rows * atoms, row * atoms)
        if last == row { return }
        for atom in unsafe 0..<atoms {
            unsafe codes[row + atom] = codes[last + atom]
            unsafe earlier[row + atom] = earlier[last + atom]
            unsafe image[row + atom] = image[last + atom]
            unsafe earlierImage[row + atom] = earlierImage[last + atom]
            unsafe responses[row + atom] = responses[last + atom]
        }
    }
}
