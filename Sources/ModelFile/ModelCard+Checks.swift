internal import Discrimination
internal import Scoring

extension ModelCard {
    /// What is wrong with the card of a file, or nil.
    var problem: String? {
        if let problem = configuration.problem { return problem }
        if let problem = training.problem { return problem }
        if !(1...PositionGrid.maximumSide).contains(grid.rows)
            || !(1...PositionGrid.maximumSide).contains(grid.columns)
        {
            return "the grid is out of bounds: \(grid.rows) x \(grid.columns)"
        }
        for layer in layers {
            if let problem = layer.problem { return "a layer's \(problem)" }
        }
        if detectors.map(\.name) != configuration.detectors.map(\.name) {
            return "its detectors are not those of its declaration"
        }
        for detector in detectors {
            if let problem = detector.problem { return "a detector's \(problem)" }
        }
        if configuration.fusion.rule == .head, head == nil {
            return "the fusion names a head and there is none"
        }
        if let problem = network?.configuration.problem { return problem }
        if let network = network?.configuration.network, network.inputChannels != training.channels
        {
            return "the network reads \(network.inputChannels) channels"
        }
        return calibration.problem
    }

    /// What is wrong with a share of something, or nil.
    fileprivate static func problem(of share: Double?, named name: String) -> String? {
        guard let share, !(0...1).contains(share) else { return nil }
        return "\(name) must be in 0...1, found \(share)"
    }
}

extension ModelCard.Training {
    fileprivate var problem: String? {
        if channels != 1 && channels != 3 {
            return "channels must be 1 or 3, found \(channels)"
        }
        if images < 1 || skipped < 0 {
            return "it can't be of \(images) images with \(skipped) skipped"
        }
        if ![smallest, largest].allSatisfy({ $0.count == 2 && $0.allSatisfy { $0 > 0 } }) {
            return "the size of an image is a width and a height above 0"
        }
        return aspect > 0 ? nil : "aspect must be above 0, found \(aspect)"
    }
}

extension ModelCard.Layer {
    fileprivate var problem: String? {
        ModelCard.problem(of: Double(density), named: "density")
            ?? ModelCard.problem(of: Double(keptVariance), named: "kept_variance")
    }
}

extension ModelCard.Detector {
    fileprivate var problem: String? {
        ModelCard.problem(of: keptVariance.map(Double.init), named: "kept_variance")
            ?? ModelCard.problem(of: factorVariance.map(Double.init), named: "factor_variance")
    }
}

extension ModelCard.Calibration {
    fileprivate var problem: String? {
        let rate = threshold.wantedRate
        if !(rate > 0 && rate < 1) {
            return "the false-alarm rate must be above 0 and below 1, found \(rate)"
        }
        return ModelCard.problem(of: threshold.guaranteedRate, named: "guaranteed_rate")
    }

    /// What does not fit the scores that stand in the file, or nil.
    func problem(scores stored: [Float]) -> String? {
        if scores.count != stored.count {
            return "it speaks of \(scores.count) scores and there are \(stored.count)"
        }
        if !stored.contains(threshold.value) {
            return "the threshold \(threshold.value) is none of the scores"
        }
        return nil
    }
}
