internal import Files
internal import Tensors

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

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
        let temporary = FileManager.default.temporaryDirectory
            .appendingPathComponent("residua-bench-\(UUID().uuidString)").path
        let folder = Folder(temporary)
        try folder.create()
        defer { try? FileManager.default.removeItem(atPath: temporary) }
        StandardError.note("preparing")
        let subject = try BenchSubject(arguments, temporary: folder)
        var report = MeasurementReport(asJSON: arguments.json, path: arguments.out)
        for section in BenchSection.allCases where arguments.sections.contains(section) {
            StandardError.note("measuring \(section.rawValue)")
            for group in try await measure(section, of: subject) {
                report.add(group.measurements, under: group.title)
            }
        }
        if let memory = ProcessMemory.peak() {
            report.add([memory], under: "the benchmark itself")
        }
        try report.finish()
    }

    private static func measure(
        _ section: BenchSection,
        of subject: BenchSubject
    ) async throws -> [(title: String, measurements: [Measurement])] {
        let isQuick = subject.arguments.isQuick
        switch section {
        case .kernels:
            return kernels(of: subject)
        case .decoding:
            return try DecodingMeasurements(subject: subject).all()
        case .training:
            return [try await TrainingMeasurements(subject: subject).measure()]
        case .program, .scoring, .scanning, .profile, .growth:
            break
        }
        guard let loaded = subject.loaded, let model = subject.model else { return [] }
        let scans = Scans(loaded: loaded, report: subject.temporary.path(of: "report"))
        switch section {
        case .program:
            guard let program = subject.program else {
                StandardError.note("no program residua: it is not measured")
                return []
            }
            return try ProgramMeasurements(
                subject: subject,
                program: program,
                model: model
            ).all()
        case .scoring:
            let inputs = try subject.images.files.spread(6).map { try loaded.input($0) }
            let scoring = ScoringMeasurements(loaded, inputs: inputs, byDetector: !isQuick)
            return [
                (
                    "scoring decoded images, 1 thread",
                    scoring.measure(repetitions: subject.repetitions, allKernels: !isQuick)
                )
            ]
        case .scanning:
            return try await ScanningMeasurements(subject: subject, scans: scans).all()
        case .profile:
            return try await ProfileMeasurements(subject: subject, scans: scans).all()
        case .growth:
            return try await GrowthMeasurements(subject: subject, scans: scans).all()
        case .kernels, .decoding, .training:
            return []
        }
    }

    private static func kernels(
        of subject: BenchSubject
    ) -> [(title: String, measurements: [Measurement])] {
        let shapes = ImageKernels.ofLargestEncoders(
            in: subject.configuration,
            channels: subject.channels
        )
        let sets = subject.arguments.isQuick ? [Kernels.best] : Kernels.available
        return sets.enumerated().map { place, kernels in
            (
                "kernels, \(kernels)",
                KernelMeasurements(
                    kernels: kernels,
                    shapes: shapes,
                    repetitions: subject.repetitions,
                    isKept: place == sets.count - 1
                ).measurements
            )
        }
    }
}
