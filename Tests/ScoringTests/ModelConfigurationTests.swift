import Foundation
import Patches
import Scoring
import SparseCoding
import Testing

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
        Change("topShare must be above 0") { $0.fusion.topShare = 0.51 },
        Change("topShare must be above 0") { $0.fusion.topShare = .nan },
        Change("regularization is out of bounds") { $0.regularization.shrinkage = -0.1 },
        Change("regularization is out of bounds") { $0.regularization.shrinkage = .nan },
        Change("regularization is out of bounds") { $0.regularization.reach = -1 },
        Change("regularization is out of bounds") { $0.regularization.reach = 64 },
        Change("regularization is out of bounds") { $0.regularization.floor = 0 },
        Change("regularization is out of bounds") { $0.regularization.floor = .infinity },
        Change("factors must be in 0...256, found -1") { $0.factors.count = -1 },
        Change("factors must be in 0...256, found 257") { $0.factors.count = 257 },
        Change("factor cells must be in 1...16, found 0") { $0.factors.cells = 0 },
        Change("factor cells must be in 1...16, found 17") { $0.factors.cells = 17 },
        Change("imagesPerFactor must be in 2...1000, found 1") { $0.factors.imagesPerFactor = 1 },
        Change("the side of tiles must be in") { $0.tiles = Tiling(side: 31, overlap: 0) },
        Change("the overlap of tiles must be at most 32") {
            $0.tiles = Tiling(side: 64, overlap: 33)
        },
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
        configuration.detectors[2].method = .energy
        configuration.fusion.topShare = 0.07
        for value in [ModelConfiguration.standard, configuration] {
            let data = try JSONEncoder().encode(value)
            #expect(try JSONDecoder().decode(ModelConfiguration.self, from: data) == value)
        }
    }

    @Test func tilesAreAKeyOfModelsThatHaveSomeOnly() throws {
        let plain = String(
            decoding: try JSONEncoder().encode(ModelConfiguration.standard),
            as: UTF8.self
        )
        #expect(!plain.contains("tiles"))
        var configuration = ModelConfiguration.standard
        configuration.tiles = Tiling(side: 256, overlap: 32)
        #expect(configuration.problem == nil)
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let data = try encoder.encode(configuration)
        #expect(
            String(decoding: data, as: UTF8.self).contains(#""tiles":{"overlap":32,"side":256}"#)
        )
        #expect(try JSONDecoder().decode(ModelConfiguration.self, from: data) == configuration)
    }

    @Test func detectorNamesSayEncoderLayerAndMethod() {
        let names = [
            DetectorConfiguration.Method.positionalGaussian(dimension: 3),
            .exemplars(dimension: 3, count: 2), .reconstructionError, .energy,
        ].map { DetectorConfiguration(encoder: "e", layer: 2, method: $0).name }
        #expect(
            names == [
                "e/layer2/position", "e/layer2/exemplars", "e/layer2/reconstruction",
                "e/layer2/energy",
            ]
        )
    }

    @Test(
        "the part that concerns some encoders has their detectors, and says where these stand",
        arguments: [
            ([], []), (["structure-256"], [0, 6]), (["contrast-64", "structure-64"], [4, 5]),
            (["nobody", "contrast-128"], [3]),
        ]
    )
    func readingTakesTheEncodersPart(names: [String], places: [Int]) {
        let standard = ModelConfiguration.standard
        let (part, detectors) = standard.reading(names)
        #expect(detectors == places)
        #expect(part.detectors == places.map { standard.detectors[$0] })
        #expect(part.detectors.allSatisfy { names.contains($0.encoder) })
        // In the order of the declaration, whatever that of the names.
        #expect(part.encoders == standard.encoders.filter { names.contains($0.name) })
        var rest = part
        (rest.encoders, rest.detectors) = (standard.encoders, standard.detectors)
        #expect(rest == standard)
    }

    @Test func theEncodersPartsMakeUpTheWhole() {
        let standard = ModelConfiguration.standard
        let parts = standard.encoders.map { standard.reading([$0.name]) }
        #expect(parts.flatMap(\.part.encoders) == standard.encoders)
        #expect(parts.flatMap(\.detectors).sorted() == Array(standard.detectors.indices))
    }

    @Test func declarationsOfBeforeFactorsHaveNone() throws {
        let data = try JSONEncoder().encode(ModelConfiguration.standard)
        var object = try #require(
            try JSONSerialization.jsonObject(with: data) as? [String: Any]
        )
        #expect(object.removeValue(forKey: "factors") != nil)
        let older = try JSONSerialization.data(withJSONObject: object)
        let read = try JSONDecoder().decode(ModelConfiguration.self, from: older)
        #expect(read.factors.count == 0)
        var wanted = ModelConfiguration.standard
        wanted.factors = read.factors
        #expect(read == wanted)
    }
}
