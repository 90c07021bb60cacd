import Scoring
import SparseCoding
import Tensors
import Testing

@Suite struct AnomalyModelTests {
    static let normals = (0..<24).map { TextureModel.texture(seed: UInt64($0)) }

    @Test(
        "a scratched texture scores above every normal one",
        arguments: Kernels.available,
        [Inference.thresholding, .fista(iterations: 10)]
    )
    func findsDefects(kernels: Kernels, inference: Inference) throws {
        let learned = try TextureModel(
            images: Self.normals,
            inference: inference,
            seed: 1,
            kernels: kernels
        )
        let model = AnomalyModel(parameters: learned.parameters, kernels: kernels)
        let fresh = (100..<110).map { TextureModel.texture(seed: UInt64($0)) }
        let normal = (Self.normals + fresh).map { model.assess($0).score }
        let highest = max(normal.max() ?? 0, learned.heldOutScores.max() ?? 0)
        for seed: UInt64 in 200..<206 {
            let found = model.assess(TextureModel.texture(seed: seed, defect: true))
            #expect(found.score > 1.5 * highest)
            // Each of the four methods sees it.
            #expect(found.peaks.count == 4)
            #expect(found.peaks.allSatisfy { $0 > highest })
            // The scratch runs from row 8, column 14 to row 19, column 25 of 32.
            let grid = learned.parameters.grid
            let peak = found.map.elements.indices.max {
                found.map.elements[$0] < found.map.elements[$1]
            }
            let place = try #require(peak)
            #expect((1...5).contains(place / grid.columns * 8 / grid.rows))
            #expect((2...7).contains(place % grid.columns * 8 / grid.columns))
        }
    }

    @Test func assessmentIsTheFusionOfCalibratedMaps() throws {
        let learned = try TextureModel(images: Self.normals, seed: 2, kernels: .best)
        let parameters = learned.parameters
        let model = AnomalyModel(parameters: parameters, kernels: .best)
        let image = TextureModel.texture(seed: 300, defect: true)
        let found = model.assess(image)
        let fusion = parameters.configuration.fusion
        #expect(found.map.rows == parameters.grid.rows)
        #expect(found.map.columns == parameters.grid.columns)
        let maps = model.calibratedMaps(of: image)
        let fused = fusion.fuse(maps)
        #expect(found.score == fusion.score(fused))
        let finest = parameters.configuration.finestDetectors.map { maps[$0] }
        #expect(found.map == fusion.sharpen(fused, finest: finest))
        // The score can be read off the map that is shown.
        #expect(abs(fusion.score(found.map) - found.score) <= 1e-5 * found.score)
    }

    @Test("a head of absurd weights gives no score")
    func anInfiniteMapHasNoScore() throws {
        let learned = try TextureModel(images: Self.normals, seed: 2, kernels: .best).parameters
        var configuration = learned.configuration
        configuration.fusion.rule = .head
        var weights = [Float](
            repeating: 0,
            count: MapHead.featureCount(maps: learned.calibrations.count)
        )
        // Of what the first map has above 0.
        weights[1] = -.greatestFiniteMagnitude
        let head = MapHead(
            weights: weights,
            intercept: 1,
            center: 0,
            spread: 1e-10,
            certificate: .init(
                labels: .synthetic,
                negatives: 1,
                positives: 1,
                penalty: 1,
                objective: 1,
                gradientNorm: 1,
                iterations: 1
            )
        )
        let model = AnomalyModel(
            parameters: ModelParameters(
                configuration: configuration,
                channels: learned.channels,
                grid: learned.grid,
                layers: learned.layers,
                detectors: learned.detectors,
                calibrations: learned.calibrations,
                conformal: learned.conformal,
                head: head
            ),
            kernels: .best
        )
        let found = model.assess(TextureModel.texture(seed: 100))
        #expect(found.map.elements.contains(-.infinity))
        #expect(found.score.isNaN)
    }

    @Test("the map of a relative score is in the score's units")
    func relativeMaps() throws {
        let learned = try TextureModel(images: Self.normals, seed: 2, kernels: .best).parameters
        var configuration = learned.configuration
        configuration.fusion.isRelative = true
        let model = AnomalyModel(
            parameters: ModelParameters(
                configuration: configuration,
                channels: learned.channels,
                grid: learned.grid,
                layers: learned.layers,
                detectors: learned.detectors,
                calibrations: learned.calibrations,
                conformal: learned.conformal
            ),
            kernels: .best
        )
        let image = TextureModel.texture(seed: 300, defect: true)
        let found = model.assess(image)
        let maps = model.calibratedMaps(of: image)
        #expect(
            abs(found.score - configuration.fusion.score(configuration.fusion.fuse(maps)))
                <= 1e-5 * found.score
        )
        var plain = configuration.fusion
        plain.isRelative = false
        #expect(abs(plain.score(found.map) - found.score) <= 1e-5 * found.score)
        // So that a flagged image has a part above its threshold.
        #expect((found.map.elements.max() ?? 0) >= found.score)
        #expect(found.peaks == maps.map { $0.elements.max() })
    }

    @Test func imagesAndSeedAloneDecide() throws {
        let first = try TextureModel(images: Self.normals, seed: 3, kernels: .best)
        let second = try TextureModel(images: Self.normals, seed: 3, kernels: .best)
        #expect(first.parameters == second.parameters)
        #expect(first.heldOutScores == second.heldOutScores)
        let other = try TextureModel(images: Self.normals, seed: 4, kernels: .best)
        #expect(other.parameters != first.parameters)
    }

    @Test("images that are all alike give finite scores, others higher ones")
    func survivesIdenticalImages() throws {
        let image = TextureModel.texture(seed: 5)
        let learned = try TextureModel(
            images: [FeatureMap](repeating: image, count: 9),
            seed: 1,
            kernels: .best
        )
        let model = AnomalyModel(parameters: learned.parameters, kernels: .best)
        let same = model.assess(image).score
        let other = model.assess(TextureModel.texture(seed: 6, defect: true)).score
        #expect(same.isFinite && other.isFinite)
        #expect(other > 10 * max(same, 1), "\(same), \(other)")
    }
}
