import Discrimination
import Tensors
import Testing

#if canImport(FoundationEssentials)
    import FoundationEssentials
    import class Foundation.Bundle
#else
    import Foundation
#endif

/// A case of a golden file, made by `Golden/make_goldens.py`.
protocol StoredCase: Decodable, Sendable, CustomTestStringConvertible {
    static var file: String { get }
    var name: String { get }
}

extension StoredCase {
    var testDescription: String { name }

    static func all() throws -> [Self] {
        let folder = try #require(Bundle.module.url(forResource: "Golden", withExtension: nil))
        let data = try Data(contentsOf: folder.appendingPathComponent(file))
        return try JSONDecoder().decode([Self].self, from: data)
    }
}

/// A value through JSON and back.
func throughJSON<Value: Codable>(_ value: Value) throws -> Value {
    try JSONDecoder().decode(Value.self, from: JSONEncoder().encode(value))
}

/// A map of nearly normal numbers.
func randomMap(height: Int, width: Int, channels: Int, seed: UInt64) -> FeatureMap {
    var generator = SeededGenerator(seed: seed, stream: 7)
    var map = FeatureMap(height: height, width: width, channels: channels)
    for index in map.elements.indices { map.elements[index] = Float(generator.nextNormal()) }
    return map
}

/// The largest difference of numbers and what they should be, relative to 1 or the number.
///
/// Infinite when one is not a number or the lengths differ.
func largestDifference(_ found: [Float], _ wanted: [Double]) -> Double {
    guard found.count == wanted.count else { return .infinity }
    return zip(found, wanted).reduce(0) { largest, pair in
        let difference = abs(Double(pair.0) - pair.1) / max(1, abs(pair.1))
        return difference.isNaN ? .infinity : max(largest, difference)
    }
}

/// An endless task: noise, in half of the images with a bright square; which places it covers is to be found.
enum PaintedSquares {
    static let side = 24
    static let configuration = ThresholdNetworkConfiguration(
        inputChannels: 1,
        layers: [
            .init(window: 5, stride: 2, channels: 8), .init(window: 3, stride: 2, channels: 12),
        ],
        readMaps: [1, 2],
        gridStride: 4
    )

    static func example(_ number: Int, seed: UInt64) -> TrainingExample {
        var generator = SeededGenerator(seed: seed, stream: UInt64(number + 1))
        var input = FeatureMap(height: side, width: side, channels: 1)
        for index in input.elements.indices {
            input.elements[index] = Float(0.5 * generator.nextNormal())
        }
        var target = Matrix(rows: side / 4, columns: side / 4)
        if number % 2 == 1 {
            let (top, left) = (generator.next(below: 5), generator.next(below: 5))
            for y in 4 * top..<4 * top + 8 {
                for x in 4 * left..<4 * left + 8 {
                    input[y, x, 0] += 1
                    target[y / 4, x / 4] = 1
                }
            }
        }
        return TrainingExample(input: input, target: target)
    }

    /// The mean of the shares of covered and of free places that the sign of the logit gets right.
    static func balancedAccuracy(of network: ThresholdNetwork, count: Int = 60) -> Double {
        var right = [0.0, 0.0]
        var total = [0.0, 0.0]
        for number in 0..<count {
            let example = example(number, seed: 999)
            let logits = network.logits(of: example.input)
            for (logit, target) in zip(logits.elements, example.target.elements) {
                let label = target > 0.5 ? 1 : 0
                total[label] += 1
                if (logit > 0) == (label == 1) { right[label] += 1 }
            }
        }
        return 0.5 * (right[0] / total[0] + right[1] / total[1])
    }

    static func start(
        _ configuration: ThresholdNetworkConfiguration = configuration,
        seed: UInt64 = 5
    ) throws -> ThresholdNetworkParameters {
        try .random(configuration, standardization: .identity(channels: 1), seed: seed)
    }

    static func training(
        steps: Int,
        loss: NetworkLoss = NetworkLoss(positiveWeight: 4),
        validationInterval: Int = 1000,
        patience: Int? = nil,
        jobs: Int = 1
    ) -> NetworkTraining {
        NetworkTraining(
            configuration: NetworkTrainingConfiguration(
                steps: steps,
                batch: 6,
                shards: 4,
                loss: loss,
                optimizer: OptimizerConfiguration(learningRate: 0.01),
                validationInterval: validationInterval,
                patience: patience
            ),
            kernels: .best,
            jobs: jobs
        )
    }
}
