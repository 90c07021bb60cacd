public import Patches
public import Tensors

/// What varies from one normal image to the next as a whole: the light, the tone, the run of the grain.
///
/// The top of the hierarchy: atoms as large as the image, with orthogonal linear codes. They are learned from the features
/// of a layer averaged over a few cells of the image. What the factors of an image say of a position is no anomaly there,
/// so ``PositionalGaussian`` compares features with what the image's own factors lead to expect.
public struct ImageFactors: Sendable, Equatable, Codable {
    /// How many factors are learned, and from what.
    public struct Configuration: Sendable, Equatable, Codable {
        /// The most factors; 0 for none.
        public var count: Int
        /// The rows and columns of cells that features are averaged over.
        public var cells: Int
        /// The images that are needed for each factor, so that few images do not explain themselves away.
        public var imagesPerFactor: Int

        /// Creates a declaration.
        public init(count: Int = 96, cells: Int = 4, imagesPerFactor: Int = 5) {
            self.count = count
            self.cells = cells
            self.imagesPerFactor = imagesPerFactor
        }

        /// What is wrong with the declaration, or nil.
        public var problem: String? {
            if !(0...256).contains(count) { return "factors must be in 0...256, found \(count)" }
            if !(1...16).contains(cells) { return "factor cells must be in 1...16, found \(cells)" }
            if !(2...1000).contains(imagesPerFactor) {
                return "imagesPerFactor must be in 2...1000, found \(imagesPerFactor)"
            }
            return nil
        }
    }

    /// The rows and columns of cells.
    public let cells: Int
    /// The atoms: the projection from a map of cells, shape `[count, cells * cells * dimension]`.
    public let projection: Whitening

    /// Creates factors from stored numbers.
    public init(cells: Int, projection: Whitening) {
        self.cells = cells
        self.projection = projection
    }

    /// Learns factors.
    ///
    /// - Parameters:
    ///   - cellMeans: The cell means of features, one normal image per row, shape `[images, cells * cells * dimension]`.
    ///   - count: The factors, at least 1.
    ///   - cells: The rows and columns of cells.
    ///   - kernels: The kernels for the products.
    public init(learningFrom cellMeans: Matrix, count: Int, cells: Int, kernels: Kernels) {
        self.init(
            cells: cells,
            projection: Whitening(
                samples: cellMeans,
                components: count,
                epsilon: 1e-4,
                kernels: kernels
            )
        )
    }

    /// The number of factors.
    public var count: Int { projection.projection.rows }

    /// The norm beyond which codes are drawn back: three times that of codes with unit variance.
    public var reach: Float { 3 * Float(count).squareRoot() }

    /// The codes of an image.
    ///
    /// Normal images have codes of about unit variance. A gross defect may drive them to hundreds of deviations, where the
    /// regression on them, learned near zero, would expect something absurd at every position, and all of the image would
    /// look unusual. So codes whose norm is above ``reach`` are scaled down to it: their direction stays.
    ///
    /// - Parameters:
    ///   - features: Shape `[height, width, dimension]`.
    ///   - kernels: The kernels for the inner products.
    /// - Returns: About unit variance over normal images, shape `[count]`.
    public func codes(of features: FeatureMap, kernels: Kernels) -> [Float] {
        let codes = projected(features, kernels: kernels)
        let squares = codes.reduce(0.0) { $0 + Double($1) * Double($1) }
        let norm = Float(squares.squareRoot())
        // What is no number stays none.
        guard norm > reach else { return codes }
        let factor = reach / norm
        return codes.map { $0 * factor }
    }

    private func projected(_ features: FeatureMap, kernels: Kernels) -> [Float] {
        let means = features.cellMeans(cells: cells, kernels: kernels)
        precondition(means.count == projection.mean.count, "the features are of another shape")
        let centred = zip(means, projection.mean).map { $0 - $1 }
        return unsafe projection.projection.elements.withUnsafeBufferPointer { atoms in
            unsafe centred.withUnsafeBufferPointer { centred in
                guard let atoms = atoms.baseAddress, let means = centred.baseAddress else {
                    return []
                }
                return (0..<count).map { factor in
                    unsafe kernels.dot(
                        atoms + factor * centred.count,
                        means,
                        count: centred.count
                    )
                }
            }
        }
    }
}

extension FeatureMap {
    /// The means over cells that share the map out evenly; on maps with fewer places than cells they overlap.
    ///
    /// - Returns: Cell by cell, row after row, shape `[cells * cells, channels]`.
    func cellMeans(cells: Int, kernels: Kernels) -> [Float] {
        var result = [Float](repeating: 0, count: cells * cells * channels)
        unsafe result.withUnsafeMutableBufferPointer { result in
            unsafe elements.withUnsafeBufferPointer { elements in
                guard let result = result.baseAddress, let elements = elements.baseAddress
                else { return }
                for row in 0..<cells {
                    let rows = row * height / cells..<((row + 1) * height + cells - 1) / cells
                    for column in 0..<cells {
                        let columns =
                            column * width / cells..<((column + 1) * width + cells - 1) / cells
                        let share = 1 / Float(rows.count * columns.count)
                        for y in rows {
                            for x in columns {
                                unsafe kernels.addScaled(
                                    share,
                                    elements + (y * width + x) * channels,
                                    to: result + (row * cells + column) * channels,
                                    count: channels
                                )
                            }
                        }
                    }
                }
            }
        }
        return result
    }
}
