internal import Files
internal import Reports
internal import Tensors

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// The finished report of a shard, as far as joining needs it.
struct ShardReport: Sendable {
    let folder: Folder
    let shard: Shard
    /// The lines of each root.
    let inputs: [Int]
    let images: Int
    /// What was looked at anew, of a run with a ledger.
    let fresh: RunSummary.Counts?
    let counts: RunSummary.Counts
    let deferred: Int?
    let kernels: String
    let jobs: Int
    let startedAt, finishedAt: Date
    /// In seconds.
    let elapsed: Double

    /// Reads `run.json`.
    ///
    /// - Returns: The report, and all that `run.json` says.
    static func read(
        _ path: String,
        version: String
    ) throws(MergeError) -> (report: ShardReport, summary: RunSummary) {
        let folder = Folder(path)
        func unusable(_ reason: String) -> MergeError { .unusable(folder.path, reason: reason) }
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try InputFile.read(folder.path(of: ReportFolder.summary), limit: 1 << 26)
        } catch {
            throw unusable(
                folder.contains(ReportFolder.marker)
                    ? "it has no readable run.json (\(error.reason)): its run has not come to its end"
                    : "it is not the report folder of a scan"
            )
        }
        guard let summary = try? ReportJSON.decode(RunSummary.self, from: bytes),
            summary.schemaVersion == ReportSchema.version
        else { throw unusable("its run.json is damaged or of another version; scan again") }
        guard summary.version == version else {
            throw unusable(
                "residua \(summary.version) wrote it, and this is \(version): use the same for all"
            )
        }
        guard !summary.interrupted else {
            throw unusable("its run was interrupted; scan the shard again")
        }
        guard let part = summary.shard else {
            throw unusable("it is not the report of a shard; scan with --shard")
        }
        let counts = [summary.counts, summary.fresh ?? summary.counts]
        guard let shard = Shard(index: part.index, count: part.count),
            let roots = summary.roots, part.inputs.count == roots.count,
            counts.allSatisfy(\.isPlausible), (0...Int(Int32.max)).contains(summary.deferred ?? 0),
            part.inputs.allSatisfy({ (0...summary.counts.images).contains($0) }),
            part.inputs.reduce(0, &+) == summary.counts.images,
            part.normals.count == summary.calibration.normals
        else { throw unusable("its run.json contradicts itself; scan again") }
        let report = ShardReport(
            folder: folder,
            shard: shard,
            inputs: part.inputs,
            images: summary.counts.images,
            fresh: summary.fresh,
            counts: summary.counts,
            deferred: summary.deferred,
            kernels: summary.kernels,
            jobs: summary.jobs,
            startedAt: summary.startedAt,
            finishedAt: summary.finishedAt,
            elapsed: summary.elapsedSeconds
        )
        return (report, summary)
    }

    /// The whole record and the pictures of a flagged image.
    func flagged(
        _ item: RecordMerge.Item
    ) throws(MergeError) -> (record: ImageRecord, pictures: [FlaggedPicture: [UInt8]]) {
        let record = try item.record(of: folder.path(of: ReportFolder.lines))
        guard let id = record.id, ImageIdentifiers.isIdentifier(id) else {
            throw .unusable(
                folder.path(of: ReportFolder.lines),
                reason: "line \(item.head.number) names no folder for its pictures"
            )
        }
        let image = folder.folder(ReportFolder.flagged).folder(id)
        let bytes = try Self.read(image.path(of: ReportFolder.flaggedReport))
        guard let report = try? ReportJSON.decode(FlaggedReport.self, from: bytes),
            report.record == record
        else {
            throw .unusable(
                image.path,
                reason: "its report.json is not what images.jsonl says; scan again"
            )
        }
        var pictures: [FlaggedPicture: [UInt8]] = [:]
        for picture in report.pictures {
            pictures[picture] = try Self.read(image.path(of: picture.fileName))
        }
        return (record, pictures)
    }

    private static func read(_ path: String) throws(MergeError) -> [UInt8] {
        do throws(FileError) {
            return try InputFile.read(path, limit: 1 << 28)
        } catch {
            throw .unusable(path, reason: error.reason)
        }
    }
}

/// Reports of shards that belong together, by the number of their shard.
struct ShardReports: Sendable {
    let reports: [ShardReport]
    /// What the first says; the others agree with it in all that is not their own.
    let common: RunSummary
    /// The shards that are not there.
    let missing: [Int]

    /// Reads reports and checks that they belong together.
    init(_ folders: [String], version: String) throws(MergeError) {
        var reports: [ShardReport] = []
        var common: RunSummary?
        for path in folders {
            let (report, summary) = try ShardReport.read(path, version: version)
            if let known = common, let first = reports.first {
                if let what = known.difference(from: summary) {
                    throw .differing(first.folder.path, report.folder.path, what: what)
                }
                if summary.shard?.index ?? 0 < known.shard?.index ?? 0 { common = summary }
            } else {
                common = summary
            }
            reports.append(report)
        }
        guard let common, let count = common.shard?.count else {
            preconditionFailure("there are reports to join")
        }
        reports.sort { $0.shard.index < $1.shard.index }
        for (report, other) in zip(reports, reports.dropFirst()) where report.shard == other.shard {
            throw .overlapping(report.folder.path, other.folder.path, shard: report.shard)
        }
        let there = Set(reports.map(\.shard.index))
        missing = (1...count).filter { !there.contains($0) }
        self.reports = reports
        self.common = common
    }

    /// All inputs that were looked at anew; nil where no shard has a ledger.
    var fresh: RunSummary.Counts? {
        guard reports.contains(where: { $0.fresh != nil }) else { return nil }
        return reports.reduce(into: RunTally().counts) { sum, report in
            let counts = report.fresh ?? report.counts
            sum.images += counts.images
            sum.ok += counts.ok
            sum.flagged += counts.flagged
            sum.failed += counts.failed
        }
    }

    /// Files left for the next run; nil where no shard has a ledger.
    var deferred: Int? {
        let counts = reports.compactMap(\.deferred)
        return counts.isEmpty ? nil : counts.reduce(0, +)
    }
}

extension RunSummary {
    /// Why a report can't be joined with another; nil where it can.
    fileprivate func difference(from other: RunSummary) -> String? {
        func differ(_ what: String, _ one: String, _ two: String) -> String? {
            one.utf8.elementsEqual(two.utf8) ? nil : "\(what) differ (\(one) and \(two))"
        }
        func list(_ roots: [String]?) -> String { (roots ?? []).joined(separator: ", ") }
        return differ(
            "their models",
            String(model.sha256.prefix(12)),
            String(other.model.sha256.prefix(12))
        )
            ?? differ(
                "the numbers of their shards",
                "\(shard?.count ?? 0)",
                "\(other.shard?.count ?? 0)"
            )
            ?? differ("the folders that they scanned", list(roots), list(other.roots))
            ?? differ("their choices of files", shard?.files ?? "", other.shard?.files ?? "")
            ?? differ("their false-alarm rates", "\(falseAlarmRate)", "\(other.falseAlarmRate)")
            ?? arithmeticDifference(from: other)
            ?? (model.sha256 == other.model.sha256 && roots == other.roots
                && settings == other.settings && threshold == other.threshold
                && shard?.normals == other.shard?.normals
                ? nil : "they were scanned with other options (pictures, damage or limits)")
    }

    /// Why the numbers of two reports differ in their last digits; nil where they don't.
    private func arithmeticDifference(from other: RunSummary) -> String? {
        if Kernels.arithmetic(of: kernels) == Kernels.arithmetic(of: other.kernels) { return nil }
        return "their kernels differ (\(kernels) and \(other.kernels)); "
            + "scan all shards with the same --kernels and --precision"
    }
}

extension RunSummary.Counts {
    /// Whether a million of them can be added up.
    fileprivate var isPlausible: Bool {
        [images, ok, flagged, failed].allSatisfy { (0...1 << 40).contains($0) }
            && images == ok + flagged + failed
    }
}
