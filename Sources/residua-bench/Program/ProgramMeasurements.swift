internal import Files
internal import ImageCodec
internal import Pipeline

/// Whole runs of the program `residua`: start, whole scans of a folder, memory.
struct ProgramMeasurements {
    let subject: BenchSubject
    let program: String
    let model: String

    /// What a scan may take beyond the images in flight, in MB.
    private static let fixedMemory = 150.0

    func all() throws -> [(title: String, measurements: [Measurement])] {
        [
            ("start of the program", try starts()),
            ("scan of \(subject.images.name), all of them, by the program", try scans()),
        ] + (try subject.arguments.train.map(normalScans) ?? [])
    }

    private var log: String { subject.temporary.path(of: "log") }

    /// How long it is to the end of a scan of one small image, and of a run that does nothing.
    private func starts() throws -> [Measurement] {
        let picture = MadePictures.picture(
            MadePictures.samples(.test, count: 1)[0],
            side: 256,
            seed: 0
        )
        let folder = subject.temporary.folder("small")
        let path = try MadePictures.write([picture], count: 1, as: .png, to: folder)[0].description
        let frame = subject.temporary.path(of: "frame")
        let file = try FileBytes.read(RawPath(path), limit: 1 << 24)
        let header = "{\"path\": \"a.png\", \"bytes\": \(file.count)}\n"
        try AtomicFile.write(Array(header.utf8) + file, to: frame, durability: .buffered)
        let exits = "residua --version, start to exit"
        let scores = "scan of one 256 x 256 PNG, start to exit"
        var (nothing, first): ([SharedTime], [SharedTime]) = ([], [])
        var records: [Double] = []
        _ = try scan(path, jobs: 1)
        // Short runs, of which more are needed for a median.
        for _ in 0..<2 * subject.repetitions + 1 {
            nothing.append(try ChildRun.run(program, ["--version"], log: log).time)
            first.append(try scan(path, jobs: 1).time)
            let worker = try ChildRun.run(
                program,
                ["worker", "--model", model],
                input: frame,
                log: log
            )
            records.append(worker.firstOutput ?? .nan)
        }
        func milliseconds(_ name: String, _ times: [Double]) -> Measurement {
            Measurement(name, unit: "ms", .lessIsBetter, samples: times.map { 1e3 * $0 })
        }
        return [
            milliseconds(exits, nothing.map(\.elapsed)),
            milliseconds("worker, start to the record of a 256 x 256 PNG", records)
                .keyed(.firstScore),
            milliseconds(scores, first.map(\.elapsed)).keyed(.start),
            milliseconds("\(scores), processor time", first.map(\.work)).keyed(.startWork),
            try LoadedModel.measure(model, repetitions: subject.repetitions),
            Measurement(
                "model file",
                unit: "MB",
                .lessIsBetter,
                samples: [Double(try FileBytes.read(RawPath(model), limit: 1 << 32).count) / 1e6]
            ),
        ]
    }

    /// Rates of a folder where nearly all is normal.
    private func normalScans(
        of folder: String
    ) throws -> [(title: String, measurements: [Measurement])] {
        let count = Array(IngestOptions(roots: [RawPath(folder)]).makeWalk()).count
        var (one, two): ([Double], [Double]) = ([], [])
        for _ in 0..<subject.repetitions {
            one.append(try scan(folder, jobs: 1).time.elapsed)
            two.append(try scan(folder, jobs: 2).time.elapsed)
        }
        return [
            (
                "scan of the normal images, all of them, by the program",
                [
                    Measurement("images", unit: "images", .moreIsBetter, samples: [Double(count)]),
                    .rate("1 job", unit: "images/s", of: Double(count), in: one),
                    .rate("2 jobs", unit: "images/s", of: Double(count), in: two)
                        .keyed(.normalScanRate),
                    .gain("2 jobs of 1", from: one, to: two).keyed(.normalJobsGain),
                ]
            )
        ]
    }

    /// Rates of the whole folder by one and by two jobs, and memory.
    private func scans() throws -> [Measurement] {
        let count = Array(IngestOptions(roots: [RawPath(subject.root)]).makeWalk()).count
        let jobs = subject.jobs
        let watched = try scan(subject.root, jobs: jobs, watchesMemory: true)
        var (one, two): ([SharedTime], [SharedTime]) = ([], [])
        var all: [SharedTime] = []
        for _ in 0..<subject.repetitions {
            one.append(try scan(subject.root, jobs: 1).time)
            two.append(try scan(subject.root, jobs: 2).time)
            if jobs > 2 { all.append(try scan(subject.root, jobs: jobs).time) }
        }
        func rate(_ jobs: Int, _ times: [SharedTime]) -> Measurement {
            .rate(
                "\(jobs) job\(jobs == 1 ? "" : "s")",
                unit: "images/s",
                of: Double(count),
                in: times.map(\.elapsed)
            )
        }
        var measurements = [
            Measurement("images", unit: "images", .moreIsBetter, samples: [Double(count)]),
            rate(1, one), rate(2, two).keyed(.scanRate),
        ]
        if jobs > 2 { measurements.append(rate(jobs, all)) }
        measurements += [
            .gain("2 jobs of 1", from: one.map(\.elapsed), to: two.map(\.elapsed))
                .keyed(.jobsGain),
            .perImage("1 job, processor time", one.map(\.work), images: count),
            .perImage("2 jobs, processor time", two.map(\.work), images: count).keyed(.scanWork),
            Measurement(
                "2 jobs, processors used",
                unit: "processors",
                .moreIsBetter,
                samples: two.map { $0.work / $0.elapsed }
            ),
        ]
        if let memory = watched.memory {
            let bound = Self.fixedMemory + Double(2 * jobs) * (try largestImage())
            measurements.append(
                Measurement(
                    "peak memory, \(jobs) jobs",
                    unit: "MB",
                    .lessIsBetter,
                    samples: [memory]
                ).keyed(.scanMemory, goal: bound)
            )
        }
        return measurements
    }

    /// The pixels and the file of the largest image, in MB.
    private func largestImage() throws -> Double {
        let sizes = try subject.images.files.map { file in
            let header = try ImageReader.header(of: file.bytes)
            return header.width * header.height * subject.channels + file.bytes.count
        }
        return Double(sizes.max() ?? 0) / 1e6
    }

    private func scan(
        _ path: String,
        jobs: Int,
        watchesMemory: Bool = false
    ) throws -> ChildRun {
        try ChildRun.run(
            program,
            [
                "scan", path, "--model", model, "--report", subject.temporary.path(of: "report"),
                "--jobs", "\(jobs)", "--quiet",
            ],
            log: log,
            watchesMemory: watchesMemory
        )
    }
}
