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

    /// The numbers of a row of windows.
    public var line: Int { width * channels }

    /// Numbers of memory for the last rows: as many as a window has where windows overlap, none where each row goes
    /// straight to where it belongs.
    public var memoryCount: Int { windows.overlap ? windows.window * line : 0 }

    /// Takes in the next row of the map.
    ///
    /// - Parameters:
    ///   - row: Its number; rows come in order, each of them once.
    ///   - out: Receives the means, rows `outLine` apart; need not hold anything before.
    ///   - outLine: Numbers from one row of means to the next.
    ///   - memory: ``memoryCount`` numbers, the same ones for all rows.
    ///   - kernels: The kernels for the sums.
    ///   - average: Averages the row over ``windows`` into ``line`` numbers: these are multiplied by the share it is given
    ///     and, where it is told so, added to what is there.
    @unsafe
    public func add(
        row: Int,
        to out: UnsafeMutablePointer<Float>,
        outLine: Int,
        memory: UnsafeMutablePointer<Float>,
        kernels: Kernels,
        average: (Float, Bool, UnsafeMutablePointer<Float>) -> Void
    ) {
        let targets = windows.windows(around: row, over: rows)
        guard windows.overlap else {
            guard let target = targets.first else { return }
            let members = windows.places(of: target, over: rows)
            let share = 1 / Float(members.count)
            unsafe average(share, row > members.lowerBound, out + target * outLine)
            return
        }
        let slots = windows.window
        unsafe average(1, false, memory + row % slots * line)
        for target in targets {
            let members = windows.places(of: target, over: rows)
            // A window's mean is made as soon as its last row is there.
            guard members.upperBound == row + 1 else { continue }
            unsafe withUnsafeTemporaryAllocation(
                of: UnsafePointer<Float>?.self,
                capacity: members.count
            ) { lines in
                for (index, member) in members.enumerated() {
                    unsafe lines[index] = UnsafePointer(memory + member % slots * line)
                }
                unsafe kernels.sum(
                    UnsafeBufferPointer(lines),
                    length: line,
                    share: 1 / Float(members.count),
                    into: out + target * outLine
                )
            }
        }
    }
}
