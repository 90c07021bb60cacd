import Discrimination
import Foundation
import ModelFile
import Scoring
import SparseCoding
import Tensors

/// Writes one small model of each kind to the folder that `RESIDUA_FUZZ_SEEDS` names, before anything is fuzzed.
@_cdecl("LLVMFuzzerInitialize")
public func initialize(
    _ count: UnsafeMutablePointer<CInt>?,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>?
) -> CInt {
    guard let folder = ProcessInfo.processInfo.environment["RESIDUA_FUZZ_SEEDS"] else { return 0 }
    do {
        for (name, model) in try seeds() {
            let content = try SmallModel.model(of: model).content()
            let url = URL(fileURLWithPath: folder).appendingPathComponent(name)
            try Data(try ModelContainer.encode(content)).write(to: url)
        }
    } catch {
        fatalError("\(error)")
    }
    return 0
}

private func seeds() throws -> [(String, ModelParameters)] {
    let plain = try SmallModel.parameters()
    var seeds = [("plain", plain)]
    let inferences: [(String, Inference)] = [
        ("ista", .ista(iterations: 3, tolerance: 0.01, step: 0.1)),
        ("fista", .fista(iterations: 3)),
        ("omp", .omp(nonzeroLimit: 2)),
        ("lca", .lca(steps: 3, rate: 0.1)),
    ]
    for (name, inference) in inferences {
        seeds.append((name, try plain.changed { $0.inference = inference }))
    }
    let certificate = MapHead.Certificate(
        labels: .synthetic,
        negatives: 600,
        positives: 30,
        penalty: 1e-3,
        objective: 0.125,
        gradientNorm: 1e-10,
        iterations: 9
    )
    for hasNetwork in [false, true] {
        let maps = plain.calibrations.count + (hasNetwork ? 1 : 0)
        let head = MapHead(
            weights: [Float](repeating: 0.5, count: MapHead.featureCount(maps: maps)),
            intercept: -4,
            center: -5,
            spread: 1.5,
            certificate: certificate
        )
        seeds.append(
            (
                hasNetwork ? "network" : "head",
                try plain.changed(head: head, network: hasNetwork ? try network(plain) : nil)
            )
        )
    }
    return seeds
}

private func network(_ model: ModelParameters) throws -> NetworkDetector {
    let declared = ThresholdNetworkConfiguration(
        inputChannels: 3,
        layers: [
            ThresholdLayerConfiguration(window: 3, stride: 2, channels: 4),
            ThresholdLayerConfiguration(window: 1, channels: 2),
        ],
        readMaps: [1, 2],
        gridStride: 2,
        hidden: ThresholdLayerConfiguration(window: 1, channels: 3, keepsPrior: false)
    )
    return NetworkDetector(
        configuration: .init(
            network: declared,
            pixels: 1024,
            imageNormalization: 0.02,
            startedFrom: "fine"
        ),
        parameters: try .random(
            declared,
            standardization: .identity(channels: 3),
            penalty: 0.25,
            seed: 5
        ),
        calibration: model.calibrations[0],
        course: .init(
            images: 12,
            validationImages: 2,
            steps: 40,
            ending: .patience,
            losses: [0.7, 0.25],
            validations: [],
            bestStep: 20,
            dependsOnTime: true
        )
    )
}

extension ModelParameters {
    /// The same parameters with other layers, a head or a network.
    fileprivate func changed(
        head: MapHead? = nil,
        network: NetworkDetector? = nil,
        layer change: (inout LayerConfiguration) -> Void = { _ in }
    ) throws -> ModelParameters {
        var configuration = configuration
        if head != nil { configuration.fusion = ScoreFusion(rule: .head, topShare: 0.02) }
        for encoder in configuration.encoders.indices {
            for layer in configuration.encoders[encoder].layers.indices {
                change(&configuration.encoders[encoder].layers[layer])
            }
        }
        return ModelParameters(
            configuration: configuration,
            channels: channels,
            grid: grid,
            layers: zip(configuration.encoders, layers).map { encoder, layers in
                zip(encoder.layers, layers).map { configuration, layer in
                    LayerParameters(
                        configuration: configuration,
                        inputChannels: layer.inputChannels,
                        whitening: layer.whitening,
                        dictionary: layer.dictionary,
                        penalties: layer.penalties,
                        rates: layer.rates,
                        density: layer.density,
                        learningCurve: layer.learningCurve
                    )
                }
            },
            detectors: detectors,
            calibrations: calibrations,
            conformal: conformal,
            head: head,
            network: network
        )
    }
}
