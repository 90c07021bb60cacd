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
        var resized: [FeatureMap] = []
        for encoder in encoders {
            let readers = configurations.indices.filter {
                configurations[$0].encoder == encoder.configuration.name
            }
            if readers.isEmpty { continue }
            // Encoders of one size share the image at that size.
            let size = encoder.configuration.workingSize
                .size(width: image.width, height: image.height)
            let known = resized.first { ($0.height, $0.width) == size }
            let small = known ?? encoder.resize(image)
            if known == nil { resized.append(small) }
            let averages = encoder.averages(
                ofResized: small,
                wanted: Set(readers.compactMap { configurations[$0].average })
            )
            // Errors and energies cost more than codes.
            let unfeatured = readers.map { configurations[$0] }.filter { $0.average == nil }
            let responses =
                unfeatured.isEmpty
                ? []
                : encoder.encode(
                    image,
                    energyOfLayers: Set(
                        unfeatured.filter { $0.method == .energy }.map(\.layer)
                    )
                )
            for index in readers {
                let codes = configurations[index].average.flatMap { averages[$0] }
                for set in sets.indices {
                    let features = reductions[set][index].flatMap { reduction in
                        codes.map(reduction.apply(to:))
                    }
                    maps[set][index] = sets[set][index].map(
                        features: features,
                        response: features == nil
                            ? responses[configurations[index].layer - 1] : nil,
                        grid: grid
                    )
                }
            }
        }
        return maps.map { $0.compactMap(\.self) }
    }
}
