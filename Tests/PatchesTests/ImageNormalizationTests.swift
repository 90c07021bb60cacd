import Patches
import Tensors
import Testing

@Suite struct ImageNormalizationTests {
    @Test(arguments: MapShape.ragged)
    func isTheDocumentedFormula(shape: MapShape) {
        let image = shape.map(seed: 71, in: 0...1)
        let (mean, variance) = ReferenceKernels.moments(image.elements.map(Double.init))
        for constant: Float in [0.02, 1] {
            let wanted = image.elements.map {
                (Double($0) - mean) / (variance.squareRoot() + Double(constant))
            }
            let found = ImageNormalization(constant: constant).apply(to: image)
            #expect(found.height == image.height && found.channels == image.channels)
            #expect(largestDifference(found.elements, wanted) < 1e-5)
        }
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
