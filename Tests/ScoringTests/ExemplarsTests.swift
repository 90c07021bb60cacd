import Scoring
import Tensors
import Testing

@Suite struct ExemplarsTests {
    /// Samples around some centres.
    static func clustered(_ count: Int, dimension: Int, centres: Int, seed: UInt64) -> Matrix {
        let middle = randomMatrix(rows: centres, columns: dimension, seed: seed)
        var samples = randomMatrix(rows: count, columns: dimension, seed: seed + 1)
        for row in 0..<count {
            for column in 0..<dimension {
                samples[row, column] =
                    3 * middle[row % centres, column] + samples[row, column] / 2
            }
        }
        return samples
    }

    /// The distance of each row to the nearest exemplar, in double precision.
    static func nearest(_ rows: Matrix, _ exemplars: Matrix) -> [Double] {
        (0..<rows.rows).map { row in
            (0..<exemplars.rows).map { exemplar in
                (0..<rows.columns).reduce(0.0) { sum, column in
                    let difference = Double(rows[row, column]) - Double(exemplars[exemplar, column])
                    return sum + difference * difference
                }
            }.min().map { $0.squareRoot() } ?? .infinity
        }
    }

    static func error(_ rows: Matrix, _ exemplars: Matrix) -> Double {
        nearest(rows, exemplars).reduce(0) { $0 + $1 * $1 }
    }

    @Test("k-means explains samples better than any draw of them", arguments: Kernels.available)
    func beatsRandomExemplars(kernels: Kernels) {
        let samples = Self.clustered(1500, dimension: 11, centres: 20, seed: 241)
        let learned = Exemplars(learningFrom: samples, count: 30, seed: 1, kernels: kernels)
        #expect(learned.vectors.rows == 30 && learned.vectors.columns == 11)
        let error = Self.error(samples, learned.vectors)
        for seed in 0..<10 {
            var generator = SeededGenerator(seed: UInt64(seed))
            let chosen = generator.choose(30, of: 1500)
            var drawn = Matrix(rows: 30, columns: 11)
            drawn.elements = chosen.flatMap { samples.row($0) }
            #expect(error < 0.9 * Self.error(samples, drawn))
        }
    }

    @Test func morePassesNeverRaiseTheError() {
        let samples = Self.clustered(600, dimension: 5, centres: 9, seed: 242)
        let errors = (0...6).map { passes in
            Self.error(
                samples,
                Exemplars(
                    learningFrom: samples,
                    count: 12,
                    seed: 2,
                    kernels: .best,
                    iterations: passes
                ).vectors
            )
        }
        #expect(zip(errors, errors.dropFirst()).allSatisfy { $1 <= $0 * (1 + 1e-6) })
        #expect(errors[6] < errors[0])
    }

    @Test func keepsFewSamplesAndIsReproducible() {
        let samples = Self.clustered(40, dimension: 3, centres: 4, seed: 243)
        func learned(_ count: Int, seed: UInt64) -> Matrix {
            Exemplars(learningFrom: samples, count: count, seed: seed, kernels: .best).vectors
        }
        #expect(learned(40, seed: 1) == samples)
        #expect(learned(99, seed: 1) == samples)
        #expect(learned(7, seed: 1) == learned(7, seed: 1))
        #expect(learned(7, seed: 1) != learned(7, seed: 2))
    }

    @Test func identicalSamplesGiveThatSample() {
        let samples = Matrix(rows: 20, columns: 3, repeating: 0.75)
        let vectors = Exemplars(learningFrom: samples, count: 5, seed: 1, kernels: .best).vectors
        #expect(vectors.elements.allSatisfy { $0 == 0.75 })
    }
}
