internal import Files
internal import Pipeline
internal import Scoring
internal import Synchronization
internal import Tensors

/// Training with `quick` effort, by phase.
struct TrainingMeasurements {
    let subject: BenchSubject

    /// The images of the kept figure.
    private static let images = 200

    /// Phases that take less of the whole are not worth a line.
    private static let smallShare = 0.002

    /// Trains once.
    func measure() async throws -> (title: String, measurements: [Measurement]) {
        let paths = try paths()
        let jobs = subject.jobs
        let log = PhaseLog()
        let run = TrainingRun(
            options: TrainingOptions(
                ingest: IngestOptions(roots: paths),
                jobs: jobs,
                effort: .quick
            ),
            events: { log.take($0) }
        )
        let time = try await SharedTime.measure { _ = try await run.run() }
        let phases = log.finish()
        func one(_ name: String, unit: String, _ value: Double) -> Measurement {
            Measurement(name, unit: unit, .lessIsBetter, samples: [value])
        }
        func part(_ name: String, _ value: Double, of whole: Double) -> Measurement {
            var measurement = one(name, unit: "s", value)
            measurement.share = 100 * value / whole
            return measurement
        }
        let whole = one("all", unit: "s", time.elapsed)
        let work = one("all, processor time", unit: "s", time.work)
        let isKept = paths.count == Self.images
        let measurements =
            phases
            .filter { $0.time.elapsed > Self.smallShare * time.elapsed }
            .flatMap { phase in
                [
                    part(phase.name, phase.time.elapsed, of: time.elapsed),
                    part("\(phase.name), processor time", phase.time.work, of: time.work),
                ]
            } + [
                isKept ? whole.keyed(.quickTraining) : whole,
                isKept ? work.keyed(.quickTrainingWork) : work,
                one("all, an image", unit: "ms", 1e3 * time.elapsed / Double(paths.count)),
                one("processors used", unit: "processors", time.work / time.elapsed),
            ]
        return ("training, effort quick, \(paths.count) images, \(jobs) jobs", measurements)
    }

    /// The images: those of the given folder, spread evenly over it, or made ones.
    private func paths() throws -> [RawPath] {
        let count = subject.arguments.isQuick ? 24 : Self.images
        guard let folder = subject.arguments.train else {
            // As many as there are different ones, and once more with other noise.
            return try BenchSubject.trainingPictures(
                count: subject.arguments.isQuick ? 24 : 48,
                to: subject.temporary.folder("training")
            )
        }
        let entries = Array(IngestOptions(roots: [RawPath(folder)]).makeWalk())
        guard !entries.isEmpty else { throw NoImages(folder: folder) }
        return entries.map(\.absolutePath).spread(count)
    }
}

/// Takes the time of a training run's events.
private final class PhaseLog: Sendable {
    private let phases = Mutex(TrainingPhases())
    private let start = (wall: Stopwatch.wall.now, process: Stopwatch.process.now)

    private var now: TrainingPhases.Time {
        TrainingPhases.Time(
            elapsed: Stopwatch.wall.now - start.wall,
            work: Stopwatch.process.now - start.process
        )
    }

    func take(_ event: TrainingEvent) {
        let time = now
        phases.withLock { $0.take(event, at: time) }
    }

    func finish() -> [TrainingPhases.Phase] {
        let time = now
        return phases.withLock { phases in
            phases.finish(at: time)
            return phases.phases
        }
    }
}
