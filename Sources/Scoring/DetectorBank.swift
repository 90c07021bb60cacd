internal import Patches
public import SparseCoding
public import Tensors

/// Encoders and the detectors that read them; perhaps the same detectors learned from several sets of images.
public struct DetectorBank: Sendable {
    private let encoders: [ImageEncoder]
    private let configurations: [DetectorConfiguration]
    private let reductions: [[PreparedReduction?]]
    private let sets: [[Detector]]
    private let grid: PositionGrid
    private let kernels: Kernels

    /// Prepares detectors.
    ///
    /// - Parameters:
    ///   - encoders: The encoders that the detectors name.
    ///   - sets: The same detectors learned from several sets of images, at least one.
    ///   - grid: The size of the maps.
    ///   - kernels: The kernels.
    public init(
        encoders: [ImageEncoder],
        sets: [[DetectorParameters]],
        grid: PositionGrid,
        kernels: Kernels
    ) {
        precondition(!sets.isEmpty, "no detectors")
        self.encoders = encoders
        configurations = sets[0].map(\.configuration)
        reductions = sets.map { set in
            set.map { detector in
                detector.reduction.map { PreparedReduction($0, kernels: kernels) }
            }
        }
        self.sets = sets.map { set in set.map { Detector($0, kernels: kernels) } }
        self.grid = grid
        self.kernels = kernels
    }

    /// The maps of all detectors, in their own units.
    ///
    /// An encoder's responses are dropped before the next encoder runs.
    ///
    /// - Parameters:
    ///   - image: The image, in `[0, 1]`.
    ///   - count: How many of the sets, from the first; all when nil.
    /// - Returns: For each set a map per detector, shape of the grid.
    public func maps(of image: FeatureMap, sets count: Int? = nil) -> [[Matrix]] {
        let sets = sets.prefix(count ?? sets.count)
        var maps = sets.map { _ in [Matrix?](repeating: nil, count: configurations.count) }
        for encoder in encoders {
            let readers = configurations.indices.filter {
                configurations[$0].encoder == encoder.configuration.name
            }
            if readers.isEmpty { continue }
            let responses = encoder.encode(
                image,
                energyOfLayers: Set(
                    readers.filter { configurations[$0].method == .energy }
                        .map { configurations[$0].layer }
                )
            )
            var averages = AveragedCodes(kernels: kernels)
            for index in readers {
                let response = responses[configurations[index].layer - 1]
                for set in sets.indices {
                    let features = reductions[set][index].map {
                        $0.apply(to: averages.average(response.codes, for: configurations[index]))
                    }
                    maps[set][index] = sets[set][index]
                        .map(features: features, response: response, grid: grid)
                }
            }
        }
        return maps.map { $0.compactMap(\.self) }
    }
}

/// Averages of an encoder's codes, each computed once however many detectors read it.
struct AveragedCodes {
    private struct Key: Hashable {
        let layer: Int
        let window: Int
    }

    let kernels: Kernels
    private var known: [Key: FeatureMap] = [:]

    init(kernels: Kernels) { self.kernels = kernels }

    /// The codes of a layer averaged over a detector's window, at every second place; as they are for a window of 1.
    mutating func average(
        _ codes: FeatureMap,
        for configuration: DetectorConfiguration
    ) -> FeatureMap {
        if configuration.window == 1 { return codes }
        let key = Key(layer: configuration.layer, window: configuration.window)
        if let map = known[key] { return map }
        let map = codes.meanPooled(window: key.window, stride: 2, kernels: kernels)
        known[key] = map
        return map
    }
}
