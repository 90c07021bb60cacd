internal import ImageCodec
internal import ModelFile
internal import Scoring
internal import Tensors

/// Measures how fast the stages run on this machine, each against a limit measured in the same run.
///
/// Stages of one thread are measured by that thread's processor time, scans by the wall clock too.
@main
struct ResiduaBench {
    static func main() async {
        LargeAllocations.reuse()
        let words = CommandLine.arguments.dropFirst()
        if words.first == "robustness" { return await robustness(words.dropFirst()) }
        do {
            let arguments = try BenchArguments(words)
            if arguments.wantsHelp {
                print(BenchArguments.usage)
                return
            }
            try await measure(arguments)
        } catch let error as ArgumentError {
            StandardError.fail("\(error)\n\(BenchArguments.usage)", status: 2)
        } catch {
            StandardError.fail("\(error)", status: 1)
        }
    }

    private static func robustness(_ words: some Sequence<String>) async {
        do {
            let arguments = try RobustnessArguments(words)
            if arguments.wantsHelp {
                print(RobustnessArguments.usage)
                return
            }
            try await RobustnessStudy(arguments: arguments).run()
        } catch let error as ArgumentError {
            StandardError.fail("\(error)\n\(RobustnessArguments.usage)", status: 2)
        } catch {
            StandardError.fail("\(error)", status: 1)
        }
    }

    private static func measure(_ arguments: BenchArguments) async throws {
        var report = MeasurementReport(asJSON: arguments.json)
        let repetitions = arguments.repetitions
        var loaded: LoadedModel?
        if let path = arguments.model {
            let (model, measurement) = try LoadedModel.measure(path, repetitions: repetitions)
            loaded = model
            report.add(measurement, under: "model")
        }
        let configuration = loaded?.stored.parameters.configuration ?? .standard
        let channels = loaded?.stored.parameters.channels ?? 3

        var peak = 0.0
        for kernels in arguments.isQuick ? [.best] : Kernels.available {
            let measured = KernelMeasurements(
                kernels: kernels,
                shapes: ProductShape.ofLargestEncoders(in: configuration, channels: channels),
                repetitions: repetitions
            )
            report.add(measured.measurements, under: "products, \(kernels)")
            peak = measured.peak
        }

        if let folder = arguments.images {
            let images = try BenchImages(folder: folder, limit: arguments.limit)
            let stages = StageMeasurements(
                images: images,
                configuration: configuration,
                channels: channels,
                repetitions: repetitions
            )
            report.add(try stages.decoding(), under: "decoding, 1 thread")
            if let loaded {
                report.add(
                    try stages.scoring(by: loaded, peak: peak),
                    under: "scoring decoded images, 1 thread"
                )
                report.add(try await stages.scanning(by: loaded), under: "scanning with report")
            }
        }
        if let memory = ProcessMemory.peak() { report.add([memory], under: "process") }
        report.finish()
    }
}
