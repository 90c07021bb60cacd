import Discrimination
import Tensors
import Testing

/// A network that PyTorch has run, and everything it found.
struct NetworkCase: StoredCase {
    static let file = "networks.json"
    let name: String
    let network: ThresholdNetworkConfiguration
    let loss: NetworkLoss
    let optimizer: OptimizerConfiguration
    let mean: [Float]
    let deviation: [Float]
    let parameters: [Float]
    let height: Int
    let width: Int
    let image: [Float]
    let target: [Float]
    let weight: [Float]
    let imageTarget: Float
    let logits: [Double]
    let codes: [[Double]]
    let losses: [Double]
    let gradient: [Double]
    let afterTwoSteps: [Double]

    func start() throws -> ThresholdNetworkParameters {
        try ThresholdNetworkParameters.random(
            network,
            standardization: InputStandardization(mean: mean, deviation: deviation),
            seed: 0
        )
        .replacing(parameters)
    }

    func example() throws -> TrainingExample {
        let (rows, columns) = network.outputSize(height: height, width: width)
        return TrainingExample(
            input: try FeatureMap(
                height: height,
                width: width,
                channels: network.inputChannels,
                elements: image
            ),
            target: try Matrix(rows: rows, columns: columns, elements: target),
            weight: try Matrix(rows: rows, columns: columns, elements: weight),
            imageTarget: imageTarget
        )
    }
}

@Suite struct NetworkGoldenTests {
    @Test("forward agrees with PyTorch", arguments: try NetworkCase.all(), Kernels.available)
    func forward(stored: NetworkCase, kernels: Kernels) throws {
        let network = ThresholdNetwork(parameters: try stored.start(), kernels: kernels)
        let example = try stored.example()
        let logits = network.logits(of: example.input)
        let size = stored.network.outputSize(height: stored.height, width: stored.width)
        #expect(logits.rows == size.rows && logits.columns == size.columns)
        #expect(largestDifference(logits.elements, stored.logits) < 1e-5)
        let codes = network.codes(of: example.input)
        #expect(codes.count == stored.codes.count)
        for (found, wanted) in zip(codes, stored.codes) {
            var sums = [Double](repeating: 0, count: found.channels)
            for (index, code) in found.elements.enumerated() {
                sums[index % found.channels] += Double(code)
            }
            #expect(largestDifference(sums.map { Float($0) }, wanted) < 1e-5)
        }
    }

    @Test(
        "loss and gradient agree with PyTorch",
        arguments: try NetworkCase.all(),
        Kernels.available
    )
    func gradient(stored: NetworkCase, kernels: Kernels) throws {
        let network = ThresholdNetwork(parameters: try stored.start(), kernels: kernels)
        let example = try stored.example()
        let (loss, gradient) = network.gradient(over: [example], stored.loss)
        for (found, wanted) in zip([loss.places, loss.image, loss.prior], stored.losses) {
            #expect(abs(found - wanted) < 1e-5 * max(1, wanted))
        }
        #expect(network.loss(of: example, stored.loss) == loss)
        #expect(largestDifference(gradient.flattened, stored.gradient) < 2e-6)
        let largest = stored.gradient.reduce(0) { max($0, abs($1)) }
        #expect(largest > 0.01)
    }

    @Test(
        "two AdamW steps with clipping and projection agree with PyTorch",
        arguments: try NetworkCase.all()
    )
    func optimizer(stored: NetworkCase) async throws {
        let example = try stored.example()
        let training = NetworkTraining(
            configuration: NetworkTrainingConfiguration(
                steps: 2,
                batch: 3,
                shards: 2,
                loss: stored.loss,
                optimizer: stored.optimizer
            ),
            kernels: .best,
            jobs: 2
        )
        let start = try stored.start()
        let result = try await training.train(from: start) { _, _ in example }
        #expect(largestDifference(result.parameters.flattened, stored.afterTwoSteps) < 1e-5)
        let moved = zip(start.flattened, stored.afterTwoSteps).contains {
            abs(Double($0) - $1) > 0.01
        }
        #expect(moved)
    }

    @Test(arguments: try NetworkCase.all())
    func fusedKernelSetsGiveTheSameBits(stored: NetworkCase) throws {
        let example = try stored.example()
        let gradients = try Kernels.available.filter { $0.description != "baseline" }.map {
            ThresholdNetwork(parameters: try stored.start(), kernels: $0)
                .gradient(over: [example], stored.loss).gradient
        }
        for gradient in gradients.dropFirst() { #expect(gradient == gradients[0]) }
    }
}
