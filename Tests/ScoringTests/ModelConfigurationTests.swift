import Scoring
import SparseCoding
import Testing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

@Suite struct ModelConfigurationTests {
    struct Change: Sendable, CustomTestStringConvertible {
        let problem: String
        let apply: @Sendable (inout ModelConfiguration) -> Void

        init(_ problem: String, _ apply: @escaping @Sendable (inout ModelConfiguration) -> Void) {
            self.problem = problem
            self.apply = apply
        }

        var testDescription: String { problem }
    }

    static let bad = [
        Change("a model needs an encoder") { $0.encoders = [] },
        Change("a model needs a detector") { $0.detectors = [] },
        Change("positions must be in 16...65536, found 15") { $0.positions = 15 },
        Change("positions must be in 16...65536, found 65537") { $0.positions = 65_537 },
        Change("topShare must be above 0") { $0.fusion.topShare = 0 },
        Change("topShare must be above 0") { $0.fusion.topShare = 1.01 },
        Change("topShare must be above 0") { $0.fusion.topShare = .nan },
        Change("regularization is out of bounds") { $0.regularization.shrinkage = -0.1 },
        Change("regularization is out of bounds") { $0.regularization.shrinkage = .nan },
        Change("regularization is out of bounds") { $0.regularization.reach = -1 },
        Change("regularization is out of bounds") { $0.regularization.reach = 64 },
        Change("regularization is out of bounds") { $0.regularization.floor = 0 },
        Change("regularization is out of bounds") { $0.regularization.floor = .infinity },
        Change("two encoders have the same name") { $0.encoders.append($0.encoders[0]) },
        Change("encoder structure-128: pixels") { $0.encoders[2].pixels = 1 },
        Change("encoder structure-256, layer 2: atoms") { $0.encoders[0].layers[1].atoms = 0 },
        Change("reads an encoder that is not there") { $0.detectors[1].encoder = "nobody" },
        Change("reads a layer that is not there") { $0.detectors[1].layer = 3 },
        Change("layers count from 1") { $0.detectors[0].layer = 0 },
        Change("window must be odd and in 1...63, found 4") { $0.detectors[0].window = 4 },
        Change("window must be odd and in 1...63, found 65") { $0.detectors[0].window = 65 },
        Change("window must be odd and in 1...63, found -1") { $0.detectors[0].window = -1 },
        Change("dimension must be in 1...512, found 0") {
            $0.detectors[0].method = .positionalGaussian(dimension: 0)
        },
        Change("dimension must be in 1...512, found 513") {
            $0.detectors[0].method = .positionalGaussian(dimension: 513)
        },
        Change("dimension must be in 1...1024, found 1025") {
            $0.detectors[0].method = .exemplars(dimension: 1025, count: 1)
        },
        Change("count must be in 1...65536, found 0") {
            $0.detectors[0].method = .exemplars(dimension: 1, count: 0)
        },
    ]

    @Test(arguments: bad)
    func saysWhatIsWrong(change: Change) {
        var configuration = ModelConfiguration.standard
        change.apply(&configuration)
        let problem = configuration.problem
        #expect(problem?.contains(change.problem) == true, "\(problem ?? "no problem")")
    }

    @Test func theStandardModelIsSound() throws {
        let standard = ModelConfiguration.standard
        #expect(standard.problem == nil)
        #expect(standard.pixels == 256 * 256)
        // No encoder runs for nothing.
        #expect(Set(standard.detectors.map(\.encoder)) == Set(standard.encoders.map(\.name)))
    }

    @Test func roundTripsAsJSON() throws {
        var configuration = ModelConfiguration.standard
        configuration.detectors[0].method = .exemplars(dimension: 40, count: 300)
        configuration.detectors[1].method = .reconstructionError
        configuration.fusion.topShare = 0.07
        for value in [ModelConfiguration.standard, configuration] {
            let data = try JSONEncoder().encode(value)
            #expect(try JSONDecoder().decode(ModelConfiguration.self, from: data) == value)
        }
    }

    @Test func detectorNamesSayEncoderLayerAndMethod() {
        let names = [
            DetectorConfiguration.Method.positionalGaussian(dimension: 3),
            .exemplars(dimension: 3, count: 2), .reconstructionError,
        ].map { DetectorConfiguration(encoder: "e", layer: 2, method: $0).name }
        #expect(names == ["e/layer2/position", "e/layer2/exemplars", "e/layer2/reconstruction"])
    }
}
