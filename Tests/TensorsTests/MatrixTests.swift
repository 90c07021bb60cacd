import Tensors
import Testing

@Suite struct MatrixTests {
    @Test func refusesElementsThatDoNotFill() {
        #expect(throws: ShapeError.self) { try Matrix(rows: 2, columns: 3, elements: [1, 2]) }
        #expect(throws: ShapeError.self) {
            try FeatureMap(height: 1, width: 2, channels: 3, elements: [1])
        }
    }

    @Test func transposesBackToItself() {
        let matrix = KernelsTests.random(5, 9, seed: 2)
        #expect(matrix.transposed.transposed == matrix)
        #expect(matrix.transposed[7, 3] == matrix[3, 7])
    }

    @Test(arguments: [1, 511, 512, 700])
    func covarianceMatchesReference(rows: Int) {
        let samples = KernelsTests.random(rows, 6, seed: 4)
        let (mean, covariance) = samples.meanAndCovariance(kernels: .best)
        for i in 0..<6 {
            let first = (0..<rows).map { Double(samples[$0, i]) }
            let moments = ReferenceKernels.moments(first)
            #expect(abs(Double(mean[i]) - moments.mean) < 1e-5)
            #expect(abs(Double(covariance[i, i]) - moments.variance) < 1e-5)
            for j in 0..<i {
                let second = (0..<rows).map { Double(samples[$0, j]) }
                let other = ReferenceKernels.moments(second).mean
                let expected =
                    zip(first, second).map { ($0 - moments.mean) * ($1 - other) }.reduce(0, +)
                    / Double(rows)
                #expect(abs(Double(covariance[i, j]) - expected) < 1e-5)
            }
        }
    }
}

@Suite struct SeededGeneratorTests {
    @Test func sameSeedSameNumbers() {
        var first = SeededGenerator(seed: 0)
        var second = SeededGenerator(seed: 0)
        // The published first outputs of SplitMix64 for seed 0.
        #expect(first.next() == 0xE220_A839_7B1D_CDAF)
        #expect(first.next() == 0x6E78_9E6A_A1B9_65F4)
        _ = second.next()
        _ = second.next()
        #expect(first.next() == second.next())
    }

    @Test func streamsDiffer() {
        var numbers: Set<UInt64> = []
        for stream in 0..<1000 as Range<UInt64> {
            var generator = SeededGenerator(seed: 5, stream: stream)
            numbers.insert(generator.next())
        }
        #expect(numbers.count == 1000)
    }

    @Test func numbersStayInRangeAndFillIt() {
        var generator = SeededGenerator(seed: 9)
        var counts = [Int](repeating: 0, count: 10)
        var normals = (sum: 0.0, squares: 0.0)
        for _ in 0..<20_000 {
            counts[generator.next(below: 10)] += 1
            let unit = generator.nextUnit()
            #expect(unit >= 0 && unit < 1)
            let normal = generator.nextNormal()
            normals.sum += normal
            normals.squares += normal * normal
        }
        #expect(counts.allSatisfy { $0 > 1700 && $0 < 2300 })
        #expect(abs(normals.sum / 20_000) < 0.03)
        #expect(abs(normals.squares / 20_000 - 1) < 0.05)
    }
}
