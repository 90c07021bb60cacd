internal import Discrimination
internal import Scoring
internal import Tensors

extension StoredModel {
    /// Adds a network's tensors.
    static func store(_ network: NetworkDetector, in content: inout SafeTensors) {
        for (place, layer) in network.parameters.layers.enumerated() {
            let name = networkLayerName(place)
            content.tensors["\(name)/kernels"] = Tensor(layer.kernels)
            content.tensors["\(name)/penalties"] = Tensor(layer.penalties)
        }
        content.tensors["network/readout"] = Tensor(network.parameters.readout)
        content.tensors["network/offset"] = Tensor([network.parameters.offset])
        content.tensors["network/normal_mean"] = Tensor(network.calibration.mean)
        content.tensors["network/normal_deviation"] = Tensor(network.calibration.deviation)
    }

    private static func networkLayerName(_ place: Int) -> String { "network/layer\(place + 1)" }

    /// The network that the card speaks of, if any, every shape checked against its declaration.
    static func network(
        _ card: ModelCard,
        _ content: SafeTensors
    ) throws(ModelFileError) -> NetworkDetector? {
        guard let said = card.network else { return nil }
        let declared = said.configuration.network
        var layers: [ThresholdLayerParameters] = []
        for (place, layer) in declared.allLayers.enumerated() {
            let name = networkLayerName(place)
            let kernels = try content.matrix(
                "\(name)/kernels",
                rows: layer.channels,
                columns: layer.depth(inputs: declared.inputs(ofLayer: place))
            )
            let penalties = try content.vector("\(name)/penalties", count: layer.channels)
            if layer.keepsPrior, !penalties.allSatisfy({ $0 >= 0 }) {
                throw .badTensor(name: "\(name)/penalties", reason: "a penalty is negative")
            }
            do throws(ShapeError) {
                layers.append(try ThresholdLayerParameters(kernels: kernels, penalties: penalties))
            } catch {
                throw .badTensor(name: "\(name)/penalties", reason: error.description)
            }
        }
        let readout = try content.vector("network/readout", count: declared.features)
        let offset = try content.vector("network/offset", count: 1)
        let parameters: ThresholdNetworkParameters
        do throws(ThresholdNetworkError) {
            parameters = try ThresholdNetworkParameters(
                configuration: declared,
                standardization: .identity(channels: declared.inputChannels),
                layers: layers,
                readout: readout,
                offset: offset[0]
            )
        } catch {
            throw .badTensor(name: "network/readout", reason: error.problem)
        }
        return NetworkDetector(
            configuration: said.configuration,
            parameters: parameters,
            calibration: try calibration(NetworkDetector.name, card, content),
            course: said.course
        )
    }
}
