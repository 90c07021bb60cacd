internal import Digests
internal import Patches
public import Scoring
internal import SparseCoding
internal import Tensors

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// A model as it stands in a file: what was learned, and the card.
public struct StoredModel: Sendable, Equatable {
    /// What was learned.
    public let parameters: ModelParameters
    /// What the model says of itself.
    public let card: ModelCard

    /// Puts a model and its card together.
    public init(parameters: ModelParameters, card: ModelCard) {
        self.parameters = parameters
        self.card = card
    }

    static let cardKey = "card"

    /// The model as tensors and metadata.
    ///
    /// - Returns: What a model file contains.
    /// - Throws: ``ModelFileError/badMetadata(key:reason:)`` when the card can't be encoded.
    public func content() throws(ModelFileError) -> SafeTensors {
        var content = tensors()
        do {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            content.metadata[Self.cardKey] = String(
                decoding: try encoder.encode(card),
                as: UTF8.self
            )
        } catch {
            throw .badMetadata(key: Self.cardKey, reason: "\(error)")
        }
        return content
    }

    /// The model's tensors without its card.
    func tensors() -> SafeTensors {
        var content = SafeTensors()
        for (encoder, layers) in zip(parameters.configuration.encoders, parameters.layers) {
            for (place, layer) in layers.enumerated() {
                let name = Self.layerName(encoder.name, place)
                if let whitening = layer.whitening {
                    content.tensors["\(name)/whitening_mean"] = Tensor(whitening.mean)
                    content.tensors["\(name)/whitening_projection"] =
                        Tensor(whitening.projection)
                }
                content.tensors["\(name)/atoms"] = Tensor(layer.dictionary.atoms)
                content.tensors["\(name)/penalties"] = Tensor(layer.penalties)
                content.tensors["\(name)/rates"] = Tensor(layer.rates)
            }
        }
        for (place, detector) in parameters.detectors.enumerated() {
            let name = Self.detectorName(place)
            switch detector.normality {
            case .gaussian(let reduction, let factors, let gaussian):
                Self.store(reduction, as: name, in: &content)
                if let factors, let loadings = gaussian.loadings {
                    content.tensors["\(name)/factor_mean"] = Tensor(factors.projection.mean)
                    content.tensors["\(name)/factor_projection"] =
                        Tensor(factors.projection.projection)
                    content.tensors["\(name)/loadings"] = Tensor(loadings)
                }
                content.tensors["\(name)/means"] = Tensor(gaussian.means)
                content.tensors["\(name)/whiteners"] = Tensor(gaussian.whiteners)
            case .exemplars(let reduction, let exemplars):
                Self.store(reduction, as: name, in: &content)
                content.tensors["\(name)/exemplars"] = Tensor(exemplars.vectors)
            case .dictionary:
                break
            }
            content.tensors["\(name)/normal_mean"] = Tensor(parameters.calibrations[place].mean)
            content.tensors["\(name)/normal_deviation"] =
                Tensor(parameters.calibrations[place].deviation)
        }
        if let head = parameters.head {
            content.tensors["head/weights"] = Tensor(head.weights + [head.intercept])
            content.tensors["head/normal_logits"] = Tensor([head.center, head.spread])
        }
        if let network = parameters.network {
            Self.store(network, in: &content)
        }
        content.tensors["calibration/scores"] = Tensor(parameters.conformal.scores)
        return content
    }

    private static func store(
        _ reduction: FeatureReduction,
        as name: String,
        in content: inout SafeTensors
    ) {
        content.tensors["\(name)/reduction_mean"] = Tensor(reduction.whitening.mean)
        content.tensors["\(name)/reduction_projection"] = Tensor(reduction.whitening.projection)
    }

    static func layerName(_ encoder: String, _ place: Int) -> String {
        "encoder/\(encoder)/layer\(place + 1)"
    }

    static func detectorName(_ place: Int) -> String { "detector/\(place + 1)" }

    /// Writes a model file atomically.
    ///
    /// - Parameter path: Where; an older file is replaced.
    /// - Returns: The SHA-256 of the file, the model's identity.
    /// - Throws: ``ModelFileError``; there is then no new file.
    @discardableResult
    public func write(to path: String) throws(ModelFileError) -> String {
        try ModelContainer.write(try content(), to: path)
    }

    /// The SHA-256 that the model's file would have.
    ///
    /// - Returns: 64 hexadecimal digits.
    /// - Throws: ``ModelFileError`` when the model can't be encoded.
    public func sha256() throws(ModelFileError) -> String {
        SHA256Digest(of: try ModelContainer.encode(try content())).description
    }

    /// Reads and checks a model file.
    ///
    /// - Parameter path: The file.
    /// - Returns: The model and the SHA-256 of the file.
    /// - Throws: ``ModelFileError`` that says what is wrong.
    public static func read(
        _ path: String
    ) throws(ModelFileError) -> (model: StoredModel, sha256: String) {
        let (model, seal) = try open(path)
        return (model, try seal.sha256())
    }

    /// Reads a model file and checks everything but its digest, which is taken meanwhile.
    ///
    /// - Parameter path: The file.
    /// - Returns: The model, and the check that is still to be waited for.
    /// - Throws: ``ModelFileError`` that says what is wrong.
    public static func open(
        _ path: String
    ) throws(ModelFileError) -> (model: StoredModel, seal: ModelSeal) {
        let (content, seal) = try ModelContainer.open(path)
        do {
            return (try StoredModel(content), seal)
        } catch {
            // Where the file is damaged, that is the reason.
            _ = try seal.sha256()
            throw error
        }
    }
}
