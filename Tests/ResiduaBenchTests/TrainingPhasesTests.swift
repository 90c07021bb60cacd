import Pipeline
import Testing
import residua_bench

@Suite struct TrainingPhasesTests {
    private static func phases(_ events: [(TrainingEvent, Double)], end: Double) -> TrainingPhases {
        var phases = TrainingPhases()
        for (event, time) in events { phases.take(event, at: .init(elapsed: time, work: 2 * time)) }
        phases.finish(at: .init(elapsed: end, work: 2 * end))
        return phases
    }

    @Test func passesAndTheLearningAfterThemAddUp() {
        let phases = Self.phases(
            [
                (.surveyed(images: 2), 1),
                (.pass(name: "layer 1", number: 1, of: 3), 1.5),
                (.image(done: 1, of: 2), 2), (.image(done: 2, of: 2), 3),
                (.pass(name: "layer 1", number: 2, of: 3), 7),
                (.image(done: 2, of: 2), 8),
                (.pass(name: "codes", number: 3, of: 3), 9),
                (.image(done: 2, of: 2), 12),
            ],
            end: 13
        ).phases
        #expect(
            phases.map(\.name) == [
                "survey", "preparation", "layer 1: images", "layer 1: learning from them",
                "codes: images", "codes: learning from them",
            ]
        )
        #expect(phases.map(\.time.elapsed) == [1, 0.5, 2.5, 5, 3, 1])
        #expect(phases.map(\.time.work) == phases.map { 2 * $0.time.elapsed })
    }

    @Test func aPassWithoutImagesIsOnePhase() {
        let phases = Self.phases(
            [
                (.surveyed(images: 0), 1), (.pass(name: "codes", number: 1, of: 2), 1),
                (.pass(name: "positions", number: 2, of: 2), 3),
            ],
            end: 4
        ).phases
        #expect(phases.map(\.name) == ["survey", "preparation", "codes", "positions"])
        #expect(phases.map(\.time.elapsed) == [1, 0, 2, 1])
    }
}
