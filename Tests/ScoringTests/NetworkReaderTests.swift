import Discrimination
import Scoring
import Tensors
import Testing

@Suite struct NetworkReaderTests {
    static let declared = NetworkDetector.Configuration(
        network: ThresholdNetworkConfiguration(
            inputChannels: 1,
            layers: [
                ThresholdLayerConfiguration(window: 3, stride: 2, channels: 6),
                ThresholdLayerConfiguration(window: 3, channels: 4),
            ],
            readMaps: [1, 2],
            gridStride: 2
        ),
        pixels: 16 * 16,
        imageNormalization: 0.02,
        startedFrom: nil
    )

    static func parameters() throws -> ThresholdNetworkParameters {
        try .random(
            declared.network,
            standardization: .identity(channels: 1),
            penalty: 0.1,
            seed: 4
        )
    }

    @Test func itsMapIsTheNetworksAtItsOwnSizeOnTheGrid() throws {
        let parameters = try Self.parameters()
        let reader = NetworkReader(
            configuration: Self.declared,
            parameters: parameters,
            grid: PositionGrid(rows: 8, columns: 8),
            kernels: .best
        )
        let image = TextureModel.texture(seed: 3)
        let input = reader.prepare(image)
        #expect((input.height, input.width) == (16, 16))
        // The output has the grid's own size, so that nothing is resampled.
        let network = ThresholdNetwork(parameters: parameters, kernels: .best)
        #expect(reader.map(of: image) == network.logits(of: input))
        // The image's own level is taken away before.
        var lighter = image
        for index in lighter.elements.indices { lighter.elements[index] += 0.25 }
        let difference =
            zip(reader.map(of: lighter).elements, reader.map(of: image).elements)
            .map { abs($0 - $1) }.max() ?? 1
        #expect(difference < 1e-3)
    }

    @Test func aModelJudgesByItsMapToo() throws {
        let images = (0..<12).map { TextureModel.texture(seed: $0) }
        let model = try TextureModel(images: images, seed: 0, kernels: .best).parameters
        let (rows, columns) = (model.grid.rows, model.grid.columns)
        let calibration = MapCalibration(
            mean: Matrix(rows: rows, columns: columns, repeating: -40),
            deviation: Matrix(rows: rows, columns: columns, repeating: 0.5)
        )
        let network = NetworkDetector(
            configuration: Self.declared,
            parameters: try Self.parameters(),
            calibration: calibration,
            course: .init(
                images: 1,
                validationImages: 0,
                steps: 1,
                ending: .steps,
                losses: [],
                validations: [],
                bestStep: nil,
                dependsOnTime: false
            )
        )
        let more = ModelParameters(
            configuration: model.configuration,
            channels: model.channels,
            grid: model.grid,
            layers: model.layers,
            detectors: model.detectors,
            calibrations: model.calibrations,
            conformal: model.conformal,
            network: network
        )
        let image = TextureModel.texture(seed: 99)
        let without = AnomalyModel(parameters: model, kernels: .best).calibratedMaps(of: image)
        let maps = AnomalyModel(parameters: more, kernels: .best).calibratedMaps(of: image)
        let reader = NetworkReader(
            configuration: network.configuration,
            parameters: network.parameters,
            grid: model.grid,
            kernels: .best
        )
        #expect(maps == without + [calibration.standardize(reader.map(of: image))])
        #expect(more.mapNames == model.mapNames + ["network"])
        let assessment = AnomalyModel(parameters: more, kernels: .best).assess(image)
        #expect(assessment.peaks.count == more.mapNames.count)
        let fusion = more.configuration.fusion
        #expect(assessment.score == fusion.score(fusion.fuse(maps)))
    }

    @Test func addedMapsCountAsThoseOfOneMoreDetector() {
        let folding = Folding(images: 9)
        var (part, whole) = (
            CrossFittedCalibration(folding: folding), CrossFittedCalibration(folding: folding)
        )
        var more: [Matrix] = []
        for image in 0..<9 {
            let fold = folding.fold(of: image)
            let maps = (0..<3).map { detector in
                randomMatrix(rows: 4, columns: 5, seed: UInt64(10 * image + detector))
            }
            let sets = folding.sets(for: fold)
            part.offer(sets.map { _ in Array(maps.prefix(2)) }, fold: fold, image: image)
            whole.offer(sets.map { _ in maps }, fold: fold, image: image)
            more.append(maps[2])
        }
        let mask = Matrix(rows: 4, columns: 5, repeating: 1)
        part.offer(painted: Array(repeating: more[0], count: 2), mask: mask, fold: 1, image: 4)
        #expect(part.paintedTiles == [TrainingTile(whole: 4)])
        let joined = part.adding(maps: more, painted: [more[1]])
        #expect(joined.calibrations() == whole.calibrations())
        let fusion = ScoreFusion(rule: .largest)
        #expect(joined.scores(fusion: fusion) == whole.scores(fusion: fusion))
        #expect(joined.scores(fusion: fusion) != part.scores(fusion: fusion))
        #expect(joined.paintedCount == 1)
    }
}
