import ArgumentParser
import Foundation
import ModelFile
import Patches
import Pipeline
import Reports
import Scoring
import SparseCoding

/// Shows what a model says of itself and what it has learned.
struct InspectCommand: AsyncParsableCommand {
    enum Format: String, CaseIterable, ExpressibleByArgument {
        case text, json
    }

    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Show a model's card, and with --out its atoms, priors and calibration.",
        discussion: """
            With --out, writes pictures, index.html that shows them all, and inspect.json too. With --images, \
            deeper atoms are shown by the patches of those images that excite them most, else by their \
            linear projection to pixels.
            """
    )

    @Argument(help: "The model file.", completion: .file(extensions: ["residua"]))
    var model: String

    @Option(help: "The form of the card.")
    var format: Format = .text

    @Option(
        help: ArgumentHelp(
            "Write pictures and a page to this folder; files of the same names are replaced.",
            valueName: "folder"
        ),
        completion: .directory
    )
    var out: String?

    @Option(
        help: ArgumentHelp(
            "With --out: normal images to show deeper atoms by.",
            valueName: "folder"
        ),
        completion: .directory
    )
    var images: String?

    @Option(help: "With --images: the patches shown for each atom.")
    var patches = 4

    @OptionGroup(title: "Options with --images") var ingest: IngestArguments
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if images != nil, out == nil { throw ValidationError("--images needs --out") }
        if !(1...64).contains(patches) {
            throw ValidationError("--patches must be in 1...64, found \(patches)")
        }
    }

    func run() async throws {
        let (stored, identity) = try StoredModel.load(model)
        let terminal = common.makeTerminal()
        let failed = try await draw(stored, identity, terminal: terminal)
        switch format {
        case .json:
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            let card = Card(sha256: identity.sha256, card: stored.card)
            terminal.result(String(decoding: try encoder.encode(card), as: UTF8.self))
        case .text:
            terminal.result(Self.text(stored, sha256: identity.sha256))
        }
        if let out { terminal.info("wrote \(out)/index.html") }
        if failed > 0 { throw ExitStatus.inputsFailed }
    }

    /// Writes the pictures where they are wanted, and returns how many images could not be read.

    private func draw(
        _ stored: StoredModel,
        _ identity: ModelIdentity,
        terminal: Terminal
    ) async throws -> Int {
        guard let out else { return 0 }
        let inspection = ModelInspection(
            options: ModelInspectionOptions(
                folder: out,
                images: try images.map { try ingest.options(roots: [$0]) },
                patchesPerAtom: patches,
                jobs: common.jobCount,
                kernels: try common.chosenKernels()
            ),
            model: stored,
            identity: identity
        ) { event in
            switch event {
            case .done(let count): terminal.progress("\(count) images")
            case .skipped(let failure):
                // The card alone stands on standard output, which may be JSON.
                terminal.warning(
                    "skipped \(failure.path.printable): \(failure.detail.printable)",
                    ["path": failure.path, "code": failure.code.rawValue]
                )
            }
        }
        let failed = try await Interruption.guarding { try await inspection.run().failed }
        terminal.clearProgress()
        return failed
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

    static func text(_ stored: StoredModel, sha256: String) -> String {
        let card = stored.card
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
            "positions     \(card.grid.rows) x \(card.grid.columns)"
                + (card.configuration.tiles.map {
                    " of each tile of \($0.side) x \($0.side) pixels, overlapping by \($0.overlap)"
                } ?? ""),
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
        lines += choices(of: stored)
        let fusion = fusion(of: card)
        if !fusion.isEmpty { lines += [""] + fusion }
        lines.append("")
        lines.append("detectors")
        for detector in card.detectors {
            let kept = detector.keptVariance.map {
                ", keeps \($0.formatted(3)) of the codes' variance"
            }
            let given = detector.factors.map { ", given \($0) factors of the image" }
            lines.append("  \(detector.name)\(kept ?? "")\(given ?? "")")
        }
        // A model's own texts must not steer a terminal.
        return lines.map(\.printable).joined(separator: "\n")
    }

    /// How each layer finds codes and has learned, and the rates of its priors.
    private static func choices(of stored: StoredModel) -> [String] {
        var lines = ["layer                   rates: min  median     max  inference, learning"]
        let parameters = stored.parameters
        for (encoder, layers) in zip(parameters.configuration.encoders, parameters.layers) {
            for (place, layer) in layers.enumerated() {
                let rates = ModelPageRecord.Spread(of: layer.rates)
                let numbers = [rates.min, rates.median, rates.max].map { rate in
                    String(format: "%.3g", Double(rate)).padded(to: 8, left: true)
                }
                let configuration = layer.configuration
                lines.append(
                    "\(encoder.name)/layer\(place + 1)".padded(to: 26) + numbers.joined()
                        + "  \(configuration.inference.summary), "
                        + configuration.learning.summary
                )
            }
        }
        return lines
    }

    private static func size(_ size: [Int]) -> String {
        size.map(String.init).joined(separator: " x ")
    }
}
