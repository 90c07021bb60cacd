import Foundation
import Pipeline
import Reports
import Scoring
import Tensors
import TestSupport
import Testing

/// Records without images: what merging makes of reports, whatever they are about.
@Suite struct ShardMergeTests {
    @Test(
        "joins what was parted, whatever the number of shards and the order of their names",
        arguments: [(1, 40), (2, 300), (5, 300), (16, 10), (64, 400)] as [(Int, Int)]
    )
    func equalsTheReportOfOneRun(shards: Int, inputs: Int) async throws {
        try await withTemporaryFolder { folder in
            let run = try SyntheticRun(inputs: inputs, roots: 3, seed: UInt64(shards))
            try run.write(to: folder.path("whole"), shard: nil)
            var names = try (1...shards).map { try run.writeShard($0, of: shards, in: folder) }
            var generator = SeededGenerator(seed: 1)
            names.shuffle(using: &generator)
            let summary = try ShardMerge(
                names,
                options: MergeOptions(reportPath: folder.path("all")) { $0.failed > 0 ? 3 : 0 },
                version: SyntheticRun.version
            ).run()
            #expect(
                try folder.files("all", below: "flagged") == folder.files("whole", below: "flagged")
            )
            #expect(try folder.bytes("all/images.jsonl") == folder.bytes("whole/images.jsonl"))
            let whole = run.summary(shard: nil)
            #expect(summary.counts == whole.counts)
            #expect(summary.failures == whole.failures)
            #expect(summary.scores == whole.scores)
            #expect(summary.histogram == whole.histogram)
            #expect(summary.drift == whole.drift)
            #expect(summary.roots == whole.roots)
            #expect(summary.settings == whole.settings)
            #expect(summary.shard == nil)
            #expect(summary.merged == .init(shards: shards, missing: []))
            #expect(summary.exitStatus == (whole.counts.failed > 0 ? 3 : 0))
            let left = try FileManager.default.contentsOfDirectory(atPath: folder.path("all"))
            #expect(!left.contains { $0.hasPrefix(".residua-tmp") }, "\(left)")
        }
    }

    @Test func takesTheTimeFromTheFirstBeginToTheLastEnd() async throws {
        try await withTemporaryFolder { folder in
            let run = try SyntheticRun(inputs: 30, roots: 1, seed: 3)
            let names = try (1...3).map { shard in
                try run.writeShard(shard, of: 3, in: folder) { summary in
                    summary.startedAt = Date(timeIntervalSince1970: 1000 + Double(shard) * 10)
                    summary.finishedAt = Date(timeIntervalSince1970: 2000 - Double(shard) * 10)
                    summary.jobs = shard
                }
            }
            let summary = try SyntheticRun.merge(names, in: folder)
            #expect(summary.startedAt.timeIntervalSince1970 == 1010)
            #expect(summary.finishedAt.timeIntervalSince1970 == 1990)
            #expect(summary.elapsedSeconds == 980)
            #expect(summary.jobs == 3)
        }
    }

    @Test func addsUpWhatLedgersSay() async throws {
        try await withTemporaryFolder { folder in
            let run = try SyntheticRun(inputs: 60, roots: 1, seed: 4)
            let names = try (1...2).map { shard in
                try run.writeShard(shard, of: 2, in: folder) { summary in
                    guard shard == 1 else { return }
                    summary.fresh = summary.counts
                    summary.fresh?.images -= 1
                    summary.fresh?.ok -= 1
                    summary.deferred = 5
                }
            }
            let summary = try SyntheticRun.merge(names, in: folder)
            #expect(summary.deferred == 5)
            #expect(summary.fresh?.images == 59)
            #expect(summary.fresh?.flagged == summary.counts.flagged)
            // Which of the scores are new, nobody knows any more.
            #expect(summary.drift == nil)
        }
    }

    @Test func namesMissingShardsAndJoinsTheOthersWhereAllowed() async throws {
        try await withTemporaryFolder { folder in
            let run = try SyntheticRun(inputs: 100, roots: 2, seed: 5)
            let names = try [2, 5, 7].map { try run.writeShard($0, of: 8, in: folder) }
            let error = #expect(throws: MergeError.self) {
                try SyntheticRun.merge(names, in: folder)
            }
            #expect(error == .missing([1, 3, 4, 6, 8], count: 8))
            #expect(error?.description.hasPrefix("shards 1, 3-4, 6, 8 of 8 missing") == true)
            #expect(!folder.contains("all"))
            let summary = try SyntheticRun.merge(names, in: folder, allowsMissing: true)
            #expect(summary.merged == .init(shards: 8, missing: [1, 3, 4, 6, 8]))
            let some = Set([2, 5, 7])
            #expect(
                summary.counts.images
                    == run.inputs.count {
                        some.contains(Shard.index(of: RawPath($0.path), count: 8))
                    }
            )
            let page = try folder.text("all/index.html")
            #expect(page.contains("5 of 8 shards were not there"))
        }
    }

    @Test func machinesMayDifferWhereBitsDoNot() async throws {
        try await withTemporaryFolder { folder in
            let run = try SyntheticRun(inputs: 20, roots: 1, seed: 6)
            let kinds = ["avx512vnni", "avx2", "avx2"]
            let names = try (1...3).map { shard in
                try run.writeShard(shard, of: 3, in: folder) { $0.kernels = kinds[shard - 1] }
            }
            try SyntheticRun.merge(names, in: folder)
            let merged = try folder.text("all/run.json")
            #expect(merged.contains(#""kernels" : "avx2, avx512vnni""#))
        }
    }

    @Test(
        arguments: [
            ("model", "their models differ"), ("rate", "their false-alarm rates differ"),
            ("roots", "the folders that they scanned differ"),
            ("count", "the numbers of their shards differ"), ("kernels", "same --kernels"),
            ("settings", "they were scanned with other options"),
            ("normals", "they were scanned with other options"),
            ("files", "their choices of files differ (subfolders and all names, subfolders)"),
        ]
    )
    func refusesWhatDoesNotBelongTogether(what: String, reason: String) async throws {
        try await withTemporaryFolder { folder in
            let run = try SyntheticRun(inputs: 20, roots: 1, seed: 6)
            let names = try (1...2).map { shard in
                try run.writeShard(shard, of: 2, in: folder) { summary in
                    guard shard == 2 else { return }
                    switch what {
                    case "model": summary.model = SyntheticRun.model("cd")
                    case "rate": summary.falseAlarmRate = 0.02
                    case "roots": summary.roots = ["elsewhere"]
                    case "count": summary.shard?.count = 3
                    case "kernels": summary.kernels = "baseline"
                    case "settings": summary.settings = String(repeating: "0", count: 64)
                    case "files":
                        summary.shard?.files = WalkOptions(includesAllNames: true).choice
                    default: summary.shard?.normals[0] -= 1
                    }
                }
            }
            let error = #expect(throws: MergeError.self) {
                try SyntheticRun.merge(names, in: folder)
            }
            guard case .differing? = error else { return #expect(Bool(false), "\(error as Any)") }
            #expect(error?.description.contains(reason) == true, "\(error as Any)")
            #expect(!folder.contains("all"))
        }
    }

    @Test(
        arguments: [
            ("no run.json", "has no readable run.json"), ("interrupted", "was interrupted"),
            ("no shard", "is not the report of a shard"), ("version", "residua 9 wrote it"),
            ("no report", "is not the report folder of a scan"),
            ("too few", "contradicts itself"), ("index", "contradicts itself"),
            ("negative", "contradicts itself"), ("huge", "contradicts itself"),
            ("damaged", "is damaged"),
        ]
    )
    func refusesWhatIsNoFinishedShard(what: String, reason: String) async throws {
        try await withTemporaryFolder { folder in
            let run = try SyntheticRun(inputs: 20, roots: 2, seed: 7)
            let first = try run.writeShard(1, of: 2, in: folder)
            let second = try run.writeShard(2, of: 2, in: folder) { summary in
                switch what {
                case "interrupted": summary.interrupted = true
                case "no shard": summary.shard = nil
                case "version": summary.version = "9"
                case "too few": summary.shard?.inputs[0] -= 1
                case "index": summary.shard?.index = 3
                case "huge": summary.deferred = .max
                case "negative":
                    summary.shard?.inputs = [-1, summary.counts.images + 1]
                default: break
                }
            }
            switch what {
            case "no run.json":
                try FileManager.default.removeItem(atPath: "\(second)/run.json")
            case "no report": try FileManager.default.removeItem(atPath: second)
            case "damaged": try Data("{}".utf8).write(to: URL(filePath: "\(second)/run.json"))
            default: break
            }
            let error = #expect(throws: MergeError.self) {
                try SyntheticRun.merge([first, second], in: folder)
            }
            #expect(error?.description.contains(reason) == true, "\(error as Any)")
            #expect(error?.description.contains(second) == true)
            #expect(!folder.contains("all"))
        }
    }

    @Test func refusesTheSameShardTwice() async throws {
        try await withTemporaryFolder { folder in
            let run = try SyntheticRun(inputs: 20, roots: 1, seed: 8)
            let first = try run.writeShard(1, of: 2, in: folder)
            let again = try run.writeShard(1, of: 2, in: folder, name: "again")
            for names in [[first, first], [first, again]] {
                let error = #expect(throws: MergeError.self) {
                    try SyntheticRun.merge(names, in: folder, allowsMissing: true)
                }
                #expect(
                    error == Shard("1/2").map { .overlapping(names[0], names[1], shard: $0) }
                )
            }
        }
    }

    @Test(
        arguments: [
            ("other shard", "is not of shard"), ("order", "is not in the order"),
            ("twice", "two records of"), ("more", "has more lines"), ("fewer", "has fewer lines"),
            ("torn", "its last line has no end"), ("other model", "is of another model"),
            ("no record", "is no record"), ("no picture", "o such file"),
            ("other picture", "is not what images.jsonl says"), ("no folder", "names no folder"),
        ]
    )
    func refusesLinesThatNoShardHas(what: String, reason: String) async throws {
        try await withTemporaryFolder { folder in
            let run = try SyntheticRun(inputs: 60, roots: 1, seed: 9)
            let names = try (1...2).map { try run.writeShard($0, of: 2, in: folder) }
            let path = "shard-2/images.jsonl"
            var lines = try folder.text(path).split(separator: "\n").map(String.init)
            let flagged = try #require(lines.firstIndex { $0.contains(#""status":"flagged""#) })
            let id = try #require(lines[flagged].firstMatch(of: /"id":"([^"]+)"/)?.1)
            var end = "\n"
            switch what {
            case "other shard":
                let other = try folder.text("shard-1/images.jsonl").split(separator: "\n")[0]
                lines[0] = String(other)
            case "order": lines.swapAt(3, 4)
            case "twice": lines[4] = lines[3]
            case "more": lines.append(#"{"path":"zzz"}"#)
            case "fewer": lines.removeLast()
            case "torn": end = "\n{"
            case "other model":
                lines[2] = lines[2].replacing(String(repeating: "ab", count: 32), with: "cd")
            case "no record": lines[5] = "[]"
            case "no picture":
                try FileManager.default.removeItem(
                    atPath: folder.path("shard-2/flagged/\(id)/heatmap.png")
                )
            case "other picture":
                let report = "shard-2/flagged/\(id)/report.json"
                let text = try folder.text(report).replacing(
                    "\"height\" : 8",
                    with: "\"height\" : 9"
                )
                try folder.write(text, to: report)
            default:
                lines[flagged] = lines[flagged].replacing("\"id\":\"\(id)\"", with: #""id":"../x""#)
            }
            try folder.write(lines.joined(separator: "\n") + end, to: path)
            let error = #expect(throws: MergeError.self) {
                try SyntheticRun.merge(names, in: folder)
            }
            #expect(error?.description.contains(reason) == true, "\(error as Any)")
            #expect(!folder.contains("all/run.json"))
        }
    }

    @Test func neverEmptiesWhatItReads() async throws {
        try await withTemporaryFolder { folder in
            let run = try SyntheticRun(inputs: 20, roots: 1, seed: 10)
            let names = try (1...2).map { try run.writeShard($0, of: 2, in: folder) }
            try folder.link("all", to: "shard-2")
            let before = try folder.files("shard-2", below: "")
            #expect(throws: MergeError.outputAmongInputs(names[1])) {
                try SyntheticRun.merge(names, in: folder)
            }
            #expect(try folder.files("shard-2", below: "") == before)
        }
    }
}

extension TemporaryFolder {
    /// The files of a report by their paths in it.
    fileprivate func files(_ name: String, below part: String) throws -> [String: [UInt8]] {
        let prefix = part.isEmpty ? "\(name)/" : "\(name)/\(part)/"
        var files: [String: [UInt8]] = [:]
        for path in try contents() where path.hasPrefix(prefix) {
            guard let bytes = try? bytes(path) else { continue }
            files[path] = bytes
        }
        return Dictionary(
            uniqueKeysWithValues: files.map { (String($0.key.dropFirst(name.count)), $0.value) }
        )
    }
}
