/// One convolutional thresholding layer, `code = max(0, W x - lambda)`: the declared part.
public struct ThresholdLayerConfiguration: Sendable, Equatable, Codable {
    /// How a map is continued beyond its border.
    public enum Border: String, Sendable, Codable, CaseIterable {
        /// By reflection; the outermost place is not doubled.
        case reflected
        /// By zeros.
        case zero
    }

    /// The side of the square window, odd, in places of the input map.
    public var window: Int
    /// The distance of neighbouring windows, in places of the input map.
    public var stride: Int
    /// The distance of the places within a window, in places of the input map; 1 for a solid
    /// window.
    public var dilation: Int
    /// The side of the square of codes that is averaged into one output place; 1 for none.
    public var pooling: Int
    /// The number of atoms, which is that of output channels.
    public var channels: Int
    /// How the input is continued beyond its border.
    public var border: Border
    /// Whether penalties are kept at or above zero, as a sparse prior needs; without it they are
    /// free biases.
    public var keepsPrior: Bool

    /// Creates a declaration.
    public init(
        window: Int,
        stride: Int = 1,
        dilation: Int = 1,
        pooling: Int = 1,
        channels: Int,
        border: Border = .reflected,
        keepsPrior: Bool = true
    ) {
        self.window = window
        self.stride = stride
        self.dilation = dilation
        self.pooling = pooling
        self.channels = channels
        self.border = border
        self.keepsPrior = keepsPrior
    }

    /// Places of the input from one output place to the next.
    public var outputStride: Int { stride * pooling }

    /// Places of the input that a window reaches beyond its centre.
    public var reach: Int { window / 2 * dilation }

    /// The numbers in a window of a map with so many channels.
    public func depth(inputs: Int) -> Int { window * window * inputs }

    /// What is wrong with the declaration, or nil.
    public var problem: String? {
        if window < 1 || window > 31 || window % 2 == 0 {
            return "window must be odd and in 1...31, found \(window)"
        }
        if stride < 1 || stride > 64 { return "stride must be in 1...64, found \(stride)" }
        if dilation < 1 || dilation > 64 { return "dilation must be in 1...64, found \(dilation)" }
        if pooling < 1 || pooling > 64 { return "pooling must be in 1...64, found \(pooling)" }
        if channels < 1 || channels > 16384 {
            return "channels must be in 1...16384, found \(channels)"
        }
        return nil
    }
}
