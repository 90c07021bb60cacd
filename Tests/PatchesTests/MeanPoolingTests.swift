import Patches
import Tensors
import Testing

@Suite struct MeanPoolingTests {
    @Test(arguments: Kernels.available, MapShape.ragged)
    func equalsTheMeanOfThePlacesThatExist(kernels: Kernels, shape: MapShape) {
        let map = shape.map(seed: 61)
        for window in [1, 2, 3, 4, 5, 9] {
            for stride in [1, 2, 3, 7] {
                let pooled = map.meanPooled(window: window, stride: stride, kernels: kernels)
                var wanted: [Double] = []
                for y in Swift.stride(from: 0, to: shape.height, by: stride) {
                    for x in Swift.stride(from: 0, to: shape.width, by: stride) {
                        for channel in 0..<shape.channels {
                            wanted.append(Self.mean(map, y, x, channel, window))
                        }
                    }
                }
                #expect(pooled.channels == shape.channels)
                #expect(pooled.height == (shape.height + stride - 1) / stride)
                #expect(largestDifference(pooled.elements, wanted) < 1e-5)
            }
        }
    }

    @Test func anEvenWindowReachesFurtherRightAndDown() {
        var line = FeatureMap(height: 1, width: 4, channels: 1)
        line.elements = [0, 2, 4, 6]
        let pooled = line.meanPooled(window: 2, stride: 1, kernels: .best)
        #expect(pooled.elements == [1, 3, 5, 6])
    }

    private static func mean(
        _ map: FeatureMap,
        _ y: Int,
        _ x: Int,
        _ channel: Int,
        _ window: Int
    ) -> Double {
        var sum = 0.0
        var count = 0.0
        for dy in 0..<window {
            for dx in 0..<window {
                let (row, column) = (y + dy - (window - 1) / 2, x + dx - (window - 1) / 2)
                guard (0..<map.height).contains(row), (0..<map.width).contains(column) else {
                    continue
                }
                sum += Double(map[row, column, channel])
                count += 1
            }
        }
        return sum / count
    }
}
