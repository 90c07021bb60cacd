internal import Patches
internal import Scoring
internal import SparseCoding
internal import Tensors

extension StoredModel {
    /// Reads a detector, checking every shape against the declaration.
    static func detector(
        _ name: String,
        _ configuration: DetectorConfiguration,
        _ card: ModelCard,
        _ place: Int,
        _ content: SafeTensors
    ) throws(ModelFileError) -> DetectorParameters {
        guard
            let layer = card.configuration.encoders
                .first(where: { $0.name == configuration.encoder })?.layers[
                    configuration.layer - 1
                ]
        else {
            throw .badMetadata(key: cardKey, reason: "\(configuration.name) reads no layer")
        }
        func reduction(_ dimension: Int) throws(ModelFileError) -> FeatureReduction {
            let projection = try content.matrix(
                "\(name)/reduction_projection",
                columns: layer.channels
            )
            let most = min(dimension, layer.channels)
            guard projection.rows >= 1, projection.rows <= most else {
                throw .wrongShape(
                    name: "\(name)/reduction_projection",
                    expected: [most, layer.channels],
                    actual: [projection.rows, layer.channels]
                )
            }
            return FeatureReduction(
                window: configuration.window,
                whitening: Whitening(
                    mean: try content.vector("\(name)/reduction_mean", count: layer.channels),
                    projection: projection,
                    keptVariance: card.detectors[place].keptVariance ?? 1
                )
            )
        }
        switch configuration.method {
        case .positionalGaussian(let dimension):
            let reduction = try reduction(dimension)
            let positions = card.grid.rows * card.grid.columns
            let features = reduction.dimension
            let factors = try factors(name, card, place, reduction, content)
            return DetectorParameters(
                configuration: configuration,
                normality: .gaussian(
                    reduction,
                    factors,
                    PositionalGaussian(
                        rows: card.grid.rows,
                        columns: card.grid.columns,
                        dimension: features,
                        means: try content.matrix(
                            "\(name)/means",
                            rows: positions,
                            columns: features
                        ),
                        loadings: try factors.map { factors throws(ModelFileError) in
                            try content.bfloat16Matrix(
                                "\(name)/loadings",
                                rows: positions * factors.count,
                                columns: features
                            )
                        },
                        whiteners: try content.bfloat16Matrix(
                            "\(name)/whiteners",
                            rows: positions,
                            columns: features * (features + 1) / 2
                        )
                    )
                )
            )
        case .exemplars(let dimension, let count):
            let reduction = try reduction(dimension)
            let vectors = try content.matrix("\(name)/exemplars", columns: reduction.dimension)
            guard vectors.rows >= 1 else {
                throw .badTensor(name: "\(name)/exemplars", reason: "there are none")
            }
            guard vectors.rows <= count else {
                throw .wrongShape(
                    name: "\(name)/exemplars",
                    expected: [count, reduction.dimension],
                    actual: [vectors.rows, reduction.dimension]
                )
            }
            return DetectorParameters(
                configuration: configuration,
                normality: .exemplars(reduction, Exemplars(vectors: vectors))
            )
        case .reconstructionError, .energy:
            return DetectorParameters(configuration: configuration, normality: .dictionary)
        }
    }

    /// The factors of a detector; nil where the card says that it has none.
    private static func factors(
        _ name: String,
        _ card: ModelCard,
        _ place: Int,
        _ reduction: FeatureReduction,
        _ content: SafeTensors
    ) throws(ModelFileError) -> ImageFactors? {
        guard let count = card.detectors[place].factors else { return nil }
        let declared = card.configuration.factors
        guard count >= 1, count <= declared.count else {
            throw .badMetadata(
                key: cardKey,
                reason: "detector \(place + 1) has \(count) factors; its declaration allows "
                    + "\(declared.count)"
            )
        }
        let depth = declared.cells * declared.cells * reduction.dimension
        let projection = try content.matrix(
            "\(name)/factor_projection",
            rows: count,
            columns: depth
        )
        return ImageFactors(
            cells: declared.cells,
            projection: Whitening(
                mean: try content.vector("\(name)/factor_mean", count: depth),
                projection: projection,
                keptVariance: card.detectors[place].factorVariance ?? 1
            )
        )
    }
}
