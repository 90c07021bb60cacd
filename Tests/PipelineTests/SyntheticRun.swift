import Foundation
import Pipeline
import Reports
import Scoring
import Tensors
import TestSupport
import Testing

/// A run over inputs that don't exist, and the reports of its shards.
struct SyntheticRun {
    /// An input and what came out.
    struct Input {
        let root: Int
        let path: String
        let record: ImageRecord
        let pictures: [FlaggedPicture: [UInt8]]
    }

    static let version = "1.2.3"
    static let threshold: Float = 2
    /// In the order of the walk.
    let inputs: [Input]
    private let roots: [String]
    private let calibration: ConformalCalibration

    static func model(_ digits: String) -> ModelIdentity {
        ModelIdentity(
            path: "m.residua",
            sha256: String(repeating: digits, count: 32),
            createdWith: version,
            seed: 1,
            trainingImages: 30
        )
    }

    /// Makes inputs up; some have the same path in each root, and names lie around the slash in the order of bytes.
    init(inputs count: Int, roots: Int, seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        func score() -> Float { Float.random(in: 0...3, using: &generator) }
        calibration = try ConformalCalibration(scores: (0..<30).map { _ in score() / 2 })
        self.roots = (0..<roots).map { "root-\($0)" }
        let folders = ["", "a/", "a-b/", "a.d/", "日本/", "a/b/"]
        var inputs: [Input] = []
        for root in 0..<roots {
            let paths = (0..<count / roots).map { number in
                let name = number.isMultiple(of: 9) ? "same-\(number)" : "\(root)-\(number)"
                return "\(folders.randomElement(using: &generator) ?? "")\(name).png"
            }
            for path in Set(paths).sorted(by: { RawPath($0) < RawPath($1) }) {
                let kind = Int.random(in: 0..<10, using: &generator)
                // Of scores on a grid, many are equal.
                let value = kind == 0 ? score() : (score() * 8).rounded() / 8
                inputs.append(Self.input(path, root: root, kind: kind, score: value))
            }
        }
        self.inputs = inputs
    }

    private static func input(_ path: String, root: Int, kind: Int, score: Float) -> Input {
        guard kind > 1 else {
            let failure = ImageRecord.Failure(
                stage: "decode",
                code: kind == 0 ? "truncated" : "malformed",
                detail: "no \"image\"\n"
            )
            return Input(
                root: root,
                path: path,
                record: ImageRecord(path: path, failure: failure),
                pictures: [:]
            )
        }
        let isFlagged = score > threshold
        let record = ImageRecord(
            path: path,
            source: .init(format: "png", width: 8, height: 8, orientation: 1),
            verdict: .init(isFlagged: isFlagged, score: score, threshold: threshold, pValue: 0.5)
        )
        let pictures: [FlaggedPicture: [UInt8]] =
            isFlagged
            ? [.heatmap: Array("heat of \(path)".utf8), .crop(1): [0, 255, UInt8(root)]] : [:]
        return Input(root: root, path: path, record: record, pictures: pictures)
    }

    /// Writes a shard's report.
    ///
    /// - Returns: The report folder.
    func writeShard(
        _ index: Int,
        of count: Int,
        in folder: TemporaryFolder,
        name: String? = nil,
        changing change: (inout RunSummary) -> Void = { _ in }
    ) throws -> String {
        let path = folder.path(name ?? "shard-\(index)")
        let shard = Shard(index: index, count: count)
        #expect(shard != nil)
        try write(to: path, shard: shard, changing: change)
        return path
    }

    /// Writes the report of all inputs or of a shard.
    func write(
        to path: String,
        shard: Shard?,
        changing change: (inout RunSummary) -> Void = { _ in }
    ) throws {
        let writer = try ReportWriter(path: path, model: Self.model("ab"))
        for input in chosen(shard) { try writer.append(input.record, pictures: input.pictures) }
        var summary = summary(shard: shard)
        change(&summary)
        try writer.finish(summary)
    }

    private func chosen(_ shard: Shard?) -> [Input] {
        inputs.filter { shard?.contains(RawPath($0.path)) ?? true }
    }

    /// What `run.json` says, put together from all scores at once.
    func summary(shard: Shard?) -> RunSummary {
        var tally = RunTally()
        let chosen = chosen(shard)
        for input in chosen { tally.add(input.record) }
        let scores = chosen.compactMap(\.record.score)
        var summary = RunSummary(
            version: Self.version,
            command: "scan",
            model: Self.model("ab"),
            tally: tally,
            threshold: Self.threshold,
            falseAlarmRate: 0.01,
            calibration: .init(normals: 30, sufficient: true, guaranteedRate: 0.01),
            kernels: "avx2",
            jobs: 2,
            startedAt: Date(timeIntervalSince1970: 1_767_323_045),
            finishedAt: Date(timeIntervalSince1970: 1_767_323_049),
            exitStatus: 0,
            interrupted: false
        )
        summary.roots = roots
        summary.settings = String(repeating: "5", count: 64)
        summary.histogram = ScoreHistogram(
            images: scores,
            normals: calibration.scores,
            threshold: Self.threshold
        )
        summary.drift = ScoreDrift(of: scores, against: calibration).map {
            .init(
                images: $0.images,
                statistic: $0.statistic,
                higher: $0.isHigher,
                pValue: $0.pValue,
                smallShare: $0.smallShare,
                smallPValue: ScoreDrift.smallPValue,
                suspected: $0.isSuspected
            )
        }
        summary.shard = shard.map { shard in
            .init(
                index: shard.index,
                count: shard.count,
                inputs: roots.indices.map { root in chosen.count { $0.root == root } },
                normals: calibration.scores,
                files: WalkOptions().choice
            )
        }
        return summary
    }

    /// Merges reports into the folder `all`.
    @discardableResult
    static func merge(
        _ names: [String],
        in folder: TemporaryFolder,
        allowsMissing: Bool = false
    ) throws -> RunSummary {
        try ShardMerge(
            names,
            options: MergeOptions(reportPath: folder.path("all")) { _ in 0 },
            allowsMissing: allowsMissing,
            version: version
        ).run()
    }
}
