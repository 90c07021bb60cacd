package import Pipeline

/// The phases of a training run, told from its events: passes over the images, and the learning after each.
package struct TrainingPhases {
    /// The seconds of a moment or a span.
    package struct Time: Equatable, Sendable {
        /// By the wall clock.
        package var elapsed: Double
        /// Of processor time of all threads.
        package var work: Double

        package init(elapsed: Double, work: Double) {
            self.elapsed = elapsed
            self.work = work
        }
    }

    /// Passes of the same name together, in the order of the first.
    package struct Phase: Equatable {
        package let name: String
        package var time: Time
    }

    package private(set) var phases: [Phase] = []
    private var current = "survey"
    private var last = Time(elapsed: 0, work: 0)
    private var lastImage: Time?

    /// Starts with the survey, at zero.
    package init() {}

    /// Takes an event and the time since the start.
    package mutating func take(_ event: TrainingEvent, at time: Time) {
        switch event {
        case .surveyed: end(at: time, next: "preparation")
        case .pass(let name, _, _): end(at: time, next: name)
        case .image: lastImage = time
        case .skipped, .trimmed, .unusableLabel, .noNetwork: break
        }
    }

    /// Ends the last phase.
    package mutating func finish(at time: Time) { end(at: time, next: "") }

    private mutating func end(at time: Time, next: String) {
        if let lastImage {
            add("\(current): images", until: lastImage)
            add("\(current): learning from them", until: time)
        } else {
            add(current, until: time)
        }
        lastImage = nil
        current = next
    }

    private mutating func add(_ name: String, until time: Time) {
        let span = Time(elapsed: time.elapsed - last.elapsed, work: time.work - last.work)
        last = time
        if let place = phases.firstIndex(where: { $0.name == name }) {
            phases[place].time.elapsed += span.elapsed
            phases[place].time.work += span.work
        } else {
            phases.append(Phase(name: name, time: span))
        }
    }
}
