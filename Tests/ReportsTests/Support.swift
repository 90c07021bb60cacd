import Files
import Foundation
import Reports
import Scoring
import Testing

let model = ModelIdentity(
    path: "m.residua",
    sha256: String(repeating: "ab", count: 32),
    createdWith: "0.1.0",
    seed: 7,
    trainingImages: 60
)

func scored(_ path: String, flagged: Bool = false, score: Float = 0.25) -> ImageRecord {
    ImageRecord(
        path: path,
        source: .init(format: "png", width: 320, height: 240, orientation: 1, sha256: "cd"),
        verdict: .init(
            isFlagged: flagged,
            score: score,
            threshold: 0.5,
            pValue: 1 / 61,
            regions: flagged
                ? [
                    Region(
                        box: .init(x: 1, y: 2, width: 30, height: 40),
                        area: 900,
                        centroid: .init(x: 15.5, y: 21.25),
                        peak: 1.75,
                        mean: 1.1
                    )
                ] : [],
            maps: ["layer1": 0.1, "layer2": 1.75],
            shares: flagged
                ? .init(maps: ["a/layer1/b": 0.25, "a/layer1/c": 0.5, "a/layer2": 0.25]) : nil
        )
    )
}

func failed(_ path: String, code: String = "truncated") -> ImageRecord {
    ImageRecord(
        path: path,
        failure: .init(stage: "decode", code: code, detail: "premature end")
    )
}

func summary(of tally: RunTally) -> RunSummary {
    RunSummary(
        version: "0.1.0",
        command: "scan",
        model: model,
        tally: tally,
        threshold: 0.5,
        falseAlarmRate: 0.01,
        calibration: .init(normals: 60, sufficient: false, guaranteedRate: 1 / 61),
        kernels: "avx2",
        jobs: 2,
        startedAt: Date(timeIntervalSince1970: 1_767_323_045),
        finishedAt: Date(timeIntervalSince1970: 1_767_323_049),
        exitStatus: 3,
        interrupted: false
    )
}

let metrics = EvaluationReport(
    image: .init(
        auroc: 0.98,
        averagePrecision: 0.99,
        bestF1: 0.95,
        bestF1Threshold: 0.4,
        falseAlarmRate: 0.05,
        missRate: 0.1,
        threshold: 0.5,
        byDefect: [
            .init(name: "scratch", count: 4, auroc: 0.97, flagged: 3),
            .init(name: "hole", count: 6, auroc: 1, flagged: 6),
        ]
    ),
    pixel: .init(auroc: 0.96, aupro: 0.9, averagePrecision: 0.5),
    timing: .init(trainSeconds: nil, scanSeconds: 2.5, imagesPerSecond: 7.2),
    counts: .init(train: 60, normal: 8, anomalous: 10, masked: 10, failed: 0)
)

func golden(_ name: String) throws -> String {
    let folder = try #require(Bundle.module.url(forResource: "Golden", withExtension: nil))
    return try text(folder.appendingPathComponent(name).path)
}

func text(_ path: String) throws -> String {
    String(decoding: try InputFile.read(path, limit: 1 << 20), as: UTF8.self)
}

/// A folder for one test, removed with everything in it.
func withTemporaryFolder(_ body: (Folder) throws -> Void) throws {
    let url = FileManager.default.temporaryDirectory
        .appendingPathComponent("residua-\(UUID().uuidString)")
    let folder = Folder(url.path)
    try folder.create()
    defer { try? FileManager.default.removeItem(at: url) }
    try body(folder)
}
