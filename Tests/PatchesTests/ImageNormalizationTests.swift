import Patches
import Tensors
import Testing

@Suite struct ImageNormalizationTests {
    @Test(arguments: MapShape.ragged)
    func isTheDocumentedFormula(shape: MapShape) {
        let image = shape.map(seed: 71, in: 0...1)
        let numbers = image.elements.map(Double.init)
        let (mean, _) = ReferenceKernels.moments(numbers)
        let distance = numbers.reduce(0) { $0 + abs($1 - mean) } / Double(numbers.count)
        let deviation = (Double.pi / 2).squareRoot() * distance
        for constant: Float in [0.02, 1] {
            let wanted = image.elements.map {
                (Double($0) - mean) / (deviation + Double(constant))
            }
            let found = ImageNormalization(constant: constant).apply(to: image)
            #expect(found.height == image.height && found.channels == image.channels)
            #expect(largestDifference(found.elements, wanted) < 1e-5)
        }
    }

    @Test func aGaussiansDeviationIsOne() {
        // Sums of twelve uniform numbers.
        var generator = SeededGenerator(seed: 74)
        var image = FeatureMap(height: 100, width: 100, channels: 1)
        for index in image.elements.indices {
            image.elements[index] = (0..<12).reduce(0) { sum, _ in
                sum + Float(generator.nextUnit())
            }
        }
        let found = ImageNormalization(constant: 1e-6).apply(to: image)
        let (_, variance) = ReferenceKernels.moments(found.elements.map(Double.init))
        #expect(abs(variance - 1) < 0.05)
    }

    @Test func spotsTakeLittleContrastFromTheRest() {
        var image = MapShape(50, 50, 1).map(seed: 75, in: 0.45...0.55)
        func range(_ image: FeatureMap) -> Float {
            let rows = ImageNormalization(constant: 1e-3).apply(to: image).elements.dropFirst(50)
            return (rows.max() ?? 0) - (rows.min() ?? 0)
        }
        let clean = range(image)
        // One place in a hundred; by standard deviations the rest would keep half of its contrast.
        for index in 0..<25 { image.elements[index] = 1 }
        #expect(range(image) > 0.65 * clean)
    }

    @Test func takesOutExposureAndGain() {
        let image = MapShape(20, 30, 3).map(seed: 72, in: 0...1)
        var exposed = image
        for index in exposed.elements.indices {
            exposed.elements[index] = 0.4 * image.elements[index] + 0.3
        }
        let normalization = ImageNormalization(constant: 1e-6)
        let wanted = normalization.apply(to: image).elements.map(Double.init)
        let found = normalization.apply(to: exposed).elements
        #expect(largestDifference(found, wanted) < 1e-4)
    }

    @Test(arguments: MapShape.ragged)
    func canBeUndone(shape: MapShape) {
        let image = shape.map(seed: 73, in: 0...1)
        let normalization = ImageNormalization(constant: 0.02)
        let back = normalization.undo(normalization.apply(to: image), of: image)
        #expect(largestDifference(back.elements, image.elements.map(Double.init)) < 1e-5)
    }

    @Test func flatAndEmptyImagesStayFinite() {
        let flat = FeatureMap(height: 4, width: 5, channels: 3, repeating: 0.9)
        let normalization = ImageNormalization(constant: 0.02)
        #expect(normalization.apply(to: flat).elements.allSatisfy { abs($0) < 1e-5 })
        let empty = FeatureMap(height: 0, width: 5, channels: 3)
        #expect(normalization.apply(to: empty) == empty)
    }
}
