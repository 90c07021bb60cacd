import ArgumentParser
import Foundation
import ModelFile
import Scoring
import SparseCoding

/// Shows what a model says of itself.
struct InspectCommand: ParsableCommand {
    enum Format: String, CaseIterable, ExpressibleByArgument {
        case text, json
    }

    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Show a model's card."
    )

    @Argument(help: "The model file.")
    var model: String

    @Option(help: "The form of the card.")
    var format: Format = .text

    func run() throws {
        let (stored, sha256) = try StoredModel.readNaming(model)
        let terminal = Terminal(isQuiet: false, format: .text)
        switch format {
        case .json:
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            terminal.result(
                String(
                    decoding: try encoder.encode(Card(sha256: sha256, card: stored.card)),
                    as: UTF8.self
                )
            )
        case .text:
            terminal.result(Self.text(stored.card, sha256: sha256))
        }
    }

    /// The card and the digest of the file, as one object.
    private struct Card: Encodable {
        let sha256: String
        let card: ModelCard

        private enum CodingKeys: String, CodingKey { case sha256 }

        func encode(to encoder: any Encoder) throws {
            try card.encode(to: encoder)
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(sha256, forKey: .sha256)
        }
    }

    static func text(_ card: ModelCard, sha256: String) -> String {
        let training = card.training
        let threshold = card.calibration.threshold
        let scores = card.calibration.scores
        var lines = [
            "sha256        \(sha256)",
            "made by       residua \(card.createdWith), seed \(card.seed), kernels \(card.kernels)",
            "training      \(training.images) images (\(training.skipped) skipped), "
                + "\(training.channels == 1 ? "grey" : "colour"), "
                + "\(Self.size(training.smallest)) to \(Self.size(training.largest)) pixels",
            "training set  \(training.sha256)",
            "positions     \(card.grid.rows) x \(card.grid.columns)",
            "threshold     \(threshold.value.formatted(3)) for a false-alarm rate of \(threshold.wantedRate)"
                + (threshold.isSufficient
                    ? "" : " (too few images: good for \(threshold.guaranteedRate.formatted(3)))"),
            "normal scores median \(scores.median.formatted(2)), 95 % \(scores.q95.formatted(2)), "
                + "highest \(scores.max.formatted(2))",
            "",
            "layer                  reads  atoms  kept variance  density  energy left",
        ]
        for layer in card.layers {
            let declared = card.configuration.encoders.first { $0.name == layer.encoder }?
                .layers[layer.layer - 1]
            lines.append(
                "\(layer.encoder)/layer\(layer.layer)".padded(to: 22)
                    + "\(layer.inputChannels)".padded(to: 6, left: true)
                    + "\(declared?.atoms ?? 0)".padded(to: 7, left: true)
                    + layer.keptVariance.formatted(3).padded(to: 15, left: true)
                    + layer.density.formatted(3).padded(to: 9, left: true)
                    + (layer.learningCurve.last ?? 0).formatted(3).padded(to: 13, left: true)
            )
        }
        lines.append("")
        lines.append("detectors")
        for detector in card.detectors {
            let kept = detector.keptVariance.map {
                ", keeps \($0.formatted(3)) of the codes' variance"
            }
            lines.append("  \(detector.name)\(kept ?? "")")
        }
        return lines.joined(separator: "\n")
    }

    private static func size(_ size: [Int]) -> String {
        size.map(String.init).joined(separator: " x ")
    }
}
