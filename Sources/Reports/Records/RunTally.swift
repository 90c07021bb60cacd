/// Counts the records of a run as they are written.
public struct RunTally: Sendable, Equatable {
    /// How many inputs came out how.
    public private(set) var counts = RunSummary.Counts()
    private var reasons: [Reason: Int] = [:]
    /// The scores so far, in the order of the records.
    package private(set) var scores: [Float] = []

    private struct Reason: Hashable, Sendable {
        let stage: String
        let code: String
    }

    private let keepsScores: Bool

    /// Starts with no records.
    public init() { self.init(keepsScores: true) }

    /// Starts with no records; one that keeps no scores has no quantiles, and takes the same memory for any number of records.
    package init(keepsScores: Bool) { self.keepsScores = keepsScores }

    /// Counts one record.
    public mutating func add(_ record: ImageRecord) {
        add(RecordOutline(record))
    }

    /// Counts one record of which no more is known.
    mutating func add(_ record: RecordOutline) {
        counts.images += 1
        switch record.status {
        case .ok: counts.ok += 1
        case .flagged: counts.flagged += 1
        case .failed: counts.failed += 1
        }
        if let failure = record.failure {
            reasons[Reason(stage: failure.stage, code: failure.code), default: 0] += 1
        }
        if keepsScores, let score = record.score { scores.append(score) }
    }

    /// How many inputs failed for each reason, sorted by stage and code.
    public var failures: [RunSummary.FailureCount] {
        reasons.sorted { ($0.key.stage, $0.key.code) < ($1.key.stage, $1.key.code) }
            .map { .init(stage: $0.key.stage, code: $0.key.code, count: $0.value) }
    }

    /// The spread of the scores, or `nil` when no image was scored.
    public var quantiles: ScoreQuantiles? { ScoreQuantiles(of: scores) }
}
