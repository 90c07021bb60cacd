import Patches
import Tensors
import Testing

@Suite struct WhiteningInverseTests {
    @Test(
        "a whitened patch, unwhitened, is the patch where whitening kept all of it",
        arguments: Kernels.available
    )
    func givesThePatchBack(kernels: Kernels) {
        let samples = correlatedSamples(300, columns: 12)
        let whitening = Whitening(samples: samples, components: 12, epsilon: 1e-3, kernels: kernels)
        let whitened = whitening.apply(to: samples, kernels: kernels)
        let back = kernels.multiply(whitened, whitening.inverse(kernels: kernels))
        for row in 0..<samples.rows {
            for column in 0..<samples.columns {
                let found = back[row, column] + whitening.mean[column]
                #expect(abs(found - samples[row, column]) < 1e-4)
            }
        }
    }

    @Test func isTheClosestPatchWhereWhiteningLeftSomethingOut() {
        let kernels = Kernels.best
        let samples = correlatedSamples(300, columns: 12)
        let whitening = Whitening(samples: samples, components: 5, epsilon: 1e-3, kernels: kernels)
        let inverse = whitening.inverse(kernels: kernels)
        let whitened = whitening.apply(to: samples, kernels: kernels)
        var back = kernels.multiply(whitened, inverse)
        for row in 0..<back.rows {
            for column in 0..<back.columns { back[row, column] += whitening.mean[column] }
        }
        // What is left has no part in the space of the components, and nothing is added to them.
        let again = whitening.apply(to: back, kernels: kernels)
        for (found, wanted) in zip(again.elements, whitened.elements) {
            #expect(abs(found - wanted) < 1e-4)
        }
        let rest = Matrix(
            rows: back.rows,
            columns: back.columns,
            filledWith: zip(samples.elements, back.elements).map(-)
        )
        for overlap in kernels.multiply(rest, inverse.transposed).elements {
            #expect(abs(overlap) < 1e-4)
        }
    }

    @Test func isAPseudoinverseForRowsThatAreNotOrthogonal() {
        let kernels = Kernels.best
        let projection = Matrix(
            rows: 3,
            columns: 4,
            // The third row is the sum of the others, and one is a hundred times as long.
            filledWith: [1, 1, 0, 0, 0, 100, 100, 0, 1, 101, 100, 0]
        )
        let whitening = Whitening(mean: [0, 0, 0, 0], projection: projection, keptVariance: 1)
        let inverse = whitening.inverse(kernels: kernels)
        #expect(inverse.rows == 3 && inverse.columns == 4)
        let patch = Matrix(rows: 1, columns: 4, filledWith: [0.5, 0.75, 0.25, 0])
        let back = kernels.multiply(whitening.apply(to: patch, kernels: kernels), inverse)
        for (found, wanted) in zip(back.elements, patch.elements) {
            #expect(abs(found - wanted) < 1e-3)
        }
    }

    @Test func staysFiniteForRowsOfZeros() {
        let whitening = Whitening(
            mean: [0, 0],
            projection: Matrix(rows: 2, columns: 2, filledWith: [0, 0, 0, 2]),
            keptVariance: 1
        )
        #expect(whitening.inverse(kernels: .best).elements == [0, 0, 0, 0.5])
    }

    private func correlatedSamples(_ count: Int, columns: Int) -> Matrix {
        var generator = SeededGenerator(seed: 8, stream: 3)
        var samples = Matrix(rows: count, columns: columns)
        for row in 0..<count {
            let common = generator.nextNormal()
            for column in 0..<columns {
                let own = generator.nextNormal() * (0.2 + 0.1 * Double(column))
                samples[row, column] = Float(common + own + 0.3)
            }
        }
        return samples
    }
}
