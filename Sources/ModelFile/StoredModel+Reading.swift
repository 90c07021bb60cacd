internal import Discrimination
internal import Patches
internal import Scoring
internal import SparseCoding
internal import Tensors

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

extension StoredModel {
    /// Reads a model from a file's tensors and metadata, trusting nothing.
    ///
    /// Every shape must follow from the card's declaration, penalties must not be negative, deviations and rates must be
    /// positive and atoms of norm 1.
    ///
    /// - Throws: ``ModelFileError``.
    public init(_ content: SafeTensors) throws(ModelFileError) {
        let text = try content.text(Self.cardKey)
        let card: ModelCard
        do {
            card = try JSONDecoder().decode(ModelCard.self, from: Data(text.utf8))
        } catch {
            throw .badMetadata(
                key: Self.cardKey,
                reason: ModelFileError.reason(of: error, whole: "it is not the JSON of a card")
            )
        }
        if let name = RepeatedName.first(in: Array(text.utf8)) {
            throw .badMetadata(
                key: Self.cardKey,
                reason: "\(ModelFileError.quoted(name)) is repeated or written with an escape"
            )
        }
        if let problem = card.problem {
            throw .badMetadata(key: Self.cardKey, reason: problem)
        }
        var layers: [[LayerParameters]] = []
        var places = card.layers[...]
        for encoder in card.configuration.encoders {
            var channels = card.training.channels
            var learned: [LayerParameters] = []
            for (place, configuration) in encoder.layers.enumerated() {
                guard let said = places.popFirst(), said.encoder == encoder.name,
                    said.layer == place + 1, said.inputChannels == channels
                else {
                    throw .badMetadata(
                        key: Self.cardKey,
                        reason: "its layers are not those of its encoders"
                    )
                }
                learned.append(
                    try Self.layer(
                        Self.layerName(encoder.name, place),
                        configuration,
                        said,
                        channels,
                        content
                    )
                )
                channels = configuration.channels
            }
            layers.append(learned)
        }
        guard places.isEmpty else {
            throw .badMetadata(
                key: Self.cardKey,
                reason: "its layers are not those of its encoders"
            )
        }
        var detectors: [DetectorParameters] = []
        var calibrations: [MapCalibration] = []
        for (place, configuration) in card.configuration.detectors.enumerated() {
            let name = Self.detectorName(place)
            detectors.append(try Self.detector(name, configuration, card, place, content))
            calibrations.append(try Self.calibration(name, card, content))
        }
        let scores = try content.vector("calibration/scores")
        let conformal: ConformalCalibration
        do {
            conformal = try ConformalCalibration(scores: scores)
        } catch {
            throw .badTensor(name: "calibration/scores", reason: "\(error)")
        }
        if let problem = card.calibration.problem(scores: conformal.scores) {
            throw .badMetadata(key: Self.cardKey, reason: problem)
        }
        self.init(
            parameters: ModelParameters(
                configuration: card.configuration,
                channels: card.training.channels,
                grid: card.grid,
                layers: layers,
                detectors: detectors,
                calibrations: calibrations,
                conformal: conformal,
                head: try Self.head(card, content),
                network: try Self.network(card, content)
            ),
            card: card
        )
        let known = tensors().tensors
        if let name = content.tensors.keys.filter({ known[$0] == nil }).min() {
            throw .badTensor(name: name, reason: "no model has one of this name")
        }
    }

    private static func layer(
        _ name: String,
        _ configuration: LayerConfiguration,
        _ said: ModelCard.Layer,
        _ channels: Int,
        _ content: SafeTensors
    ) throws(ModelFileError) -> LayerParameters {
        let depth = configuration.window * configuration.window * channels
        let whitening = try whitening(name, configuration.components, depth, said, content)
        let atoms = try content.matrix(
            "\(name)/atoms",
            rows: configuration.atoms,
            columns: whitening?.projection.rows ?? depth
        )
        guard let dictionary = AtomDictionary(unitAtoms: atoms) else {
            throw .badTensor(name: "\(name)/atoms", reason: "an atom's norm is not 1")
        }
        let penalties = try content.vector("\(name)/penalties", count: configuration.atoms)
        guard penalties.allSatisfy({ $0 >= 0 }) else {
            throw .badTensor(name: "\(name)/penalties", reason: "a penalty is negative")
        }
        let rates = try content.vector("\(name)/rates", count: configuration.atoms)
        guard rates.allSatisfy({ $0 > 0 }) else {
            throw .badTensor(name: "\(name)/rates", reason: "a rate is not above 0")
        }
        let noiseVariance = said.noiseVariance ?? 1
        guard noiseVariance > 0, noiseVariance.isFinite else {
            throw .badMetadata(
                key: cardKey,
                reason: "\(name): the noise variance must be above 0, found \(noiseVariance)"
            )
        }
        return LayerParameters(
            configuration: configuration,
            inputChannels: channels,
            whitening: whitening,
            dictionary: dictionary,
            penalties: penalties,
            rates: rates,
            noiseVariance: noiseVariance,
            density: said.density,
            learningCurve: said.learningCurve
        )
    }

    /// The calibration of a map.
    static func calibration(
        _ name: String,
        _ card: ModelCard,
        _ content: SafeTensors
    ) throws(ModelFileError) -> MapCalibration {
        let (rows, columns) = (card.grid.rows, card.grid.columns)
        let deviation = try content.matrix(
            "\(name)/normal_deviation",
            rows: rows,
            columns: columns
        )
        guard deviation.elements.allSatisfy({ $0 > 0 }) else {
            throw .badTensor(
                name: "\(name)/normal_deviation",
                reason: "a deviation is not above 0"
            )
        }
        return MapCalibration(
            mean: try content.matrix("\(name)/normal_mean", rows: rows, columns: columns),
            deviation: deviation
        )
    }

    /// The head that the card speaks of, if any.
    private static func head(
        _ card: ModelCard,
        _ content: SafeTensors
    ) throws(ModelFileError) -> MapHead? {
        guard let certificate = card.head else { return nil }
        let maps = card.configuration.detectors.count + (card.network == nil ? 0 : 1)
        let count = MapHead.featureCount(maps: maps)
        let weights = try content.vector("head/weights", count: count + 1)
        let logits = try content.vector("head/normal_logits", count: 2)
        guard logits[1] > 0 else {
            throw .badTensor(name: "head/normal_logits", reason: "the spread is not above 0")
        }
        return MapHead(
            weights: Array(weights.dropLast()),
            intercept: weights[count],
            center: logits[0],
            spread: logits[1],
            certificate: certificate
        )
    }

    /// The whitening of a layer of so many components, nil where it is declared to have none.
    private static func whitening(
        _ name: String,
        _ components: Int?,
        _ depth: Int,
        _ said: ModelCard.Layer,
        _ content: SafeTensors
    ) throws(ModelFileError) -> Whitening? {
        guard let components else { return nil }
        let projection = try content.matrix("\(name)/whitening_projection", columns: depth)
        let most = min(components, depth)
        guard projection.rows >= 1, projection.rows <= most else {
            throw .wrongShape(
                name: "\(name)/whitening_projection",
                expected: [most, depth],
                actual: [projection.rows, depth]
            )
        }
        return Whitening(
            mean: try content.vector("\(name)/whitening_mean", count: depth),
            projection: projection,
            keptVariance: said.keptVariance
        )
    }
}
