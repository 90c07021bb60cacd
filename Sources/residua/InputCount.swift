import Foundation
import Pipeline
import Synchronization

/// Counts the inputs of a scan beside the scan itself, for the time left on the progress line.
final class InputCount: Sendable {
    private let count = Mutex<Int?>(nil)

    /// The number of inputs, once they are counted.
    var value: Int? { count.withLock { $0 } }

    init(_ options: IngestOptions, shard: Shard? = nil) {
        // The walk only lists folders; it runs on its own and nobody waits for it.
        Thread.detachNewThread { [self] in
            let counted = options.makeWalk().reduce(into: 0) { count, entry in
                if shard?.contains(entry.relativePath) ?? true { count += 1 }
            }
            count.withLock { $0 = counted }
        }
    }
}
