internal import Scoring
internal import SparseCoding

/// What the parts of a declared model are where a file doesn't say, taken from the types' own defaults.
struct ModelDefaults {
    let values: [(key: String, text: String)]

    static let none = ModelDefaults(values: [])

    static let layer: ModelDefaults = {
        let layer = LayerConfiguration(
            window: 1,
            stride: 1,
            contrast: nil,
            components: nil,
            atoms: 1
        )
        return ModelDefaults(values: [
            ("whiteningEpsilon", "\(layer.whiteningEpsilon)"), ("signed", "\(layer.signed)"),
            ("sparsityPenalty", "\(layer.sparsityPenalty)"), ("pooling", "\(layer.pooling)"),
        ])
    }()

    static let detector: ModelDefaults = {
        let detector = DetectorConfiguration(encoder: "", layer: 1, method: .energy)
        return ModelDefaults(values: [("window", "\(detector.window)")])
    }()

    static let regularization: ModelDefaults = {
        let own = PositionalGaussian.Regularization()
        return ModelDefaults(values: [
            ("shrinkage", "\(own.shrinkage)"), ("reach", "\(own.reach)"), ("floor", "\(own.floor)"),
        ])
    }()

    static let factors: ModelDefaults = {
        let own = ImageFactors.Configuration()
        return ModelDefaults(values: [
            ("count", "\(own.count)"), ("cells", "\(own.cells)"),
            ("imagesPerFactor", "\(own.imagesPerFactor)"),
        ])
    }()
}

extension YAMLNode {
    /// The mapping with defaults for keys that are not given; anything else as it is.
    func adding(_ defaults: ModelDefaults) -> YAMLNode {
        guard case .mapping(var entries) = content else { return self }
        for (key, text) in defaults.values where !entries.contains(where: { $0.key == key }) {
            let scalar = YAMLScalar(
                text: text,
                isPlain: true,
                isSubstituted: false,
                isUnusable: false
            )
            entries.append(
                YAMLEntry(
                    key: key,
                    keyPosition: position,
                    value: YAMLNode(content: .scalar(scalar), position: position)
                )
            )
        }
        return YAMLNode(content: .mapping(entries), position: position)
    }

    /// The mapping with another value for a key that is given; anything else as it is.
    func replacing(_ key: String, with replacement: Content) -> YAMLNode {
        guard case .mapping(let entries) = content else { return self }
        return YAMLNode(
            content: .mapping(
                entries.map { entry in
                    guard entry.key == key else { return entry }
                    return YAMLEntry(
                        key: key,
                        keyPosition: entry.keyPosition,
                        value: YAMLNode(content: replacement, position: entry.value.position)
                    )
                }
            ),
            position: position
        )
    }
}
