import Patches
import Scoring
import SparseCoding
import Tensors

/// A tiny model of woven textures, learned as a training run learns.
struct TextureModel {
    let parameters: ModelParameters
    let heldOutScores: [Float]

    static let configuration = declaration(.thresholding)

    static func declaration(_ inference: Inference) -> ModelConfiguration {
        let layer = LayerConfiguration(
            window: 5,
            stride: 1,
            contrast: 1e-2,
            components: 16,
            atoms: 16,
            pooling: 2,
            inference: inference
        )
        return ModelConfiguration(
            encoders: [EncoderConfiguration(name: "e", pixels: 32 * 32, layers: [layer])],
            detectors: [
                DetectorConfiguration(
                    encoder: "e",
                    layer: 1,
                    method: .positionalGaussian(dimension: 8),
                    window: 3
                ),
                DetectorConfiguration(
                    encoder: "e",
                    layer: 1,
                    method: .exemplars(dimension: 8, count: 32),
                    window: 3
                ),
                DetectorConfiguration(encoder: "e", layer: 1, method: .reconstructionError),
                DetectorConfiguration(encoder: "e", layer: 1, method: .energy),
            ],
            positions: 64
        )
    }

    /// Crossing threads with a little noise; a defective one has a scratch across a corner.
    static func texture(seed: UInt64, defect: Bool = false) -> FeatureMap {
        var generator = SeededGenerator(seed: seed, stream: 9)
        var image = FeatureMap(height: 32, width: 32, channels: 1)
        let gain = generator.next(in: 0.9...1.1)
        for y in 0..<32 {
            for x in 0..<32 {
                let thread = (y / 2 + x / 2) % 2 == 0 ? 0.6 : 0.3
                let value = gain * thread + 0.02 * generator.nextNormal()
                image[y, x, 0] = Float(value)
                if defect, abs(x - y - 6) < 2, (8..<20).contains(y) { image[y, x, 0] = 0.95 }
            }
        }
        return image
    }

    init(
        images: [FeatureMap],
        inference: Inference = .thresholding,
        seed: UInt64,
        kernels: Kernels
    ) throws {
        let configuration = Self.declaration(inference)
        let declared = configuration.encoders[0]
        var generator = SeededGenerator(seed: seed)
        let bare = ImageEncoder(configuration: declared, layers: [])
        let sampler = PatchSampler(
            grid: PatchGrid(window: 5, stride: 1),
            contrast: ContrastNormalization(constant: 1e-2)
        )
        var reservoir = Reservoir(capacity: 2000, columns: 25, seed: seed)
        for (index, image) in images.enumerated() {
            let map = bare.topMap(of: image)
            reservoir.offer(
                sampler.sample(100, from: map, generator: &generator, kernels: kernels),
                of: index
            )
        }
        let layer = LayerParameters(
            learning: declared.layers[0],
            inputChannels: 1,
            samples: reservoir.rows,
            seed: seed,
            kernels: kernels
        )
        let encoders = [
            ImageEncoder(
                configuration: declared,
                layers: [Layer(parameters: layer, kernels: kernels)]
            )
        ]
        let grid = PositionGrid(positions: configuration.positions, aspect: 1)
        let folding = Folding(images: images.count)
        var learner = DetectorLearner(
            configuration: configuration,
            grid: grid,
            folding: folding,
            seed: seed
        )
        for (index, image) in images.enumerated() {
            let samples = learner.samples(
                of: image,
                encoders: encoders,
                count: 40,
                generator: &generator,
                kernels: kernels
            )
            learner.offer(samples: samples, fold: folding.fold(of: index), tile: index)
        }
        learner.reduce(kernels: kernels)
        let maker = learner.featureMaker(kernels: kernels)
        for (index, image) in images.enumerated() {
            let fold = folding.fold(of: index)
            learner.offer(
                features: maker.features(of: image, encoders: encoders, fold: fold),
                tile: index,
                kernels: kernels
            )
        }
        learner.settle(kernels: kernels)
        var calibration = CrossFittedCalibration(folding: folding)
        for fold in 0..<folding.folds {
            let bank = DetectorBank(
                encoders: encoders,
                sets: folding.sets(for: fold).map {
                    learner.detectors(leavingOut: $0, kernels: kernels)
                },
                grid: grid,
                kernels: kernels
            )
            for (index, image) in images.enumerated() where folding.fold(of: index) == fold {
                calibration.offer(bank.maps(of: image), fold: fold, image: index)
            }
        }
        heldOutScores = calibration.scores(fusion: configuration.fusion)
        parameters = ModelParameters(
            configuration: configuration,
            channels: 1,
            grid: grid,
            layers: [[layer]],
            detectors: learner.detectors(leavingOut: [], kernels: kernels),
            calibrations: calibration.calibrations(),
            conformal: try ConformalCalibration(scores: heldOutScores)
        )
    }
}
