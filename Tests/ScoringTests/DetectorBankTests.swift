import Patches
import Scoring
import SparseCoding
import Tensors
import Testing

/// The maps of each method, seen through the bank of detectors.
@Suite struct DetectorBankTests {
    static let encoder: ImageEncoder = {
        let configuration = LayerConfiguration(
            window: 3,
            stride: 1,
            contrast: nil,
            components: 9,
            atoms: 7,
            pooling: 2
        )
        let samples = randomMatrix(rows: 400, columns: 9, seed: 251)
        let parameters = LayerParameters(
            learning: configuration,
            inputChannels: 1,
            samples: samples,
            seed: 1,
            kernels: .best
        )
        return ImageEncoder(
            configuration: EncoderConfiguration(name: "e", pixels: 400, layers: [configuration]),
            layers: [Layer(parameters: parameters, kernels: .best)]
        )
    }()

    static func map(
        _ method: DetectorConfiguration.Method,
        _ normality: DetectorParameters.Normality,
        window: Int,
        grid: PositionGrid,
        image: FeatureMap,
        kernels: Kernels
    ) throws -> Matrix {
        let detector = DetectorParameters(
            configuration: DetectorConfiguration(
                encoder: "e",
                layer: 1,
                method: method,
                window: window
            ),
            normality: normality
        )
        let bank = DetectorBank(
            encoders: [encoder],
            sets: [[detector]],
            grid: grid,
            kernels: kernels
        )
        return try #require(bank.maps(of: image).first?.first)
    }

    static let image = randomMap(height: 20, width: 20, channels: 1, seed: 252)

    @Test(arguments: Kernels.available, [1, 5])
    func exemplarMapsAreDistancesToTheNearest(kernels: Kernels, window: Int) throws {
        let codes = Self.encoder.encode(Self.image)[0].codes
        // A window of 1 keeps every place, larger ones every second.
        let averaged = codes.meanPooled(
            window: window,
            stride: window == 1 ? 1 : 2,
            kernels: kernels
        )
        let side = window == 1 ? 10 : 5
        #expect(averaged.height == side && averaged.width == side)
        let reduction = FeatureReduction(
            window: window,
            whitening: Whitening(
                mean: randomMatrix(rows: 1, columns: 14, seed: 253).elements,
                projection: randomMatrix(rows: 6, columns: 14, seed: 254),
                keptVariance: 1
            )
        )
        // More exemplars than a block of products holds.
        let exemplars = randomMatrix(rows: 300, columns: 6, seed: 255)
        let found = try Self.map(
            .exemplars(dimension: 6, count: 300),
            .exemplars(reduction, Exemplars(vectors: exemplars)),
            window: window,
            grid: PositionGrid(rows: side, columns: side),
            image: Self.image,
            kernels: kernels
        )
        let rows = Matrix(rows: side * side, columns: 14, filledWith: averaged.elements)
        let features = reduction.whitening.apply(to: rows, kernels: kernels)
        let wanted = ExemplarsTests.nearest(features, exemplars)
        #expect(largestDifference(found.elements, wanted) < 1e-3)
    }

    /// Wide enough for products in whole numbers.
    @Test("exemplar maps in either precision", arguments: Kernels.available, Precision.allCases)
    func wideExemplarMapsAreDistancesToTheNearest(
        available: Kernels,
        precision: Precision
    ) throws {
        let kernels = available.computing(in: precision)
        let configuration = LayerConfiguration(
            window: 3,
            stride: 1,
            contrast: nil,
            components: 9,
            atoms: 24,
            pooling: 2
        )
        let layer = Layer(
            parameters: LayerParameters(
                learning: configuration,
                inputChannels: 1,
                samples: randomMatrix(rows: 400, columns: 9, seed: 251),
                seed: 1,
                kernels: kernels
            ),
            kernels: kernels
        )
        let encoder = ImageEncoder(
            configuration: EncoderConfiguration(name: "e", pixels: 1600, layers: [configuration]),
            layers: [layer]
        )
        let image = randomMap(height: 40, width: 40, channels: 1, seed: 258)
        let reduction = FeatureReduction(
            window: 5,
            whitening: Whitening(
                mean: randomMatrix(rows: 1, columns: 48, seed: 253).elements,
                projection: randomMatrix(rows: 33, columns: 48, seed: 254),
                keptVariance: 1
            )
        )
        let exemplars = randomMatrix(rows: 130, columns: 33, seed: 255)
        let detector = DetectorParameters(
            configuration: DetectorConfiguration(
                encoder: "e",
                layer: 1,
                method: .exemplars(dimension: 33, count: 130)
            ),
            normality: .exemplars(reduction, Exemplars(vectors: exemplars))
        )
        let bank = DetectorBank(
            encoders: [encoder],
            sets: [[detector]],
            grid: PositionGrid(rows: 10, columns: 10),
            kernels: kernels
        )
        let found = try #require(bank.maps(of: image).first?.first)
        let averaged = encoder.encode(image)[0].codes
            .meanPooled(window: 5, stride: 2, kernels: kernels)
        // More places than a block of products holds.
        let rows = Matrix(rows: 100, columns: 48, filledWith: averaged.elements)
        let features = reduction.whitening.apply(to: rows, kernels: kernels)
        let wanted = ExemplarsTests.nearest(features, exemplars)
        let tolerance = precision == .float ? 1e-3 : 1e-2
        #expect(largestDifference(found.elements, wanted) < tolerance)
        #expect(wanted.allSatisfy { $0 > 1 })
    }

    @Test func gaussianMapsAreDistancesOfResampledFeatures() throws {
        let grid = PositionGrid(rows: 4, columns: 6)
        let reduction = FeatureReduction(
            window: 3,
            whitening: Whitening(
                mean: [Float](repeating: 0.1, count: 14),
                projection: randomMatrix(rows: 5, columns: 14, seed: 256),
                keptVariance: 1
            )
        )
        var moments = PositionalMoments(rows: 4, columns: 6, dimension: 5)
        for seed: UInt64 in 0..<9 {
            let features = randomMap(height: 4, width: 6, channels: 5, seed: 257 + seed)
            moments.add(features, kernels: .best)
        }
        let gaussian = PositionalGaussian([moments], regularization: .init())
        let found = try Self.map(
            .positionalGaussian(dimension: 5),
            .gaussian(reduction, nil, gaussian),
            window: 3,
            grid: grid,
            image: Self.image,
            kernels: .best
        )
        let codes = Self.encoder.encode(Self.image)[0].codes
        let averaged = codes.meanPooled(window: 3, stride: 2, kernels: .best)
        let rows = Matrix(rows: 25, columns: 14, filledWith: averaged.elements)
        let features = FeatureMap(
            height: 5,
            width: 5,
            channels: 5,
            filledWith: reduction.whitening.apply(to: rows, kernels: .best).elements
        )
        let resampled = Resampler(height: 4, width: 6).resample(features)
        let wanted = gaussian.distances(of: resampled, kernels: .best).elements.map(Double.init)
        #expect(largestDifference(found.elements, wanted) < 1e-3)
    }

    @Test(
        "maps of reconstruction and energy are the layer's, whatever its inference",
        arguments: [Inference.thresholding, .fista(iterations: 8), .omp(nonzeroLimit: 2)]
    )
    func dictionaryMapsAreTheLayers(inference: Inference) throws {
        let grid = PositionGrid(rows: 20, columns: 20)
        var declared = Self.encoder.configuration
        declared.layers[0].inference = inference
        let parameters = LayerParameters(
            learning: declared.layers[0],
            inputChannels: 1,
            samples: randomMatrix(rows: 400, columns: 9, seed: 251),
            seed: 1,
            kernels: .best
        )
        let encoder = ImageEncoder(
            configuration: declared,
            layers: [Layer(parameters: parameters, kernels: .best)]
        )
        func maps(_ methods: [DetectorConfiguration.Method]) -> [Matrix] {
            let detectors = methods.map {
                DetectorParameters(
                    configuration: DetectorConfiguration(encoder: "e", layer: 1, method: $0),
                    normality: .dictionary
                )
            }
            return DetectorBank(encoders: [encoder], sets: [detectors], grid: grid, kernels: .best)
                .maps(of: Self.image)[0]
        }
        let response = encoder.encode(Self.image, includingEnergy: true)[0]
        let energy = try #require(response.energy)
        #expect(maps([.energy]) == [energy])
        #expect(maps([.reconstructionError]) == [response.reconstructionError])
        #expect(maps([.reconstructionError, .energy]) == [response.reconstructionError, energy])
        #expect(energy != response.reconstructionError)
    }

    @Test("an encoder gives the energy of the layers that were asked for, and the same codes")
    func energyIsMadeWhereItIsRead() {
        let single = Self.encoder.configuration.layers[0]
        let above = LayerConfiguration(
            window: 3,
            stride: 1,
            contrast: nil,
            components: 9,
            atoms: 5
        )
        let second = LayerParameters(
            learning: above,
            inputChannels: single.channels,
            samples: randomMatrix(rows: 300, columns: 9 * single.channels, seed: 258),
            seed: 1,
            kernels: .best
        )
        let encoder = ImageEncoder(
            configuration: EncoderConfiguration(name: "e", pixels: 400, layers: [single, above]),
            layers: Self.encoder.layers + [Layer(parameters: second, kernels: .best)]
        )
        let bare = encoder.encode(Self.image)
        for wanted in [[], [1], [2], [1, 2]] as [Set<Int>] {
            let responses = encoder.encode(Self.image, energyOfLayers: wanted)
            #expect(responses.map { $0.energy != nil } == [wanted.contains(1), wanted.contains(2)])
            #expect(responses.map(\.codes) == bare.map(\.codes))
        }
    }

    @Test func setsOfDetectorsGiveTheMapsTheyGiveAlone() throws {
        let grid = PositionGrid(rows: 5, columns: 5)
        func detectors(_ seed: UInt64) -> [DetectorParameters] {
            let reduction = FeatureReduction(
                window: 3,
                whitening: Whitening(
                    mean: [Float](repeating: 0, count: 14),
                    projection: randomMatrix(rows: 4, columns: 14, seed: seed),
                    keptVariance: 1
                )
            )
            let exemplars = Exemplars(vectors: randomMatrix(rows: 9, columns: 4, seed: seed + 1))
            return [
                DetectorParameters(
                    configuration: DetectorConfiguration(
                        encoder: "e",
                        layer: 1,
                        method: .exemplars(dimension: 4, count: 9),
                        window: 3
                    ),
                    normality: .exemplars(reduction, exemplars)
                ),
                DetectorParameters(
                    configuration: DetectorConfiguration(
                        encoder: "e",
                        layer: 1,
                        method: .reconstructionError
                    ),
                    normality: .dictionary
                ),
            ]
        }
        func maps(_ sets: [[DetectorParameters]]) -> [[Matrix]] {
            DetectorBank(encoders: [Self.encoder], sets: sets, grid: grid, kernels: .best)
                .maps(of: Self.image)
        }
        let sets = [detectors(270), detectors(280)]
        let together = maps(sets)
        #expect(together == sets.flatMap { maps([$0]) })
        #expect(together[0][0] != together[1][0])
        #expect(together[0][1] == together[1][1])
    }
}
