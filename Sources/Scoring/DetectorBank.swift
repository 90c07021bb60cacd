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
    /// - Parameters:
    ///   - image: The image, in `[0, 1]`.
    ///   - count: How many of the sets, from the first; all when nil.
    ///   - jobs: The most encoders that run at once; the responses of so many are in memory.
    /// - Returns: For each set a map per detector, shape of the grid.
    public func maps(of image: FeatureMap, sets count: Int? = nil, jobs: Int = 1) -> [[Matrix]] {
        // Encoders of one size share the image at that size.
        var resized: [FeatureMap] = []
        for encoder in encoders {
            let size = encoder.configuration.workingSize
                .size(width: image.width, height: image.height)
            if !resized.contains(where: { ($0.height, $0.width) == size }) {
                resized.append(encoder.resize(image))
            }
        }
        let (sizes, number) = (resized, count ?? sets.count)
        let parts = mapConcurrently(encoders.count, jobs: jobs) {
            maps(by: encoders[$0], of: image, sizes: sizes, sets: number)
        }
        return (0..<number).map { set in
            configurations.indices.compactMap { detector in
                parts.lazy.compactMap { $0[set][detector] }.first
            }
        }
    }

    /// The maps of the detectors that read an encoder; nil for the others.
    private func maps(
        by encoder: ImageEncoder,
        of image: FeatureMap,
        sizes: [FeatureMap],
        sets count: Int
    ) -> [[Matrix?]] {
        let none = [Matrix?](repeating: nil, count: configurations.count)
        var maps = [[Matrix?]](repeating: none, count: count)
        let readers = configurations.indices.filter {
            configurations[$0].encoder == encoder.configuration.name
        }
        if readers.isEmpty { return maps }
        let size = encoder.configuration.workingSize.size(width: image.width, height: image.height)
        let averages = encoder.averages(
            ofResized: sizes.first { ($0.height, $0.width) == size } ?? encoder.resize(image),
            wanted: Set(readers.compactMap { configurations[$0].average })
        )
        // Errors and energies cost more than codes.
        let unfeatured = readers.map { configurations[$0] }.filter { $0.average == nil }
        let responses =
            unfeatured.isEmpty
            ? []
            : encoder.encode(
                image,
                energyOfLayers: Set(unfeatured.filter { $0.method == .energy }.map(\.layer))
            )
        for index in readers {
            let codes = configurations[index].average.flatMap { averages[$0] }
            for set in 0..<count {
                let features = reductions[set][index].flatMap { reduction in
                    codes.map(reduction.apply(to:))
                }
                maps[set][index] = sets[set][index].map(
                    features: features,
                    response: features == nil ? responses[configurations[index].layer - 1] : nil,
                    grid: grid
                )
            }
        }
        return maps
    }
}
