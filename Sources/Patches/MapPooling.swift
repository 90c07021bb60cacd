public import Tensors

/// Means over square windows of a map whose rows come one after the other and need not be kept.
public struct MapPooling: Sendable {
    /// The rows of windows.
    public let height: Int
    /// The windows in a row.
    public let width: Int
    /// Where the windows lie on a row and on a column.
    public let windows: PoolingWindows
    private let rows: Int
    private let channels: Int

    /// Windows over a map of a size.
    public init(_ windows: PoolingWindows, height: Int, width: Int, channels: Int) {
        self.windows = windows
        self.height = windows.count(over: height)
        self.width = windows.count(over: width)
        rows = height
        self.channels = channels
    }

    /// Adds a row of the map whose places were averaged already to the means of all windows that it lies in.
    ///
    /// - Parameters:
    ///   - averages: The row averaged over ``windows``, shape `[width, channels]`.
    ///   - row: Its number; rows come in order, each of them once.
    ///   - out: The means, rows `line` apart; need not hold anything before.
    ///   - line: Numbers from one row of means to the next.
    ///   - kernels: The kernels for the sums.
    @unsafe
    public func add(
        averages: UnsafePointer<Float>,
        row: Int,
        to out: UnsafeMutablePointer<Float>,
        line: Int,
        kernels: Kernels
    ) {
        for target in windows.windows(around: row, over: rows) {
            let members = windows.places(of: target, over: rows)
            // Each number is a place of its own.
            unsafe kernels.pool(
                averages,
                width: 1,
                channels: width * channels,
                over: .blocks(of: 1),
                share: 1 / Float(members.count),
                accumulate: row > members.lowerBound,
                into: out + target * line
            )
        }
    }
}
