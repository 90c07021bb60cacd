internal import Files
public import ModelFile
public import Reports
internal import Scoring

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// Makes a report of files of records: what `residua worker` writes, sorted by the bytes of the paths.
///
/// `images.jsonl` and `flagged/` have the bytes that a scan of the same inputs as one root writes. A line may have a member
/// `pictures`: the files of a flagged image's folder by their names, in base64.
public struct RecordFilesMerge: Sendable {
    private struct Pictures: Decodable {
        let pictures: [String: Data]?
    }

    private let files: [String]
    private let model: StoredModel
    private let identity: ModelIdentity
    private let root: String?
    private let falseAlarmRate: Double?
    private let picturesFolder: String?
    private let options: MergeOptions
    private let version: String
    private let events: @Sendable (ImageRecord) -> Void

    /// The longest line, with all its pictures.
    private static let lineLimit = 1 << 27

    /// Creates a run.
    ///
    /// - Parameters:
    ///   - files: The files, in any order; each is sorted, and no two have a record of the same input.
    ///   - model: The model that scored the inputs.
    ///   - identity: The model's path and digest.
    ///   - root: What `run.json` says was scanned.
    ///   - falseAlarmRate: The wanted rate that the inputs were judged by; the model's own when nil.
    ///   - picturesFolder: Where the pictures of lines without `pictures` are, in a folder for each `id`; none when nil.
    ///   - options: Where the report goes.
    ///   - version: The version of the program.
    ///   - events: Hears of each record as it is written.
    public init(
        _ files: [String],
        model: StoredModel,
        identity: ModelIdentity,
        root: String? = nil,
        falseAlarmRate: Double? = nil,
        picturesFolder: String? = nil,
        options: MergeOptions,
        version: String,
        events: @escaping @Sendable (ImageRecord) -> Void = { _ in }
    ) {
        self.files = files
        self.model = model
        self.identity = identity
        self.root = root
        self.falseAlarmRate = falseAlarmRate
        self.picturesFolder = picturesFolder
        self.options = options
        self.version = version
        self.events = events
    }

    /// Writes the report.
    ///
    /// - Returns: The summary, as written to `run.json`.
    /// - Throws: ``MergeError`` where the records can't be used; `ReportError` where the report can't be written;
    ///   `CancellationError` when the task is cancelled.
    public func run() throws -> RunSummary {
        let started = Date()
        let rate = falseAlarmRate ?? model.card.calibration.threshold.wantedRate
        let threshold = model.parameters.conformal.threshold(falseAlarmRate: rate)
        try options.refuseOutput(among: files.map { Folder(containing: $0).path })
        var report = try MergedReport(
            options,
            model: identity,
            calibration: model.parameters.conformal,
            events: events
        )
        let chunk = RecordMerge.chunk(of: files.count)
        var merge = RecordMerge(
            files.map {
                RecordSource(
                    $0,
                    model: identity.sha256,
                    shard: nil,
                    limit: Self.lineLimit,
                    chunk: chunk
                )
            }
        )
        try merge.begin { _ in nil }
        while let item = try merge.next() {
            try Task.checkCancellation()
            let path = files[item.source]
            // Written anew: an engine may have put it together in its own way.
            let record = try item.record(of: path)
            if let found = record.threshold, found != threshold.value {
                throw MergeError.unusable(
                    path,
                    reason: "line \(item.head.number) was judged by the threshold \(found), not "
                        + "\(threshold.value): pass the --false-alarm-rate that it was scored with"
                )
            }
            let written = try report.add(
                record,
                pictures: record.status == .flagged ? try pictures(of: record, item, in: path) : [:]
            )
            // Of two images with one name there the pictures of the second are left.
            if picturesFolder != nil, written.id != record.id {
                throw MergeError.unusable(
                    path,
                    reason: "line \(item.head.number): two images have the id "
                        + "\(record.id ?? ""), and one folder of pictures: have the worker send pictures in its lines"
                )
            }
        }
        var summary = RunSummary(
            version: version,
            command: "merge",
            model: identity,
            tally: report.tally,
            threshold: threshold.value,
            falseAlarmRate: threshold.wantedRate,
            calibration: .init(
                normals: model.parameters.conformal.scores.count,
                sufficient: threshold.isSufficient,
                guaranteedRate: threshold.guaranteedRate
            ),
            kernels: "unknown",
            jobs: 1,
            startedAt: started,
            finishedAt: Date(),
            exitStatus: options.exitStatus(report.tally.counts),
            interrupted: false
        )
        summary.modelCard = ModelSummary(model)
        summary.roots = root.map { [$0] }
        summary.legend = HeatLegend(
            calibration: model.parameters.conformal,
            threshold: threshold
        )
        return try report.finish(summary, comparesScores: true)
    }

    private func pictures(
        of record: ImageRecord,
        _ item: RecordMerge.Item,
        in path: String
    ) throws(MergeError) -> [FlaggedPicture: [UInt8]] {
        guard let found = try? ReportJSON.decode(Pictures.self, from: item.line) else {
            throw .unusable(
                path,
                reason: "line \(item.head.number) has pictures that are no base64"
            )
        }
        func known(_ name: String) throws(MergeError) -> FlaggedPicture {
            guard let picture = FlaggedPicture(fileName: name) else {
                throw .unusable(path, reason: "line \(item.head.number): no picture is \(name)")
            }
            return picture
        }
        var pictures: [FlaggedPicture: [UInt8]] = [:]
        if let found = found.pictures {
            for (name, bytes) in found { pictures[try known(name)] = [UInt8](bytes) }
        } else if let picturesFolder, let id = record.id, let links = record.links {
            guard ImageIdentifiers.isIdentifier(id) else {
                throw .unusable(path, reason: "line \(item.head.number) has an id that is none")
            }
            let image = Folder(picturesFolder).folder(id)
            for link in links.pictures {
                let name = String(link.split(separator: "/").last ?? "")
                let picture = try known(name)
                do throws(FileError) {
                    pictures[picture] = try InputFile.read(image.path(of: name), limit: 1 << 28)
                } catch {
                    throw .unusable(error.path, reason: error.reason)
                }
            }
        }
        guard pictures.count == record.links?.pictures.count ?? 0 else {
            throw .unusable(
                path,
                reason: "line \(item.head.number) lacks pictures that its links name: pass the "
                    + "--pictures-folder that they were written to"
            )
        }
        return pictures
    }
}
