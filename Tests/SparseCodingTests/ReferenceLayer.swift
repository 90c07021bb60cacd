import Patches
import SparseCoding
import Tensors

/// A layer as its documentation says it, in plain double precision.
struct ReferenceLayer {
    let parameters: LayerParameters

    struct Response {
        var codes: [Double] = []
        var errors: [Double] = []
        var means: [Double] = []
        var variances: [Double] = []
    }

    /// A whitened patch: reflected, contrast-normalised, centred and projected.
    func whitened(_ patch: [Double]) -> [Double] {
        var patch = patch
        if let constant = parameters.configuration.contrast {
            let (mean, variance) = ReferenceKernels.moments(patch)
            let root = (variance + Double(constant)).squareRoot()
            patch = patch.map { ($0 - mean) / root }
        }
        guard let whitening = parameters.whitening else { return patch }
        return (0..<whitening.projection.rows).map { row in
            patch.indices.reduce(0) { sum, column in
                let centred = patch[column] - Double(whitening.mean[column])
                return sum + Double(whitening.projection[row, column]) * centred
            }
        }
    }

    /// The inner products of a whitened patch with the atoms.
    func responses(_ patch: [Double]) -> [Double] {
        let atoms = parameters.dictionary.atoms
        return (0..<atoms.rows).map { atom in
            patch.indices.reduce(0) { $0 + Double(atoms[atom, $1]) * patch[$1] }
        }
    }

    func encode(_ map: FeatureMap) -> Response {
        let configuration = parameters.configuration
        let centres = (
            Array(stride(from: 0, to: map.height, by: configuration.stride)),
            Array(stride(from: 0, to: map.width, by: configuration.stride))
        )
        var response = Response()
        var windows: [[[Double]]] = []
        for y in centres.0 {
            var line: [[Double]] = []
            for x in centres.1 {
                let patch = ReferenceKernels.patch(
                    of: map,
                    row: y,
                    column: x,
                    window: configuration.window
                )
                let (mean, variance) = ReferenceKernels.moments(patch)
                response.means.append(mean)
                response.variances.append(variance)
                let whitened = whitened(patch)
                let responses = responses(whitened)
                let energy = whitened.reduce(0) { $0 + $1 * $1 }
                let best = responses.map { configuration.signed ? abs($0) : max(0, $0) }.max() ?? 0
                response.errors.append(energy - best * best)
                line.append(
                    ReferenceKernels.shrink(
                        responses,
                        penalties: parameters.penalties.map(Double.init),
                        signed: configuration.signed
                    )
                )
            }
            windows.append(line)
        }
        let pooling = configuration.pooling
        for top in stride(from: 0, to: centres.0.count, by: pooling) {
            for left in stride(from: 0, to: centres.1.count, by: pooling) {
                let cell = windows[top..<min(top + pooling, windows.count)].flatMap {
                    $0[left..<min(left + pooling, $0.count)]
                }
                for channel in 0..<configuration.channels {
                    response.codes.append(
                        cell.reduce(0) { $0 + $1[channel] } / Double(cell.count)
                    )
                }
            }
        }
        return response
    }
}

/// A layer of random numbers that fits a declaration.
func randomParameters(
    _ configuration: LayerConfiguration,
    inputChannels: Int,
    seed: UInt64
) -> LayerParameters {
    let depth = configuration.window * configuration.window * inputChannels
    let components = min(configuration.components ?? depth, depth)
    let share = 1 / Float(depth).squareRoot()
    let whitening = configuration.components.map { _ in
        var projection = randomMatrix(rows: components, columns: depth, seed: seed)
        for index in projection.elements.indices { projection.elements[index] *= share }
        return Whitening(
            mean: randomMatrix(rows: 1, columns: depth, seed: seed + 2).elements.map { $0 / 4 },
            projection: projection,
            keptVariance: 1
        )
    }
    let penalties = randomMatrix(rows: 1, columns: configuration.atoms, seed: seed + 1)
    return LayerParameters(
        configuration: configuration,
        inputChannels: inputChannels,
        whitening: whitening,
        dictionary: AtomDictionary(
            atoms: randomMatrix(rows: configuration.atoms, columns: components, seed: seed + 3)
        ),
        penalties: penalties.elements.map { abs($0) / 2 },
        rates: [Float](repeating: 1, count: configuration.atoms),
        density: 0.5,
        learningCurve: [0.5]
    )
}
