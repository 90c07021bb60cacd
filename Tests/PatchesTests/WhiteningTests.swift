import Patches
import Tensors
import Testing

@Suite struct WhiteningTests {
    /// Samples of correlated numbers with a mean: `rank` sources mixed into `columns`.
    static func correlated(rows: Int, columns: Int, rank: Int, seed: UInt64) -> Matrix {
        let sources = randomMatrix(rows: rows, columns: rank, seed: seed)
        var mix = randomMatrix(rows: rank, columns: columns, seed: seed + 1)
        for row in 0..<rank {
            for column in 0..<columns { mix[row, column] /= Float(1 + row) }
        }
        var samples = Matrix(rows: rows, columns: columns)
        samples.elements = ReferenceKernels.multiply(sources, mix).map { Float($0) + 0.5 }
        return samples
    }

    /// Mean and covariance of the rows in double precision, divided by the number of rows.
    static func moments(_ samples: Matrix) -> (mean: [Double], covariance: [[Double]]) {
        let (rows, columns) = (samples.rows, samples.columns)
        let count = Double(rows)
        let mean = (0..<columns).map { column in
            (0..<rows).reduce(0) { $0 + Double(samples[$1, column]) } / count
        }
        let covariance = (0..<columns).map { a in
            (0..<columns).map { b in
                (0..<rows).reduce(0) { sum, row in
                    sum + (Double(samples[row, a]) - mean[a]) * (Double(samples[row, b]) - mean[b])
                } / count
            }
        }
        return (mean, covariance)
    }

    @Test(
        "samples come out with mean 0 and the identity as covariance",
        arguments: Kernels.available,
        [(3, 3), (17, 5), (48, 40), (100, 12)]
    )
    func decorrelates(kernels: Kernels, size: (columns: Int, components: Int)) {
        let samples = Self.correlated(
            rows: 900,
            columns: size.columns,
            rank: size.columns,
            seed: 41
        )
        let whitening = Whitening(
            samples: samples,
            components: size.components,
            epsilon: 0,
            kernels: kernels
        )
        #expect(whitening.projection.rows == size.components)
        let (mean, covariance) = Self.moments(whitening.apply(to: samples, kernels: kernels))
        #expect(mean.allSatisfy { abs($0) < 1e-3 })
        // Directions beyond 64 columns are found by iteration, the weak ones to fewer digits.
        let tolerance = size.columns > 64 ? 2e-2 : 1e-2
        for a in 0..<size.components {
            for b in 0..<size.components {
                #expect(abs(covariance[a][b] - (a == b ? 1 : 0)) < tolerance, "\(a), \(b)")
            }
        }
    }

    @Test func epsilonShrinksWeakDirectionsAsDocumented() {
        let samples = Self.correlated(rows: 700, columns: 12, rank: 12, seed: 42)
        let epsilon: Float = 0.05
        let plain = Whitening(samples: samples, components: 12, epsilon: 0, kernels: .best)
        let damped = Whitening(samples: samples, components: 12, epsilon: epsilon, kernels: .best)
        // Rows of the plain projection are v / sqrt(value): their norms give the eigenvalues.
        let values = (0..<12).map { row in
            1 / plain.projection.row(row).reduce(0) { $0 + Double($1) * Double($1) }
        }
        #expect(zip(values, values.dropFirst()).allSatisfy { $0 >= $1 })
        let (_, covariance) = Self.moments(damped.apply(to: samples, kernels: .best))
        for row in 0..<12 {
            let wanted = values[row] / (values[row] + Double(epsilon) * values[0])
            #expect(abs(covariance[row][row] - wanted) < 1e-3)
        }
    }

    @Test func keptVarianceIsTheShareOfTheKeptDirections() {
        let samples = Self.correlated(rows: 500, columns: 20, rank: 20, seed: 43)
        let trace = { (matrix: [[Double]]) in
            matrix.indices.reduce(0.0) { $0 + matrix[$1][$1] }
        }
        let total = trace(Self.moments(samples).covariance)
        for components in [1, 4, 20] {
            let whitening = Whitening(
                samples: samples,
                components: components,
                epsilon: 0,
                kernels: .best
            )
            // Variance along v = row / |row| is 1 / |row|^2 when the row whitens exactly.
            let kept = (0..<components).reduce(0.0) { sum, row in
                sum + 1 / whitening.projection.row(row).reduce(0) { $0 + Double($1) * Double($1) }
            }
            #expect(abs(Double(whitening.keptVariance) - kept / total) < 1e-3)
        }
        let all = Whitening(samples: samples, components: 99, epsilon: 0, kernels: .best)
        #expect(all.projection.rows == 20)
        #expect(abs(all.keptVariance - 1) < 1e-4)
    }

    @Test func applyIsTheDocumentedFormula() {
        let samples = Self.correlated(rows: 50, columns: 9, rank: 4, seed: 44)
        let whitening = Whitening(samples: samples, components: 6, epsilon: 0.01, kernels: .best)
        var wanted: [Double] = []
        for row in 0..<samples.rows {
            for component in 0..<6 {
                wanted.append(
                    (0..<9).reduce(0) { sum, column in
                        sum + Double(whitening.projection[component, column])
                            * (Double(samples[row, column]) - Double(whitening.mean[column]))
                    }
                )
            }
        }
        let found = whitening.apply(to: samples, kernels: .best)
        #expect(largestDifference(found.elements, wanted) < 1e-4)
    }

    @Test(
        "fewer samples than dimensions, one sample, and constant samples stay finite",
        arguments: [(5, 40), (9, 200), (1, 30), (1, 1), (2, 100)]
    )
    func survivesFewSamples(rows: Int, columns: Int) {
        let few = Self.correlated(rows: rows, columns: columns, rank: columns, seed: 45)
        let constant = Matrix(rows: 7 * rows, columns: columns, repeating: 0.3)
        for samples in [few, constant] {
            let whitening = Whitening(
                samples: samples,
                components: columns,
                epsilon: 1e-3,
                kernels: .best
            )
            let whitened = whitening.apply(to: samples, kernels: .best)
            #expect(whitening.projection.elements.allSatisfy { $0.isFinite })
            #expect(whitened.elements.allSatisfy { $0.isFinite && abs($0) < 100 })
            #expect((0...1).contains(whitening.keptVariance))
        }
    }
}
