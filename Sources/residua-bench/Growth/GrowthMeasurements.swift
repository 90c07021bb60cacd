internal import Files
internal import ImageCodec
internal import Patches
internal import Pipeline
internal import Reports
internal import Scoring
internal import SparseCoding
internal import Tensors

/// How cost grows with the folder, the working size, the dictionary and the jobs.
struct GrowthMeasurements {
    let subject: BenchSubject
    let scans: Scans

    /// Fewer than elsewhere: what grows is measured at several sizes each.
    private static let repetitions = 3

    func all() async throws -> [(title: String, measurements: [Measurement])] {
        let steps = subject.arguments.isQuick ? [8, 16, 32] : [25, 50, 100]
        let most = steps.max() ?? 1
        let pictures = try BenchSubject.sources(
            subject.arguments,
            images: subject.images,
            loaded: scans.loaded
        )
        let paths = try MadePictures.write(
            pictures.enumerated().map {
                MadePictures.picture($1, side: BenchSubject.side, seed: UInt64($0))
            },
            count: most,
            as: .png,
            to: subject.temporary.folder("growth")
        )
        let side = BenchSubject.side
        return [
            (
                "growth: the folder, \(side) x \(side) PNGs, \(subject.jobs) jobs",
                try await folder(paths, steps: steps)
            ),
            ("growth: jobs", try await jobs(Array(paths.prefix(most / 2)))),
            ("growth: the working size, first encoder, 1 thread", sizes(pictures)),
            ("growth: the dictionary, second layer at 256 x 256, 1 thread", atoms(pictures)),
        ]
    }

    /// Pictures are left out: they grow with what is flagged.
    private func time(_ paths: [RawPath], jobs: Int) async throws -> SharedTime {
        try await scans.time(paths, jobs: jobs, pictures: .none)
    }

    private func folder(_ paths: [RawPath], steps: [Int]) async throws -> [Measurement] {
        var times = [[SharedTime]](repeating: [], count: steps.count)
        _ = try await time(Array(paths.prefix(steps[0])), jobs: subject.jobs)
        for _ in 0..<Self.repetitions {
            for (place, count) in steps.enumerated() {
                let part = Array(paths.prefix(count))
                times[place].append(try await time(part, jobs: subject.jobs))
            }
        }
        let fits = (0..<Self.repetitions).map { repetition in
            LineFit(counts: steps, costs: times.map { 1e3 * $0[repetition].work })
        }
        return zip(steps, times).map { count, times in
            .perImage("\(count) images, processor time", times.map(\.work), images: count)
        } + [
            Measurement(
                "each image more",
                unit: "ms/image",
                .lessIsBetter,
                samples: fits.map(\.perPiece)
            ),
            Measurement("fixed part", unit: "ms", .lessIsBetter, samples: fits.map(\.fixed)),
        ]
    }

    private func jobs(_ paths: [RawPath]) async throws -> [Measurement] {
        let most = subject.jobs
        let steps = (0..<8).map { 1 << $0 }.filter { $0 < most } + [most]
        var times = [[Double]](repeating: [], count: steps.count)
        for _ in 0..<Self.repetitions {
            for (place, jobs) in steps.enumerated() {
                times[place].append(try await time(paths, jobs: jobs).elapsed)
            }
        }
        return zip(steps, times).flatMap { jobs, elapsed -> [Measurement] in
            let name = "\(jobs) job\(jobs == 1 ? "" : "s")"
            let rate = Measurement.rate(
                name,
                unit: "images/s",
                of: Double(paths.count),
                in: elapsed
            )
            return jobs == 1 ? [rate] : [rate, .gain("\(name) of 1", from: times[0], to: elapsed)]
        }
    }

    private func sizes(_ pictures: [PixelImage]) -> [Measurement] {
        let parameters = scans.loaded.parameters
        let layers = parameters.layers[0].map { Layer(parameters: $0, kernels: .best) }
        let steps = subject.arguments.isQuick ? [64, 128, 256] : [64, 128, 256, 512]
        let encoders = steps.map { side in
            var configuration = parameters.configuration.encoders[0]
            configuration.pixels = side * side
            return ImageEncoder(configuration: configuration, layers: layers)
        }
        let inputs = steps.map { self.inputs(pictures, side: $0) }
        let images = inputs[0].count
        let times = measure(encoders, inputs)
        return zip(steps, times).flatMap { side, times -> [Measurement] in
            let pixels = Double(images * side * side)
            return [
                Measurement.perImage("\(side) x \(side)", times, images: images),
                Measurement(
                    "\(side) x \(side), a pixel",
                    unit: "ns",
                    .lessIsBetter,
                    samples: times.map { 1e9 * $0 / pixels }
                ),
            ]
        }
    }

    private func atoms(_ pictures: [PixelImage]) -> [Measurement] {
        let parameters = scans.loaded.parameters
        var encoder = parameters.configuration.encoders[0]
        guard let first = parameters.layers[0].first,
            let second = parameters.layers[0].dropFirst().first
        else { return [] }
        encoder.pixels = 256 * 256
        let below = Layer(parameters: first, kernels: .best)
        let steps = subject.arguments.isQuick ? [32, 128, 512] : [32, 64, 128, 256, 512]
        let encoders =
            [ImageEncoder(configuration: encoder, layers: [below])]
            + steps.map { count in
                let layer = Layer(
                    parameters: Self.random(like: second, atoms: count),
                    kernels: .best
                )
                return ImageEncoder(configuration: encoder, layers: [below, layer])
            }
        let input = inputs(pictures, side: 256)
        let times = measure(encoders, encoders.map { _ in input })
        return zip(steps, times.dropFirst()).map { count, both in
            .perImage(
                "\(count) atoms",
                zip(both, times[0]).map { $0 - $1 },
                images: input.count
            )
        }
    }

    /// A layer with so many atoms that were not learned.
    private static func random(like layer: LayerParameters, atoms count: Int) -> LayerParameters {
        var configuration = layer.configuration
        configuration.atoms = count
        var generator = SeededGenerator(seed: 1)
        var atoms = Matrix(rows: count, columns: layer.dictionary.components)
        for index in atoms.elements.indices {
            atoms.elements[index] = Float(generator.nextNormal())
        }
        let penalty = layer.penalties.reduce(0, +) / Float(max(1, layer.penalties.count))
        return LayerParameters(
            configuration: configuration,
            inputChannels: layer.inputChannels,
            whitening: layer.whitening,
            dictionary: AtomDictionary(atoms: atoms),
            penalties: [Float](repeating: penalty, count: count),
            rates: [Float](repeating: 1, count: count),
            density: layer.density,
            learningCurve: []
        )
    }

    private func inputs(_ pictures: [PixelImage], side: Int) -> [FeatureMap] {
        let channels = scans.loaded.parameters.channels
        return pictures.prefix(4).map { picture in
            let map = Resampler(height: side, width: side).resample(picture)
            return map.channels == channels ? map : map.spread(over: channels)
        }
    }

    /// The seconds that each encoder takes for all of its inputs, by encoder and repetition.
    private func measure(_ encoders: [ImageEncoder], _ inputs: [[FeatureMap]]) -> [[Double]] {
        var times = [[Double]](repeating: [], count: encoders.count)
        for repetition in 0...Self.repetitions {
            for (place, encoder) in encoders.enumerated() {
                let wanted: Set = [CodeAverage(layer: encoder.layers.count, window: 5)]
                let time = seconds {
                    for input in inputs[place] { _ = encoder.averages(of: input, wanted: wanted) }
                }
                // The first round warms up.
                if repetition > 0 { times[place].append(time) }
            }
        }
        return times
    }
}

extension FeatureMap {
    /// The first channel as each of so many.
    fileprivate func spread(over count: Int) -> FeatureMap {
        var map = FeatureMap(height: height, width: width, channels: count)
        for place in 0..<height * width {
            for channel in 0..<count {
                map.elements[place * count + channel] = elements[place * channels]
            }
        }
        return map
    }
}
