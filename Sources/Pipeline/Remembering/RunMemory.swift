internal import Digests
internal import Files
internal import Reports
internal import RunLedger

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// One run's view of its ledger.
struct RunMemory {
    /// For workers to look inputs up.
    let known: KnownInputs
    private let ledger: Ledger
    private let run: RunIdentifier
    private let provenance: Provenance
    private let started: Date
    private var writer: LedgerWriter

    /// The exit status of a run that an error ended.
    private static let stoppedStatus = 2
    /// The most runs that a summary tells of.
    private static let historyLimit = 60

    /// Begins a run.
    ///
    /// A ledger that was damaged is filled again from the report folder's last report, where there is one.
    init(
        _ session: LedgerSession,
        model: ModelIdentity,
        settings: SHA256Digest,
        options: ScanOptions,
        started: Date
    ) throws {
        guard let digest = SHA256Digest(hexDigits: model.sha256) else {
            throw RunError.unusableModel(model.path, reason: "its digest is no SHA-256")
        }
        ledger = session.ledger
        self.started = started
        provenance = Provenance(model: digest, settings: settings.bytes)
        if session.recovered != nil {
            let report = ReportRows(folder: Folder(options.reportPath), roots: options.ingest.roots)
            if let rows = report.rows { try ledger.rebuild(from: rows) }
        }
        let stopped = [Self.stoppedStatus, 130, 143]
        let unfinished = Set(
            try ledger.runs(limit: 1000)
                .prefix { $0.end.map { stopped.contains($0.exitStatus) } ?? true }
                .map(\.identifier)
        )
        run = try ledger.begin(
            RunStart(
                startedAt: started,
                command: session.holder.command,
                provenance: provenance,
                reportPath: options.reportPath,
                host: session.holder.host,
                processIdentifier: session.holder.processIdentifier
            )
        )
        writer = LedgerWriter(ledger, run: run)
        known = KnownInputs(
            ledger: ledger,
            options: session.options,
            provenance: provenance,
            model: model,
            reportFolder: Folder(options.reportPath),
            started: started,
            unfinished: unfinished
        )
    }

    /// Takes an input that has not changed.
    mutating func add(_ known: KnownInputs.Unchanged) {
        if known.isUpdate {
            writer.add(known.row)
        } else {
            writer.addSeen(known.row.key)
        }
    }

    /// Takes an input that was scored, or could not be.
    mutating func add(_ record: ImageRecord, of entry: WalkEntry, stamp: FileStamp?) throws {
        writer.add(
            try LedgerRow(
                record,
                key: entry.ledgerKey,
                stamp: stamp,
                provenance: provenance,
                run: run,
                scoredAt: started
            )
        )
    }

    /// Stores what waits where it is time to, once the report that it speaks of is on the disk.
    mutating func storeWhenDue(after report: ReportWriter) throws {
        if writer.isDue { try store(after: report) }
    }

    /// Stores what waits, once the report that it speaks of is on the disk.
    mutating func store(after report: ReportWriter) throws {
        try report.synchronize()
        try writer.store()
    }

    /// Ends a run that can't go on; what is in the report is remembered, whatever ended the run.
    mutating func stop(_ counts: RunCounts, report: ReportWriter?) {
        // The error that ended the run is the one to tell of, also where it was the ledger's.
        if let report { try? store(after: report) }
        try? ledger.finish(
            run,
            RunEnd(finishedAt: Date(), counts: counts, exitStatus: Self.stoppedStatus)
        )
    }

    /// Tells the summary of this run and the ones before it, and of what people said of their images.
    func tell(_ summary: inout RunSummary, counts: RunCounts) throws {
        var history = try RunHistory(of: ledger, last: Self.historyLimit)
        // The ledger hears of the end after the report is finished.
        if let own = history.runs.lastIndex(where: { $0.run == run.rawValue }) {
            history.runs[own].finish(try end(summary, counts: counts))
        }
        summary.history = history.runs
        summary.labels = history.labels
    }

    /// Ends the run, after its report is finished.
    func finish(_ summary: RunSummary, counts: RunCounts) throws {
        try ledger.finish(run, try end(summary, counts: counts))
    }

    private func end(_ summary: RunSummary, counts: RunCounts) throws(ReportError) -> RunEnd {
        RunEnd(
            finishedAt: summary.finishedAt,
            counts: counts,
            exitStatus: summary.exitStatus,
            scores: try summary.scores.map { value throws(ReportError) in
                try ReportJSON.line(value, what: "scores")
            },
            drift: try summary.drift.map { value throws(ReportError) in
                try ReportJSON.line(value, what: "drift")
            }
        )
    }
}
