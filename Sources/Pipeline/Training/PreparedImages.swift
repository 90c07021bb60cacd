internal import RunLedger
internal import Scoring
internal import Synchronization
internal import Tensors

/// Images as passes want them, so that the first ones of a folder are decoded once and not in each pass.
///
/// Which are kept depends on time, what passes see does not: a file that changes is read again.
final class PreparedImages: Sendable {
    private struct Kept {
        let stamp: FileStamp
        let image: FeatureMap
    }

    private struct State {
        var bytes = 0
        var tiles: [Int: Kept] = [:]
    }

    private let limit: Int
    private let state = Mutex(State())

    /// Keeps nothing yet.
    ///
    /// - Parameter limit: The most bytes of memory.
    init(limit: Int) { self.limit = limit }

    /// What stands at a path; nil where that can't be told.
    func stamp(of entry: WalkEntry) -> FileStamp? {
        guard limit > 0, case .file = entry.kind else { return nil }
        return try? FileStatus(of: entry.absolutePath, followsLinks: entry.followsLinks).stamp
    }

    /// The images of tiles, where all are kept and their file is as it was.
    func images(of tiles: [TrainingTile], stamp: FileStamp?) -> [FeatureMap]? {
        // An input without tiles has yet to be named as unreadable.
        guard let stamp, !tiles.isEmpty else { return nil }
        return state.withLock { state in
            let kept = tiles.compactMap { state.tiles[$0.number] }
            guard kept.count == tiles.count, kept.allSatisfy({ $0.stamp == stamp }) else {
                return nil
            }
            return kept.map(\.image)
        }
    }

    /// Keeps the image of a tile while there is room.
    ///
    /// - Parameters:
    ///   - image: What the tile shows, at the working size.
    ///   - tile: The tile.
    ///   - stamp: Of its file before it was read.
    func keep(_ image: FeatureMap, of tile: TrainingTile, stamp: FileStamp?) {
        guard let stamp else { return }
        let size = image.elements.count * MemoryLayout<Float>.stride
        state.withLock { state in
            guard state.tiles[tile.number] == nil, state.bytes + size <= limit else { return }
            state.bytes += size
            state.tiles[tile.number] = Kept(stamp: stamp, image: image)
        }
    }
}
