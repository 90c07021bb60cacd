/// Where the processor time of a scan goes: stages measured alone, and what they leave unexplained.
package struct Profile {
    /// A stage's time in each repetition, in seconds.
    package struct Stage {
        package let name: String
        package let times: [Double]

        package init(_ name: String, _ times: [Double]) {
            self.name = name
            self.times = times
        }
    }

    /// The stages in the order of an image's way, then the rest and the whole.
    package let measurements: [Measurement]

    /// The name of what no stage explains.
    package static let rest = "rest: tasks, memory, caches that a stage alone finds warm"

    /// Sets stages against the whole, repetition by repetition.
    ///
    /// - Parameters:
    ///   - stages: Each with as many times as `whole` has.
    ///   - whole: The whole scan's processor time in each repetition, in seconds.
    ///   - images: The images of a scan.
    package init(stages: [Stage], whole: [Double], images: Int) {
        precondition(stages.allSatisfy { $0.times.count == whole.count }, "repetitions differ")
        let rest = whole.indices.map { index in
            whole[index] - stages.reduce(0) { $0 + $1.times[index] }
        }
        measurements =
            (stages + [Stage(Self.rest, rest), Stage("whole scan, 1 job", whole)]).map { stage in
                var measurement = Measurement.perImage(stage.name, stage.times, images: images)
                measurement.share = Measurement.median(
                    of: zip(stage.times, whole).map { 100 * $0 / $1 }.sorted()
                )
                return measurement
            }
    }
}
