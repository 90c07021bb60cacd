internal import Tensors

extension SparseCoder {
    /// ISTA or FISTA on one block of patches.
    ///
    /// With a tolerance a patch leaves the block when its own objective settles, whatever its neighbours do.
    @unsafe
    func descend(
        _ patches: UnsafePointer<Float>,
        responses: UnsafeMutablePointer<Float>,
        rows: Int,
        iterations: Int,
        tolerance: Float?,
        into codes: UnsafeMutablePointer<Float>,
        scratch: UnsafeMutablePointer<Float>
    ) {
        guard let gram = packedGram else { return }
        unsafe penalties.withUnsafeBufferPointer { penalties in
            guard let penalties = penalties.baseAddress else { return }
            var descent = unsafe ProximalGradient(
                self,
                gram: gram,
                step: step,
                accelerated: accelerated,
                penalties: penalties,
                responses: responses,
                rows: rows,
                scratch: scratch
            )
            guard let tolerance else {
                for _ in 0..<iterations {
                    unsafe descent.project()
                    unsafe descent.update()
                }
                unsafe split(descent.codes, penalties: noPenalties, count: rows, into: codes)
                return
            }
            unsafe withUnsafeTemporaryAllocation(of: Double.self, capacity: 2 * rows) { numbers in
                unsafe withUnsafeTemporaryAllocation(of: Int.self, capacity: rows) { owners in
                    guard let energies = numbers.baseAddress, let owners = owners.baseAddress
                    else { return }
                    let objectives = unsafe energies + rows
                    let components = dictionary.components
                    for row in 0..<rows {
                        let patch = unsafe patches + row * components
                        unsafe energies[row] =
                            Double(kernels.dot(patch, patch, count: components)) / 2
                        unsafe objectives[row] = energies[row]
                        unsafe owners[row] = row
                    }
                    for iteration in 0..<iterations {
                        unsafe descent.project()
                        var row = iteration == 0 ? unsafe descent.rows : 0
                        while unsafe row < descent.rows {
                            let owner = unsafe owners[row]
                            let now = unsafe energies[owner] + descent.objective(row: row)
                            let change = unsafe abs(objectives[owner] - now)
                            unsafe objectives[owner] = now
                            if change > Double(tolerance) * abs(now) {
                                row += 1
                                continue
                            }
                            unsafe split(
                                descent.codes + row * dictionary.count,
                                penalties: noPenalties,
                                count: 1,
                                into: codes + owner * channels
                            )
                            unsafe descent.retire(row: row)
                            unsafe owners[row] = owners[descent.rows]
                        }
                        if unsafe descent.rows == 0 { return }
                        unsafe descent.update()
                    }
                    for row in unsafe 0..<descent.rows {
                        unsafe split(
                            descent.codes + row * dictionary.count,
                            penalties: noPenalties,
                            count: 1,
                            into: codes + owners[row] * channels
                        )
                    }
                }
            }
        }
    }

    var accelerated: Bool { if case .fista = inference { true } else { false } }

    /// LCA on one block of patches.
    @unsafe
    func compete(
        _ responses: UnsafeMutablePointer<Float>,
        rows: Int,
        steps: Int,
        into codes: UnsafeMutablePointer<Float>,
        scratch: UnsafeMutablePointer<Float>
    ) {
        guard let gram = packedGram else { return }
        unsafe penalties.withUnsafeBufferPointer { penalties in
            guard let penalties = penalties.baseAddress else { return }
            var dynamics = unsafe LocalCompetition(
                self,
                gram: gram,
                rate: step,
                penalties: penalties,
                responses: responses,
                rows: rows,
                scratch: scratch
            )
            for _ in 0..<steps { unsafe dynamics.update() }
            unsafe split(dynamics.codes, penalties: noPenalties, count: rows, into: codes)
        }
    }
}
