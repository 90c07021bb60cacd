/// How many images of a run and how many held-out normal images scored how high.
public struct ScoreHistogram: Codable, Sendable, Equatable {
    /// The bins' limits, rising, one more than there are bins; the first and the last bin also hold what lies beyond.
    ///
    /// The threshold is one of them where it is above zero; the last bin holds all that is above the range of interest.
    public let edges: [Float]
    /// The number of the run's images in each bin.
    public private(set) var images: [Int]
    /// The number of held-out normal images in each bin.
    public private(set) var normals: [Int]

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
        let range = images.min().flatMap { low in images.max().map { low...$0 } }
        self.init(range: range, normals: normals, threshold: threshold)
        for score in images { count(score) }
    }

    /// Sets up bins for images that are to be counted by ``count(_:)``.
    ///
    /// - Parameters:
    ///   - range: The lowest and the highest of their scores; nil where there are none.
    ///   - normals: As above.
    ///   - threshold: As above.
    package init?(range: ClosedRange<Float>?, normals: [Float], threshold: Float) {
        let ends = [range?.lowerBound, range?.upperBound, normals.min(), normals.max()]
            .compactMap(\.self)
        guard let lowest = ends.min(), let highest = ends.max() else { return nil }
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
        images = [Int](repeating: 0, count: edges.count - 1)
        self.normals = images
        for score in normals { self.normals[bin(of: score)] += 1 }
    }

    /// Counts one of the run's images.
    package mutating func count(_ score: Float) { images[bin(of: score)] += 1 }

    /// A bin holds its upper limit, as a score at the threshold is not flagged.
    private func bin(of score: Float) -> Int {
        var (low, high) = (0, edges.count - 2)
        while low < high {
            let middle = (low + high) / 2
            if score <= edges[middle + 1] { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
