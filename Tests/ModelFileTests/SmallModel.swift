import ModelFile
import Patches
import Scoring
import SparseCoding
import Tensors

/// A model of random numbers with two encoders and all methods, small enough to damage at every byte.
enum SmallModel {
    static let configuration: ModelConfiguration = {
        let first = LayerConfiguration(
            window: 3,
            stride: 2,
            contrast: 1e-3,
            components: 4,
            atoms: 3,
            pooling: 2
        )
        let second = LayerConfiguration(
            window: 1,
            stride: 1,
            contrast: nil,
            components: 5,
            whiteningEpsilon: 3e-5,
            atoms: 4,
            signed: false
        )
        return ModelConfiguration(
            encoders: [
                EncoderConfiguration(name: "fine", pixels: 1024, layers: [first, second]),
                EncoderConfiguration(
                    name: "coarse",
                    pixels: 256,
                    imageNormalization: 0.02,
                    layers: [first]
                ),
            ],
            detectors: [
                DetectorConfiguration(
                    encoder: "fine",
                    layer: 2,
                    method: .positionalGaussian(dimension: 2)
                ),
                DetectorConfiguration(
                    encoder: "coarse",
                    layer: 1,
                    method: .exemplars(dimension: 3, count: 5),
                    window: 1
                ),
                DetectorConfiguration(encoder: "fine", layer: 1, method: .reconstructionError),
                DetectorConfiguration(encoder: "fine", layer: 2, method: .energy),
            ],
            positions: 16,
            factors: .init(count: 5, cells: 2)
        )
    }()

    static let grid = PositionGrid(rows: 2, columns: 3)

    private static func random(_ rows: Int, _ columns: Int, _ seed: UInt64) -> Matrix {
        var generator = SeededGenerator(seed: seed)
        var matrix = Matrix(rows: rows, columns: columns)
        for index in matrix.elements.indices {
            matrix.elements[index] = Float(generator.nextNormal())
        }
        return matrix
    }

    private static func layer(
        _ configuration: LayerConfiguration,
        _ channels: Int,
        _ seed: UInt64
    ) -> LayerParameters {
        let depth = configuration.window * configuration.window * channels
        let (atoms, components) = (configuration.atoms, configuration.components ?? depth)
        return LayerParameters(
            configuration: configuration,
            inputChannels: channels,
            whitening: Whitening(
                mean: random(1, depth, seed).elements,
                projection: random(components, depth, seed + 1),
                keptVariance: 0.1 + Float(seed) / 300
            ),
            dictionary: AtomDictionary(atoms: random(atoms, components, seed + 2)),
            penalties: random(1, atoms, seed + 3).elements.map { abs($0) },
            rates: random(1, atoms, seed + 4).elements.map { abs($0) + 0.1 },
            density: 1 / 3,
            learningCurve: [0.7, 0.1, 1e-7]
        )
    }

    private static func reduction(_ dimension: Int, of channels: Int, window: Int)
        -> FeatureReduction
    {
        FeatureReduction(
            window: window,
            whitening: Whitening(
                mean: random(1, channels, 50).elements,
                projection: random(dimension, channels, 51),
                keptVariance: 2 / 3
            )
        )
    }

    static func parameters() throws -> ModelParameters {
        let encoders = configuration.encoders
        let layers = [
            [layer(encoders[0].layers[0], 3, 10), layer(encoders[0].layers[1], 6, 20)],
            [layer(encoders[1].layers[0], 3, 30)],
        ]
        let normalities: [DetectorParameters.Normality] = [
            .gaussian(
                reduction(2, of: 4, window: 5),
                ImageFactors(
                    cells: 2,
                    projection: Whitening(
                        mean: random(1, 8, 55).elements,
                        projection: random(3, 8, 56),
                        keptVariance: 0.25
                    )
                ),
                PositionalGaussian(
                    rows: 2,
                    columns: 3,
                    dimension: 2,
                    means: random(6, 2, 52),
                    loadings: BFloat16Matrix(rounding: random(18, 2, 57)),
                    whiteners: BFloat16Matrix(rounding: random(6, 3, 53))
                )
            ),
            .exemplars(
                reduction(3, of: 6, window: 1),
                Exemplars(vectors: random(5, 3, 54))
            ),
            .dictionary, .dictionary,
        ]
        return ModelParameters(
            configuration: configuration,
            channels: 3,
            grid: grid,
            layers: layers,
            detectors: zip(configuration.detectors, normalities).map {
                DetectorParameters(configuration: $0, normality: $1)
            },
            calibrations: (UInt64(0)..<4).map { detector in
                var deviation = random(2, 3, 60 + detector)
                for index in deviation.elements.indices {
                    deviation.elements[index] = abs(deviation.elements[index]) + 0.01
                }
                return MapCalibration(mean: random(2, 3, 70 + detector), deviation: deviation)
            },
            conformal: try ConformalCalibration(scores: random(1, 30, 80).elements)
        )
    }

    static func model(of other: ModelParameters? = nil) throws -> StoredModel {
        let parameters = try other ?? parameters()
        let training = ModelCard.Training(
            images: 30,
            skipped: 1,
            sha256: String(repeating: "0f", count: 32),
            channels: 3,
            smallest: [40, 30],
            largest: [4000, 3000],
            aspect: 4.0 / 3
        )
        return StoredModel(
            parameters: parameters,
            card: ModelCard(
                of: parameters,
                training: training,
                threshold: parameters.conformal.threshold(falseAlarmRate: 0.1),
                seed: .max,
                kernels: "baseline",
                version: "1.2.3"
            )
        )
    }

    /// What a file of the model holds, with another card in it.
    static func content(changing change: (inout ModelCard) -> Void) throws -> SafeTensors {
        let model = try model()
        var card = model.card
        change(&card)
        return try StoredModel(parameters: model.parameters, card: card).content()
    }
}
