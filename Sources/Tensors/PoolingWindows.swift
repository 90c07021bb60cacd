/// Where windows lie on a line of places.
public struct PoolingWindows: Sendable, Hashable {
    /// The places in a window.
    public let window: Int
    /// The places of the first window that would lie before the line.
    public let before: Int
    /// The distance of neighbouring windows.
    public let stride: Int

    /// Windows side by side, without overlap.
    public static func blocks(of side: Int) -> PoolingWindows {
        PoolingWindows(window: side, before: 0, stride: side)
    }

    /// Windows centred on every `stride`-th place; an even one reaches further ahead.
    public static func centred(window: Int, stride: Int) -> PoolingWindows {
        PoolingWindows(window: window, before: (window - 1) / 2, stride: stride)
    }

    private init(window: Int, before: Int, stride: Int) {
        precondition(window > 0 && stride > 0, "window and stride must be positive")
        self.window = window
        self.before = before
        self.stride = stride
    }

    /// Whether a place may lie in several windows.
    package var overlap: Bool { window > stride }

    /// The windows over a line of so many places.
    public func count(over places: Int) -> Int { (places + stride - 1) / stride }

    /// The places of a window that exist on a line of so many.
    package func places(of index: Int, over count: Int) -> Range<Int> {
        let start = index * stride - before
        return max(0, start)..<min(count, start + window)
    }

    /// The windows that a place lies in, on a line of so many.
    package func windows(around place: Int, over places: Int) -> Range<Int> {
        // Window i holds the places i * stride - before and on, `window` of them.
        let first = (place + before - window + stride) / stride
        let end = min(count(over: places), (place + before) / stride + 1)
        let start = place + before < window ? 0 : first
        return min(start, end)..<end
    }
}
