public import Tensors

/// How active an atom is somewhere, compared with what its prior expects.
public struct AtomActivity: Sendable, Equatable, Codable {
    /// The row of the dictionary.
    public let atom: Int
    /// 1, or -1 where the atom's negative is the stronger one.
    public let sign: Int
    /// The mean magnitude of the code.
    public let mean: Float
    /// The prior's mean: one over the rate.
    public let usual: Float
    /// The mean in units of the usual one; also the mean cost of the code in nats, `rate * |a|`.
    public let ratio: Float

    /// The atoms that are most active beyond what they usually are.
    ///
    /// - Parameters:
    ///   - count: The most atoms wanted; atoms that are never active are left out.
    ///   - codes: Codes of each window, before pooling, shape `[height, width, channels]`.
    ///   - rows: The rows of windows that count.
    ///   - columns: The columns of windows that count.
    ///   - parameters: The layer.
    /// - Returns: By falling ratio; of equal ones the first of the dictionary first.
    public static func strongest(
        _ count: Int,
        in codes: FeatureMap,
        rows: Range<Int>,
        columns: Range<Int>,
        of parameters: LayerParameters
    ) -> [AtomActivity] {
        let (atoms, channels) = (parameters.dictionary.count, codes.channels)
        precondition(channels == parameters.configuration.channels, "codes of another layer")
        var sums = [Double](repeating: 0, count: channels)
        for row in rows {
            for column in columns {
                let start = (row * codes.width + column) * channels
                for channel in 0..<channels {
                    sums[channel] += Double(codes.elements[start + channel])
                }
            }
        }
        let share = 1 / Double(max(1, rows.count * columns.count))
        let activities = (0..<atoms).map { atom in
            let plus = sums[atom] * share
            let minus = channels > atoms ? sums[atoms + atom] * share : 0
            let rate = parameters.rates[atom]
            return AtomActivity(
                atom: atom,
                sign: minus > plus ? -1 : 1,
                mean: Float(plus + minus),
                usual: 1 / rate,
                ratio: Float(plus + minus) * rate
            )
        }
        return Array(
            activities.filter { $0.mean > 0 }
                .sorted { ($1.ratio, $0.atom) < ($0.ratio, $1.atom) }
                .prefix(count)
        )
    }
}
