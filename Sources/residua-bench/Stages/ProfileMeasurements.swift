internal import Digests
internal import Files
internal import ImageCodec
internal import Pipeline
internal import Reports
internal import Scoring
internal import SparseCoding
internal import Tensors

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// Where the processor time of a scan by one job goes.
///
/// Each stage runs alone over all images; stages and whole scans take turns, so that they meet the same load.
struct ProfileMeasurements {
    let subject: BenchSubject
    let scans: Scans

    /// The most images.
    private static let limit = 12

    /// What a run does once, however many images it has.
    private static let preparation = "prepare the model, once a run"

    func all() async throws -> [(title: String, measurements: [Measurement])] {
        let sets = subject.arguments.isQuick ? [subject.images] : [subject.images] + subject.large
        var groups: [(title: String, measurements: [Measurement])] = []
        for images in sets {
            let part = try BenchImages(images.name, images.paths.spread(Self.limit))
            groups.append(
                ("profile, processor time: \(images.name)", try await profile(part).measurements)
            )
        }
        return groups
    }

    private func profile(_ images: BenchImages) async throws -> Profile {
        let loaded = scans.loaded
        let entries = Array(IngestOptions(roots: images.paths).makeWalk())
        let decoded = try images.files.map { try loaded.decode($0) }
        let scoring = ScoringMeasurements(
            loaded,
            inputs: decoded.map { loaded.resample($0) },
            byDetector: false
        )
        let depth = loaded.configuration.encoders.map(\.layers.count).max() ?? 0
        var names = [
            Self.preparation, "read", "digest", "decode", "resample", "resize for each encoder",
        ]
        names += (1..<depth + 1).map { "encode, layer \($0)" }
        names += ["detectors", ScoringMeasurements.judgement, "pictures", "write the report"]
        var times = [[Double]](repeating: [], count: names.count)
        var whole: [Double] = []
        for _ in 0..<subject.repetitions {
            let (scan, summary) = try await scans.scan(images.paths, jobs: 1)
            let writing = try await write(summary)
            let bare = try await scans.time(images.paths, jobs: 1, pictures: .none)
            let bareWriting = try await write(summary, pictures: false)
            let sweep = scoring.sweep()
            var row = [
                seconds {
                    _ = AnomalyModel(parameters: loaded.parameters, kernels: .best)
                },
                try seconds { for entry in entries { _ = try entry.read(limit: 1 << 30) } },
                seconds { for file in images.files { _ = SHA256Digest(of: file.bytes) } },
                try seconds { for file in images.files { _ = try loaded.decode(file) } },
                seconds { for image in decoded { _ = loaded.resample(image) } },
                sweep.preparation,
            ]
            row += (0..<depth).map { sweep.layers(at: $0) }
            // With pictures there is more to write, too.
            let pictures = scan.work - bare.work - (writing - bareWriting)
            row += [sweep.allDetectors, sweep.judgement, max(0, pictures), writing]
            for (place, time) in row.enumerated() { times[place].append(time) }
            whole.append(scan.work)
        }
        return Profile(
            stages: zip(names, times).map { Profile.Stage($0, $1) },
            whole: whole,
            images: images.count
        )
    }

    /// Writes the last scan's report again; returns the processor time.
    private func write(_ summary: RunSummary, pictures: Bool = true) async throws -> Double {
        let folder = Folder(scans.report)
        let lines = try InputFile.read(folder.path(of: "images.jsonl"), limit: 1 << 30)
        let items = try lines.split(separator: UInt8(ascii: "\n")).map { line in
            let record = try JSONDecoder().decode(ImageRecord.self, from: Data(line))
            var files: [FlaggedPicture: [UInt8]] = [:]
            for name in pictures ? record.links?.pictures ?? [] : [] {
                guard let picture = FlaggedPicture(fileName: Folder(name).name) else { continue }
                files[picture] = try InputFile.read(folder.path(of: name), limit: 1 << 30)
            }
            return (record: record, files: files)
        }
        let copy = subject.temporary.path(of: "written")
        return try await SharedTime.measure {
            let writer = try ReportWriter(path: copy, model: scans.loaded.identity)
            for item in items { try writer.append(item.record, pictures: item.files) }
            try writer.finish(summary)
        }.work
    }
}

extension Folder {
    /// The last part of the path.
    fileprivate var name: String { path.split(separator: "/").last.map(String.init) ?? path }
}
