internal import ImageCodec
internal import ModelFile
internal import Patches
internal import Pipeline
internal import Scoring
internal import SparseCoding
internal import Tensors

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// The stages of an image's way through the program, on the same images.
struct StageMeasurements {
    let images: BenchImages
    let configuration: ModelConfiguration
    let channels: Int
    let repetitions: Int

    private var count: Double { Double(images.files.count) }

    /// Decoding alone, and with resampling to the working size.
    func decoding() throws -> [Measurement] {
        var decoded: [Double] = []
        var resampled: [Double] = []
        try decodeAll()
        for _ in 0..<repetitions {
            decoded.append(try seconds { try decodeAll() })
            resampled.append(try seconds { for file in images.files { _ = try input(file) } })
        }
        let megabytes = Double(images.byteCount) / 1e6
        return [
            Measurement("images", unit: "images", .moreIsBetter, samples: [count]),
            rate("decode", count, decoded, unit: "images/s"),
            rate("decode, bytes of files", megabytes, decoded, unit: "MB/s"),
            rate("decode, resample", count, resampled, unit: "images/s"),
        ]
    }

    /// Coding by each encoder, and whole scores, of images that are decoded already.
    ///
    /// - Parameters:
    ///   - loaded: The model.
    ///   - peak: Operations per second of the best kernels' multiply-adds on registers alone.
    /// - Returns: Times per image, and the share of the peak that the products alone would need.
    /// - Throws: `DecodeError`.
    func scoring(by loaded: LoadedModel, peak: Double) throws -> [Measurement] {
        let inputs = try images.files.prefix(8).map { try input($0) }
        let parameters = loaded.stored.parameters
        let encoders = zip(configuration.encoders, parameters.layers)
            .map { encoder, layers in
                ImageEncoder(
                    configuration: encoder,
                    layers: layers.map { Layer(parameters: $0, kernels: .best) }
                )
            }
        var byEncoder = [[Double]](repeating: [], count: encoders.count)
        var whole: [Double] = []
        for input in inputs { _ = loaded.model.assess(input) }
        for _ in 0..<repetitions {
            for (place, encoder) in encoders.enumerated() {
                byEncoder[place].append(
                    seconds { for input in inputs { _ = encoder.encode(input) } }
                )
            }
            whole.append(seconds { for input in inputs { _ = loaded.model.assess(input) } })
        }
        func milliseconds(_ name: String, _ times: [Double]) -> Measurement {
            Measurement(
                name,
                unit: "ms/image",
                .lessIsBetter,
                samples: times.map { $0 / Double(inputs.count) * 1e3 }
            )
        }
        let operations = configuration.encoders
            .flatMap { ProductShape.all(of: $0, in: configuration, channels: channels) }
            .reduce(0) { $0 + $1.operations }
        return zip(encoders, byEncoder).map { encoder, times in
            milliseconds("encode \(encoder.configuration.name)", times)
        } + [
            milliseconds("encode and score", whole),
            Measurement(
                "products of score, of peak",
                unit: "%",
                .moreIsBetter,
                samples: whole.map { 100 * operations * Double(inputs.count) / ($0 * peak) }
            ),
        ]
    }

    /// Whole scans by one and two jobs, with decoding alone in between.
    func scanning(by loaded: LoadedModel) async throws -> [Measurement] {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("residua-bench-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let report = folder.appendingPathComponent("report").path
        var decoded: [Double] = []
        var (one, two): ([ScanTime], [ScanTime]) = ([], [])
        _ = try await scan(by: loaded, jobs: 1, report: report)
        for _ in 0..<repetitions {
            decoded.append(try seconds { try decodeAll() })
            one.append(try await scan(by: loaded, jobs: 1, report: report))
            two.append(try await scan(by: loaded, jobs: 2, report: report))
        }
        let perImage = 1e3 / count
        return [
            rate("1 job", count, one.map(\.elapsed), unit: "images/s"),
            rate("2 jobs", count, two.map(\.elapsed), unit: "images/s"),
            ratio("2 jobs / 1 job", zip(one, two).map { $0.elapsed / $1.elapsed }, .moreIsBetter),
            Measurement(
                "1 job, processor time",
                unit: "ms/image",
                .lessIsBetter,
                samples: one.map { $0.work * perImage }
            ),
            Measurement(
                "2 jobs, processor time",
                unit: "ms/image",
                .lessIsBetter,
                samples: two.map { $0.work * perImage }
            ),
            Measurement(
                "2 jobs, processors used",
                unit: "processors",
                .moreIsBetter,
                samples: two.map { $0.work / $0.elapsed }
            ),
            ratio(
                "decode alone / 1 job, by processor time",
                zip(decoded, one).map { $1.work / $0 },
                .lessIsBetter
            ),
        ]
    }

    /// The seconds of a scan: by the wall clock, and of processor time of all its threads.
    private struct ScanTime {
        let elapsed: Double
        let work: Double
    }

    private func scan(
        by loaded: LoadedModel,
        jobs: Int,
        report: String
    ) async throws -> ScanTime {
        let run = ScanRun(
            options: ScanOptions(
                ingest: IngestOptions(roots: images.files.map(\.path)),
                reportPath: report,
                jobs: jobs,
                exitStatus: { _, _ in 0 }
            ),
            model: loaded.stored,
            identity: { [identity = loaded.identity] in identity },
            version: "bench"
        )
        let (start, work) = (ContinuousClock.now, Stopwatch.process.now)
        _ = try await run.run()
        return ScanTime(
            elapsed: (ContinuousClock.now - start) / .seconds(1),
            work: Stopwatch.process.now - work
        )
    }

    private func decodeAll() throws {
        for file in images.files { _ = try decode(file) }
    }

    /// Decodes as a scan does: a large JPEG at a fraction of its size.
    private func decode(_ file: BenchImages.File) throws -> PixelImage {
        try ImageReader.decode(
            file.bytes,
            channels: channels == 1 ? .grey : .colour,
            minimumPixels: configuration.pixels
        ).image
    }

    private func input(_ file: BenchImages.File) throws -> FeatureMap {
        let image = try decode(file)
        let size = WorkingSize(pixels: configuration.pixels)
            .size(width: image.width, height: image.height)
        return Resampler(height: size.height, width: size.width).resample(image)
    }

    private func rate(
        _ name: String,
        _ amount: Double,
        _ times: [Double],
        unit: String
    ) -> Measurement {
        Measurement(name, unit: unit, .moreIsBetter, samples: times.map { amount / $0 })
    }

    private func ratio(
        _ name: String,
        _ samples: [Double],
        _ direction: Measurement.Direction
    ) -> Measurement {
        Measurement(name, unit: "times", direction, samples: samples)
    }
}
