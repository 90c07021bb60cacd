internal import SparseCoding

/// One way to tell how unusual each position of an image is.
public struct DetectorConfiguration: Sendable, Equatable, Codable {
    /// What is compared with what is normal.
    public enum Method: Sendable, Equatable, Codable {
        /// The Mahalanobis distance of the reduced codes from what is normal at the same position.
        ///
        /// - Parameter dimension: The components that the codes are reduced to.
        case positionalGaussian(dimension: Int)
        /// The distance of the reduced codes from the nearest of the learned exemplars, at whatever position.
        ///
        /// - Parameter dimension: The components that the codes are reduced to.
        /// - Parameter count: The exemplars.
        case exemplars(dimension: Int, count: Int)
        /// The squared error of the patch's reconstruction by the layer.
        ///
        /// That of the best 1-sparse reconstruction where the layer thresholds, that of its codes where it infers in a
        /// stronger way.
        case reconstructionError
        /// The energy of the patch and its codes: the negative log posterior, up to a constant.
        ///
        /// > Source: Bowren (arXiv 2108.06622): Gaussian noise, exponential priors of the coefficients.
        case energy

        /// Whether features are made of the layer's codes and what is normal is learned from them.
        var readsFeatures: Bool {
            switch self {
            case .positionalGaussian, .exemplars: true
            case .reconstructionError, .energy: false
            }
        }
    }

    /// The name of the encoder it reads.
    public var encoder: String
    /// The layer of the encoder that it reads, from 1.
    public var layer: Int
    /// What is compared.
    public var method: Method
    /// The side of the square of places over which codes are averaged before they are compared.
    public var window: Int

    /// Creates a declaration.
    public init(encoder: String, layer: Int, method: Method, window: Int = 5) {
        self.encoder = encoder
        self.layer = layer
        self.method = method
        self.window = window
    }

    /// The averages of codes that features are made of; nil where there are none.
    var average: CodeAverage? {
        method.readsFeatures ? CodeAverage(layer: layer, window: window) : nil
    }

    /// A name for reports: encoder, layer and method.
    public var name: String {
        switch method {
        case .positionalGaussian: "\(encoder)/layer\(layer)/position"
        case .exemplars: "\(encoder)/layer\(layer)/exemplars"
        case .reconstructionError: "\(encoder)/layer\(layer)/reconstruction"
        case .energy: "\(encoder)/layer\(layer)/energy"
        }
    }

    /// What is wrong with the declaration, or nil.
    public var problem: String? {
        if layer < 1 { return "detector \(name): layers count from 1" }
        if window < 1 || window > 63 || window % 2 == 0 {
            return "detector \(name): window must be odd and in 1...63, found \(window)"
        }
        switch method {
        case .positionalGaussian(let dimension):
            return dimension < 1 || dimension > 512
                ? "detector \(name): dimension must be in 1...512, found \(dimension)" : nil
        case .exemplars(let dimension, let count):
            if dimension < 1 || dimension > 1024 {
                return "detector \(name): dimension must be in 1...1024, found \(dimension)"
            }
            return count < 1 || count > 65_536
                ? "detector \(name): count must be in 1...65536, found \(count)" : nil
        case .reconstructionError, .energy:
            return nil
        }
    }
}
