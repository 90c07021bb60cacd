/// How many images of a run and how many held-out normal images scored how high.
public struct ScoreHistogram: Codable, Sendable, Equatable {
    /// The bins' limits, rising, one more than there are bins; the first and the last bin also hold what lies beyond.
    ///
    /// The threshold is one of them where it is above zero; the last bin holds all that is above the range of interest.
    public let edges: [Float]
    /// The number of the run's images in each bin.
    public let images: [Int]
    /// The number of held-out normal images in each bin.
    public let normals: [Int]

    /// The bins up to the threshold, and how many times as far the others go.
    private static let bins = 16
    private static let reach = 3

    /// Counts scores; nil where there are none, or all are the same and no threshold above zero gives a scale.
    ///
    /// - Parameters:
    ///   - images: The scores of the run's images, in any order; finite.
    ///   - normals: The scores of the held-out normal images, in any order; finite.
    ///   - threshold: The score at which images are flagged.
    public init?(images: [Float], normals: [Float], threshold: Float) {
        let all = images + normals
        guard let lowest = all.min(), let highest = all.max() else { return nil }
        let count = Self.bins * Self.reach
        var edges: [Float]
        if threshold > 0, threshold.isFinite {
            let first = min(0, lowest)
            edges = (0...Self.bins).map {
                $0 == Self.bins
                    ? threshold : first + (threshold - first) * Float($0) / Float(Self.bins)
            }
            edges += (1...count - Self.bins).map {
                threshold + threshold * Float($0) / Float(Self.bins)
            }
        } else {
            guard lowest < highest else { return nil }
            edges = (0...count).map { lowest + (highest - lowest) * Float($0) / Float(count) }
        }
        if let last = edges.last, highest > last { edges.append(highest) }
        guard edges.allSatisfy(\.isFinite), zip(edges, edges.dropFirst()).allSatisfy({ $0 < $1 })
        else { return nil }
        self.edges = edges
        self.images = Self.count(images, in: edges)
        self.normals = Self.count(normals, in: edges)
    }

    /// A bin holds its upper limit, as a score at the threshold is not flagged.
    private static func count(_ scores: [Float], in edges: [Float]) -> [Int] {
        var counts = [Int](repeating: 0, count: edges.count - 1)
        for score in scores {
            var (low, high) = (0, counts.count - 1)
            while low < high {
                let middle = (low + high) / 2
                if score <= edges[middle + 1] { high = middle } else { low = middle + 1 }
            }
            counts[low] += 1
        }
        return counts
    }
}
