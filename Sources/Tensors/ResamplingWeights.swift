/// For each sample of a resampled line, which stored samples it is made of and how much of each.
///
/// The filter is a triangle around the sample's centre, `scale = from / to` stored samples wide on
/// each side when shrinking and one when enlarging. Weights of one sample sum to 1, also at the
/// ends, where the part of the triangle outside the line is dropped.
struct ResamplingWeights {
    /// The first stored sample of each new one.
    var starts: [Int] = []
    /// The number of stored samples of each new one.
    var counts: [Int] = []
    /// Where in ``weights`` each new sample's weights start.
    var offsets: [Int] = []
    /// All weights.
    var weights: [Float] = []

    init(from: Int, to: Int) {
        let scale = Double(from) / Double(to)
        let support = max(scale, 1)
        for sample in 0..<to {
            let centre = (Double(sample) + 0.5) * scale
            let start = max(Int(centre - support + 0.5), 0)
            let end = min(Int(centre + support + 0.5), from)
            let line = (start..<end).map { stored in
                max(1 - abs(Double(stored) + 0.5 - centre) / support, 0)
            }
            let sum = line.reduce(0, +)
            starts.append(start)
            counts.append(line.count)
            offsets.append(weights.count)
            weights += line.map { Float($0 / sum) }
        }
    }
}
