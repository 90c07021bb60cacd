internal import Digests
public import Reports
public import RunLedger

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

extension RunHistory {
    /// Reads what a ledger knows of runs and labels.
    ///
    /// - Parameters:
    ///   - ledger: The ledger.
    ///   - last: The most runs, newest ones.
    ///   - date: Runs that began earlier are left out; none are when nil.
    /// - Throws: `LedgerError` when the ledger can't be read.
    public init(
        of ledger: Ledger,
        last: Int = .max,
        since date: Date? = nil
    ) throws(LedgerError) {
        self.init(
            runs: try ledger.runs(limit: last, startedSince: date).reversed().map(Entry.init),
            labels: LabelCounts(try ledger.labelCounts())
        )
    }
}

extension RunHistory.Entry {
    /// What a ledger knows of a run; scores and drift that can't be read are left out.
    init(_ run: RunEntry) {
        self.init(
            run: run.identifier.rawValue,
            command: run.start.command,
            startedAt: run.start.startedAt,
            modelSHA256: run.start.provenance.model.description
        )
        if let end = run.end { finish(end) }
    }

    /// Adds how the run ended.
    mutating func finish(_ end: RunEnd) {
        let (ok, flagged, failed) = (end.counts.ok, end.counts.flagged, end.counts.failed)
        var counts = RunTally().counts
        (counts.images, counts.ok) = (ok + flagged + failed, ok)
        (counts.flagged, counts.failed) = (flagged, failed)
        fresh = counts
        finishedAt = end.finishedAt
        unchanged = end.counts.unchanged
        deferred = end.counts.postponed
        flaggedShare = ok + flagged > 0 ? Double(flagged) / Double(ok + flagged) : nil
        scores = end.scores.flatMap { try? ReportJSON.decode(ScoreQuantiles.self, from: $0) }
        drift = end.drift.flatMap { try? ReportJSON.decode(RunSummary.Drift.self, from: $0) }
        exitStatus = end.exitStatus
    }
}

extension LabelCounts {
    /// How many flagged images a ledger's labels speak of; nil where there are none.
    public init?(_ counts: LedgerLabelCounts) {
        self.init(confirmed: counts.confirmed, falseAlarms: counts.falseAlarms)
    }
}
