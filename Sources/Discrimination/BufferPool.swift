internal import Synchronization
internal import Tensors

/// Memory of maps that are done with, for the next ones.
///
/// Maps of a training step are megabytes each and live for milliseconds; taking them from the
/// system each time costs as much as the arithmetic. What is handed out holds old numbers unless
/// asked to be zero, and is written before it is read, so results don't depend on it. An array that
/// someone else still holds is copied on the first write, as ever.
final class BufferPool: Sendable {
    private struct Free {
        var buffers: [Int: [[Float]]] = [:]
        var held = 0
    }

    /// The most numbers kept; more are given back to the system.
    private let limit: Int
    private let free = Mutex(Free())

    init(limit: Int = 1 << 25) { self.limit = limit }

    /// A map of that shape, of zeros or of any numbers.
    func map(height: Int, width: Int, channels: Int, zero: Bool) -> FeatureMap {
        let count = height * width * channels
        let buffer = free.withLock { free -> [Float]? in
            guard let buffer = free.buffers[count]?.popLast() else { return nil }
            free.held -= count
            return buffer
        }
        guard var buffer else {
            return FeatureMap(height: height, width: width, channels: channels)
        }
        if zero {
            unsafe buffer.withUnsafeMutableBufferPointer { unsafe $0.update(repeating: 0) }
        }
        return FeatureMap(height: height, width: width, channels: channels, filledWith: buffer)
    }

    /// Takes back a map that is no longer used.
    func recycle(_ map: consuming FeatureMap) {
        let buffer = map.elements
        let limit = limit
        free.withLock { free in
            if free.held + buffer.count > limit {
                free.buffers = [:]
                free.held = 0
            }
            free.buffers[buffer.count, default: []].append(buffer)
            free.held += buffer.count
        }
    }
}
