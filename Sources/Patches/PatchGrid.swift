/// Where the windows of a layer lie on a map.
///
/// Windows are centred on every `stride`-th place; beyond the border the map is continued by reflection, so that each
/// place has a window and any size of map works.
public struct PatchGrid: Sendable, Equatable {
    /// The side of the square window, odd, in places of the map.
    public let window: Int
    /// The distance of neighbouring windows, in places of the map.
    public let stride: Int

    /// Creates a grid; the window must be odd and both sizes positive.
    public init(window: Int, stride: Int) {
        precondition(window > 0 && window % 2 == 1, "the window must be odd")
        precondition(stride > 0, "the stride must be positive")
        self.window = window
        self.stride = stride
    }

    /// Places that a window reaches beyond its centre.
    public var border: Int { window / 2 }

    /// The number of windows over a map of this size.
    public func size(height: Int, width: Int) -> (height: Int, width: Int) {
        ((height + stride - 1) / stride, (width + stride - 1) / stride)
    }

    /// The numbers in a patch of a map with so many channels.
    public func depth(channels: Int) -> Int { window * window * channels }
}
