internal import ModelFile
internal import Patches
internal import Reports
internal import Scoring
internal import SparseCoding

extension ModelSummary {
    /// What a model's card says in short.
    init(_ model: StoredModel) {
        let (card, parameters) = (model.card, model.parameters)
        let fusion = card.configuration.fusion
        let measured = card.fusion?.candidates.first { $0.fusion == card.fusion?.chosen }
        self.init(
            pixels: Set(card.configuration.encoders.map(\.pixels)).sorted(by: >),
            channels: card.training.channels,
            encoders: card.configuration.encoders.map(\.name),
            layers: card.layers.count,
            maps: parameters.mapNames,
            fusion: fusion.rule.rawValue,
            effort: card.effort,
            syntheticAUROC: measured?.auroc,
            leftOut: card.training.skipped + (card.training.trimmed?.count ?? 0),
            tileSide: card.configuration.tiles?.side
        )
    }
}
