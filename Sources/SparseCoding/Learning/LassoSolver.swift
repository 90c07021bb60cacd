internal import Tensors

/// The codes that minimise `1/2 |x - Phi a|^2 + penalty |a|_1`, by coordinate descent.
///
/// Works on the atoms' inner products, so that a step costs one number per atom. Learning needs many codes of moderate
/// precision from one dictionary, which this is made for. Each sample's codes depend on that sample alone.
///
/// > Source: Friedman, Hastie, Tibshirani (2010), "Regularization paths for generalized linear models via coordinate
/// > descent", covariance updates and active sets.
struct LassoSolver {
    /// Largest step at which descent stops, as a share of the sample's largest correlation.
    static let tolerance: Float = 1e-4
    /// Sweeps over all atoms, at most.
    static let sweepLimit = 50
    /// Sweeps over the atoms in use between two over all, at most.
    static let activeSweepLimit = 20

    let penalty: Float
    let signed: Bool
    private let count: Int
    private let gram: Matrix
    private let atoms: PackedMatrix
    private let kernels: Kernels

    init(dictionary: AtomDictionary, penalty: Float, signed: Bool, kernels: Kernels) {
        self.penalty = penalty
        self.signed = signed
        self.kernels = kernels
        count = dictionary.count
        atoms = kernels.pack(dictionary.atoms.transposed)
        gram = kernels.multiply(dictionary.atoms, atoms)
    }

    /// Codes samples, shape `[samples, components]`.
    func codes(of samples: Matrix) -> SparseCodes {
        var result = SparseCodes(atoms: count)
        let width = samples.columns
        // The responses of a block are all that is held densely.
        let block = min(256, max(1, samples.rows))
        unsafe withUnsafeTemporaryAllocation(of: Float.self, capacity: (block + 2) * count) {
            scratch in
            unsafe withUnsafeTemporaryAllocation(of: Int.self, capacity: count) { active in
                unsafe samples.elements.withUnsafeBufferPointer { data in
                    guard let responses = scratch.baseAddress, let data = data.baseAddress,
                        let active = active.baseAddress
                    else { return }
                    let left = unsafe responses + block * count
                    let code = unsafe left + count
                    for first in stride(from: 0, to: samples.rows, by: block) {
                        let rows = min(block, samples.rows - first)
                        let start = unsafe data + first * width
                        unsafe kernels.product(
                            .init(start, rows: rows, stride: width, length: width),
                            atoms,
                            into: responses,
                            outStride: count
                        )
                        for row in 0..<rows {
                            let response = unsafe responses + row * count
                            unsafe left.update(from: response, count: count)
                            unsafe code.update(repeating: 0, count: count)
                            unsafe descend(left, code, active)
                            let sample = unsafe start + row * width
                            let energy = unsafe kernels.dot(sample, sample, count: width)
                            unsafe result.append(
                                code,
                                energy: Double(energy),
                                response: response,
                                left: left
                            )
                        }
                    }
                }
            }
        }
        return result
    }

    /// Descends from codes of zero.
    ///
    /// - Parameters:
    ///   - left: The atoms' correlations with the sample; ends as those with the residual, shape `[atoms]`.
    ///   - code: Zeros; receives the codes, shape `[atoms]`.
    ///   - active: Room for the places of the atoms in use, shape `[atoms]`.
    private func descend(
        _ left: UnsafeMutablePointer<Float>,
        _ code: UnsafeMutablePointer<Float>,
        _ active: UnsafeMutablePointer<Int>
    ) {
        var largest: Float = 0
        for atom in 0..<count {
            unsafe largest = max(largest, signed ? abs(left[atom]) : left[atom])
        }
        guard largest > penalty else { return }
        let tolerance = Self.tolerance * largest
        for _ in 0..<Self.sweepLimit {
            var step: Float = 0
            for atom in 0..<count { unsafe step = max(step, move(atom, left, code)) }
            if step <= tolerance { return }
            var used = 0
            for atom in 0..<count where unsafe code[atom] != 0 {
                unsafe active[used] = atom
                used += 1
            }
            for _ in 0..<Self.activeSweepLimit {
                step = 0
                for place in 0..<used { unsafe step = max(step, move(active[place], left, code)) }
                if step <= tolerance { break }
            }
        }
    }

    /// Brings one code to its minimum and returns how far it went.
    @inline(__always)
    private func move(
        _ atom: Int,
        _ left: UnsafeMutablePointer<Float>,
        _ code: UnsafeMutablePointer<Float>
    ) -> Float {
        let old = unsafe code[atom]
        let wanted = unsafe left[atom] + old
        let new: Float
        if wanted > penalty {
            new = wanted - penalty
        } else if signed, wanted < -penalty {
            new = wanted + penalty
        } else {
            new = 0
        }
        let step = new - old
        if step == 0 { return 0 }
        unsafe code[atom] = new
        unsafe gram.elements.withUnsafeBufferPointer { gram in
            guard let row = gram.baseAddress else { return }
            unsafe kernels.addScaled(-step, row + atom * count, to: left, count: count)
        }
        return abs(step)
    }
}

/// Codes of samples without their zeros, and what they leave.
struct SparseCodes {
    /// The number of atoms.
    let atoms: Int
    /// Where in ``places`` and ``values`` each sample's codes start, and their end, shape `[samples + 1]`.
    private(set) var starts = [0]
    /// The atoms of the codes, increasing within a sample.
    private(set) var places: [Int] = []
    /// The codes.
    private(set) var values: [Float] = []
    /// The squared norm of each sample, shape `[samples]`.
    private(set) var energies: [Double] = []
    /// The squared error of each sample's reconstruction, shape `[samples]`.
    private(set) var errors: [Double] = []

    init(atoms: Int) { self.atoms = atoms }

    /// The number of samples.
    var count: Int { energies.count }

    /// The objective of all samples: half the squared errors and the penalty of the codes.
    func objective(penalty: Float) -> Double {
        let magnitudes = values.reduce(0.0) { $0 + Double(abs($1)) }
        return 0.5 * errors.reduce(0, +) + Double(penalty) * magnitudes
    }

    /// Adds the codes of one sample.
    fileprivate mutating func append(
        _ code: UnsafeMutablePointer<Float>,
        energy: Double,
        response: UnsafeMutablePointer<Float>,
        left: UnsafeMutablePointer<Float>
    ) {
        // |x - Phi a|^2 = |x|^2 - a . (Phi x) - a . Phi (x - Phi a)
        var error = energy
        for atom in 0..<atoms {
            let value = unsafe code[atom]
            if value == 0 { continue }
            places.append(atom)
            values.append(value)
            unsafe error -= Double(value) * (Double(response[atom]) + Double(left[atom]))
        }
        starts.append(places.count)
        energies.append(energy)
        errors.append(max(0, error))
    }
}
