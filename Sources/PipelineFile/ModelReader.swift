internal import Scoring
internal import SparseCoding

/// Reads the keys that declare what a model is made of.
struct ModelReader {
    /// What is wrong with a key that only training goes by where nothing is trained.
    static let withoutEffect =
        "has no effect without the section train: a finished model has its own"

    private static let keys = ["encoders", "detectors", "positions", "regularization", "factors"]

    /// The most encoders, detectors, and layers of an encoder: far more than a model can use.
    private static let listLimit = 256

    let top: Section
    let fusion: Section

    private var problems: ProblemLog { top.reading.problems }

    /// The declared model, or the built-in one as far as nothing is declared.
    func configuration(trains: Bool) -> ModelConfiguration {
        if !trains { reportWithoutEffect() }
        var configuration = ModelConfiguration.standard
        switch (top.has("encoders"), top.has("detectors")) {
        case (true, false):
            top.reportMissing("detectors", "which of the declared encoders' layers are looked at")
        case (false, true):
            top.reportMissing("encoders", "what the declared detectors read")
        default: break
        }
        if top.has("encoders") || top.has("detectors") {
            let encoders = encoders()
            configuration.encoders = encoders.compactMap(\.self)
            configuration.detectors = detectors(reading: encoders)
        }
        if let positions = top.whole("positions", in: 16...65_536) {
            configuration.positions = positions
        }
        if let node = top.node("regularization"), !node.isNull,
            let regularization = decode(
                PositionalGaussian.Regularization.self,
                node,
                "regularization",
                defaults: .regularization
            )
        {
            configuration.regularization = regularization
        }
        if let node = top.node("factors"), !node.isNull,
            let factors = decode(
                ImageFactors.Configuration.self,
                node,
                "factors",
                defaults: .factors
            )
        {
            configuration.factors = factors
            if let problem = factors.problem { report(problem, at: node, "factors") }
        }
        configuration.fusion = declaredFusion()
        if problems.isEmpty, configuration.problem != nil {
            // What is left after the checks of each part.
            var plain = ModelConfiguration.standard
            plain.regularization = configuration.regularization
            if plain.problem != nil {
                top.report(
                    "regularization",
                    "want shrinkage in 0...1, reach in 0...63 and floor above 0"
                )
            } else {
                top.report("encoders", configuration.problem ?? "")
            }
        }
        return configuration
    }

    private func reportWithoutEffect() {
        for key in Self.keys where top.has(key) {
            top.report(key, Self.withoutEffect)
        }
        if let node = fusion.node("rule") ?? fusion.node("top-share") ?? fusion.node("relative") {
            problems.add(node.position, "scoring.fusion", Self.withoutEffect)
        }
    }

    private func declaredFusion() -> ScoreFusion {
        var declared = ScoreFusion()
        for key in ["rule", "top-share", "relative"] where fusion.has(key) {
            declared.isPinned = true
        }
        declared.rule = fusion.choice("rule", of: ScoreFusion.Rule.self) ?? declared.rule
        if let share = fusion.number("top-share", "above 0 and at most 1", { $0 > 0 && $0 <= 1 }) {
            declared.topShare = Float(share)
        }
        declared.isRelative = fusion.flag("relative", default: declared.isRelative)
        return declared
    }

    /// The encoders in order; nil for each that has a problem.
    private func encoders() -> [EncoderConfiguration?] {
        guard let items = list("encoders") else { return [] }
        var names: Set<String> = []
        return items.map { node, path in
            let layers = layers(of: node, path)
            let bare = node.replacing("layers", with: .sequence([]))
            guard var encoder = decode(EncoderConfiguration.self, bare, path),
                let layers
            else { return nil }
            encoder.layers = layers
            if let problem = encoder.problem {
                report(problem.dropping("encoder \(encoder.name)"), at: node, path)
            }
            if !names.insert(encoder.name).inserted {
                report("name is that of an earlier encoder", at: node, path)
            }
            return encoder
        }
    }

    /// The layers of an encoder, each read on its own so that one problem hides no other.
    private func layers(of encoder: YAMLNode, _ path: String) -> [LayerConfiguration]? {
        guard let node = encoder["layers"] else { return [] }
        let path = path + ".layers"
        guard case .sequence(let items) = node.content else {
            problems.add(node.position, path, "found \(node.phrase), want a list of layers")
            return nil
        }
        if items.count > Self.listLimit {
            problems.add(
                node.position,
                path,
                "found \(items.count) layers, want at most \(Self.listLimit)"
            )
            return nil
        }
        let layers = items.enumerated().map { index, item -> LayerConfiguration? in
            let path = "\(path)[\(index)]"
            guard let layer = decode(LayerConfiguration.self, item, path, defaults: .layer) else {
                return nil
            }
            guard let problem = layer.problem else { return layer }
            report(problem, at: item, path)
            return nil
        }
        let whole = layers.compactMap(\.self)
        return whole.count == layers.count ? whole : nil
    }

    private func detectors(reading encoders: [EncoderConfiguration?]) -> [DetectorConfiguration] {
        guard let items = list("detectors") else { return [] }
        return items.compactMap { node, path in
            guard
                let detector = decode(
                    DetectorConfiguration.self,
                    node,
                    path,
                    defaults: .detector
                )
            else { return nil }
            if let problem = detector.problem {
                report(problem.dropping("detector \(detector.name)"), at: node, path)
            }
            let known = encoders.compactMap(\.self)
            if let encoder = known.first(where: { $0.name == detector.encoder }) {
                if detector.layer > encoder.layers.count {
                    report(
                        "layer must be in 1...\(encoder.layers.count), found \(detector.layer)",
                        at: node,
                        path
                    )
                }
            } else if known.count == encoders.count, !known.isEmpty {
                var names: [String] = []
                for encoder in known where !names.contains(encoder.name) {
                    names.append(encoder.name)
                }
                let advice = Suggestion.advice(for: detector.encoder, in: names)
                report(
                    "encoder \(detector.encoder.quoted) is not declared" + advice,
                    at: node,
                    path
                )
            }
            return detector
        }
    }

    private func list(_ key: String) -> [(node: YAMLNode, path: String)]? {
        guard let items = top.items(key, wanted: key) else { return nil }
        if items.isEmpty { top.report(key, "the list is empty") }
        if items.count > Self.listLimit {
            top.report(key, "found \(items.count) \(key), want at most \(Self.listLimit)")
            return nil
        }
        return items
    }

    private func decode<Value: Decodable>(
        _ type: Value.Type,
        _ node: YAMLNode,
        _ path: String,
        defaults: ModelDefaults = .none
    ) -> Value? {
        NodeDecoder.decode(
            type,
            from: node.adding(defaults),
            path: path,
            problems: problems
        )
    }

    /// Reports a type's own words at the key that they name, else at the whole.
    private func report(_ problem: String, at node: YAMLNode, _ path: String) {
        let words = problem.split { !$0.isLetter }.map(String.init)
        if let key = words.first(where: { node[$0] != nil }), let value = node[key] {
            problems.add(value.position, path.appending(key: key), problem)
        } else {
            problems.add(node.position, path, problem)
        }
    }
}

extension String {
    /// The text without words at its start that only say where, which the key path says already.
    fileprivate func dropping(_ start: String) -> String {
        guard hasPrefix(start) else { return self }
        return String(dropFirst(start.count).drop { ":, ".contains($0) })
    }
}
