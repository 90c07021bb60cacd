internal import Digests
internal import Reports
internal import RunLedger

/// What a worker found out about an input.
enum TakenInput: Sendable {
    /// It was scored, or could not be.
    case scored(ScoredImage, WalkEntry, FileStamp?)
    /// The record of an earlier run still holds; with the image scored again where the report lacks its pictures.
    case unchanged(KnownInputs.Unchanged, WalkEntry, redrawn: ScoredImage?)
    /// It is left for the next run.
    case deferred
}

extension ImageScorer {
    /// Scores an input, unless what is known of it still holds.
    func take(_ entry: WalkEntry, known: KnownInputs?) -> TakenInput {
        guard let known else { return .scored(score(entry), entry, nil) }
        switch known.glance(at: entry) {
        case .unsettled: return .deferred
        case .unchanged(let unchanged): return again(unchanged, entry)
        case .unknown: break
        }
        do {
            let (bytes, stamp, isSteady) = try read(entry)
            // Half of it may be old and half new.
            guard isSteady else { return .deferred }
            let digest = SHA256Digest(of: bytes)
            if let unchanged = known.recognize(digest, stamp: stamp, at: entry) {
                return again(unchanged, entry)
            }
            return .scored(score(bytes, of: entry, sha256: digest.description), entry, stamp)
        } catch {
            return .scored(failed(error), entry, nil)
        }
    }
}

extension ImageScorer {
    /// What is known of an input, with its pictures where they are gone.
    private func again(_ unchanged: KnownInputs.Unchanged, _ entry: WalkEntry) -> TakenInput {
        guard unchanged.lacksPictures else { return .unchanged(unchanged, entry, redrawn: nil) }
        let scored = score(entry)
        // The file has changed in this very moment, or a row was tampered with.
        guard scored.record.status == unchanged.record.status else {
            return .scored(scored, entry, nil)
        }
        return .unchanged(unchanged, entry, redrawn: scored)
    }
}

/// The way of a scan through its inputs, one after the other: report first, then ledger.
struct ScanCourse {
    let writer: ReportWriter
    let model: ModelIdentity
    var memory: RunMemory?
    let scorer: ImageScorer
    private let events: @Sendable (ImageRecord) -> Void
    /// The inputs that this run has looked at itself.
    private(set) var fresh = RunTally()
    /// Inputs that are left for the next run.
    private(set) var deferred = 0
    /// Inputs whose record is an earlier run's.
    private(set) var unchanged = 0
    /// How many lines the report has of each root.
    private(set) var lines: [RawPath: Int] = [:]
    /// All of these for the ledger.
    var counts: RunCounts {
        RunCounts(
            ok: fresh.counts.ok,
            flagged: fresh.counts.flagged,
            failed: fresh.counts.failed,
            unchanged: unchanged,
            postponed: deferred
        )
    }

    init(
        writer: ReportWriter,
        model: ModelIdentity,
        memory: RunMemory?,
        scorer: ImageScorer,
        events: @escaping @Sendable (ImageRecord) -> Void
    ) {
        self.writer = writer
        self.model = model
        self.memory = memory
        self.scorer = scorer
        self.events = events
    }

    /// Takes the next input, in the order of the walk.
    mutating func deliver(_ taken: TakenInput) throws {
        switch taken {
        case .deferred:
            deferred += 1
        case .unchanged(let known, let entry, let redrawn):
            if let redrawn {
                try writer.append(redrawn.record(of: entry), pictures: redrawn.pictures)
            } else if known.isReported, try !writer.keep(known.record) {
                // Another image has taken its identifier in this run: its folder can't be kept.
                return try write(scorer.score(entry), of: entry, stamp: known.row.stamp)
            }
            if known.isReported { countLine(of: entry) }
            unchanged += 1
            memory?.add(known)
            try storeWhenDue()
        case .scored(let scored, let entry, let stamp):
            try write(scored, of: entry, stamp: stamp)
        }
    }

    private mutating func write(
        _ scored: ScoredImage,
        of entry: WalkEntry,
        stamp: FileStamp?
    ) throws {
        let record = try writer.append(scored.record(of: entry), pictures: scored.pictures)
        countLine(of: entry)
        fresh.add(record)
        events(record)
        try memory?.add(record, of: entry, stamp: stamp)
        try storeWhenDue()
    }

    /// Entries come root by root, and no root is given twice.
    private mutating func countLine(of entry: WalkEntry) {
        lines[entry.root, default: 0] += 1
    }

    /// The report goes before the ledger that speaks of it.
    private mutating func storeWhenDue() throws {
        let report = writer
        try memory?.storeWhenDue(after: report)
    }
}
