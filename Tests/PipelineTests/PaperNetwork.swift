import Discrimination
import Foundation
import ImageCodec
import Pipeline
import Scoring
import SparseCoding
import Tensors

/// The network of `pipelines/paper-network.json`, learned on a set of the sample images.
struct PaperNetwork {
    /// A test image as the network reads it.
    struct Labelled {
        let input: FeatureMap
        /// 1 where a mask touches a place of the top codes.
        let target: Matrix
        let isAnomalous: Bool
        /// Whether its number within its kind is even: which half it belongs to.
        let isEven: Bool
    }

    static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static func declaration() throws -> ModelConfiguration {
        let file = root.appending(path: "pipelines/paper-network.json")
        return try JSONDecoder().decode(ModelConfiguration.self, from: Data(contentsOf: file))
    }

    let encoder: ImageEncoder
    /// The same layers as convolutions with biases and ReLUs, with a read-out that is still to be solved.
    let network: ThresholdNetwork
    let normals: [FeatureMap]
    let tests: [Labelled]

    /// Learns the network from the set's normal images alone.
    static func learned(set: String) async throws -> PaperNetwork {
        let train = root.appending(path: "sample-data/\(set)/train/good")
        let options = TrainingOptions(
            ingest: IngestOptions(roots: [RawPath(train.path(percentEncoded: false))]),
            configuration: try declaration(),
            jobs: 2
        )
        let learned = try await TrainingRun(options: options).run().parameters
        return try PaperNetwork(set: set, learned: learned)
    }

    private init(set: String, learned: ModelParameters) throws {
        let folder = Self.root.appending(path: "sample-data/\(set)")
        let declaration = learned.configuration
        let layers = learned.layers[0]
        let encoder = ImageEncoder(
            configuration: declaration.encoders[0],
            layers: layers.map { Layer(parameters: $0, kernels: .best) }
        )
        self.encoder = encoder
        network = try Self.network(learned)
        let mode: ChannelMode = learned.channels == 3 ? .colour : .grey
        func input(_ file: URL) throws -> FeatureMap {
            let image = try ImageReader.decode([UInt8](Data(contentsOf: file)), channels: mode)
                .image
            return encoder.prepare(
                Resampler(height: image.height, width: image.width).resample(image)
            )
        }
        normals = try Self.names(in: folder.appending(path: "train/good")).map(input)
        var tests: [Labelled] = []
        for kind in try Self.names(in: folder.appending(path: "test")) {
            for (place, file) in try Self.names(in: kind).enumerated() {
                let map = try input(file)
                let name = kind.lastPathComponent
                let mask =
                    name == "good"
                    ? nil
                    : folder.appending(
                        path: "ground_truth/\(name)/"
                            + "\(file.deletingPathExtension().lastPathComponent)_mask.png"
                    )
                tests.append(
                    Labelled(
                        input: map,
                        target: try Self.target(mask, for: map, network.configuration),
                        isAnomalous: mask != nil,
                        isEven: place % 2 == 0
                    )
                )
            }
        }
        self.tests = tests
    }

    private static func network(_ learned: ModelParameters) throws -> ThresholdNetwork {
        let layers = learned.layers[0]
        let configuration = ThresholdNetworkConfiguration(
            inputChannels: learned.channels,
            layers: layers.map {
                ThresholdLayerConfiguration(
                    window: $0.configuration.window,
                    stride: $0.configuration.stride,
                    channels: $0.configuration.channels
                )
            },
            readMaps: [layers.count],
            gridStride: layers.reduce(1) { $0 * $1.configuration.stride }
        )
        let parameters = try ThresholdNetworkParameters(
            configuration: configuration,
            standardization: .identity(channels: learned.channels),
            layers: layers.map {
                let convolution = try LayerKernels($0)
                return try ThresholdLayerParameters(
                    kernels: convolution.kernels,
                    penalties: convolution.biases.map { -$0 }
                )
            },
            readout: [Float](repeating: 0, count: configuration.features),
            offset: 0
        )
        return ThresholdNetwork(parameters: parameters, kernels: .best)
    }

    /// Brings a mask to the grid of the top codes.
    private static func target(
        _ mask: URL?,
        for input: FeatureMap,
        _ configuration: ThresholdNetworkConfiguration
    ) throws -> Matrix {
        let (rows, columns) = configuration.outputSize(height: input.height, width: input.width)
        var target = Matrix(rows: rows, columns: columns)
        guard let mask else { return target }
        let image = try ImageReader.decode([UInt8](Data(contentsOf: mask)), channels: .grey).image
        let sized = Resampler(height: input.height, width: input.width).resample(image)
        for y in 0..<sized.height {
            for x in 0..<sized.width where sized[y, x, 0] > 0.5 {
                target[y / configuration.gridStride, x / configuration.gridStride] = 1
            }
        }
        return target
    }

    private static func names(in folder: URL) throws -> [URL] {
        try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .sorted { $0.lastPathComponent < $1.lastPathComponent }
    }
}
