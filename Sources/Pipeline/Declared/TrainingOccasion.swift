public import ModelFile
public import PipelineFile
internal import Scoring

/// Why a model is learned, or not.
public enum TrainingOccasion: Sendable, Equatable {
    /// There is a model, and it is to be used as it is.
    case notNeeded
    /// There is no model.
    case missing
    /// Every run learns it anew.
    case always
    /// The images, or what is learned from them, are not those of the model; with what differs.
    case changed(String)

    /// Finds out whether a model is to be learned.
    ///
    /// - Parameters:
    ///   - when: What the pipeline file wants.
    ///   - options: What would be learned from what.
    ///   - card: The card of the model that is there; nil where none is.
    /// - Throws: `CancellationError` while the images are compared.
    public init(
        _ when: PipelineDeclaration.Train.Occasion,
        options: TrainingOptions,
        card: ModelCard?
    ) async throws {
        guard let card else {
            self = .missing
            return
        }
        switch when {
        case .missing: self = .notNeeded
        case .always: self = .always
        case .changed:
            if let difference = options.difference(from: card) {
                self = .changed(difference)
                return
            }
            let survey = try await TrainingSurvey.run(options.ingest, jobs: options.jobs)
            self = survey.digest == card.training.sha256 ? .notNeeded : .changed("the images")
        }
    }
}

extension TrainingOptions {
    /// What of the declaration a model was learned without; nil where nothing differs.
    func difference(from card: ModelCard) -> String? {
        if seed != card.seed { return "the seed" }
        if effort.rawValue != card.effort { return "the effort" }
        if falseAlarmRate != card.calibration.threshold.wantedRate { return "the false-alarm rate" }
        let said = labels.flatMap { $0.count > 0 ? $0.digest : nil }
        if said != card.training.labels?.sha256 { return "the labels" }
        var (mine, other) = (configuration, card.configuration)
        // What training chose by itself is no difference.
        if !mine.fusion.isPinned { (mine.fusion, other.fusion) = (ScoreFusion(), ScoreFusion()) }
        return mine == other ? nil : "the declaration of the model"
    }
}
