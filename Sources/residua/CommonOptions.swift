import ArgumentParser
import Foundation
import ImageCodec
import Pipeline
import Tensors

/// Options of how images are worked on.
struct WorkArguments: ParsableArguments {
    @Option(help: "Images worked on at once. (default: the number of processors)")
    var jobs: Int?

    @Option(
        help: ArgumentHelp(
            "Numeric kernels: auto, or one of \(kernelNames) on this machine.",
            valueName: "name"
        )
    )
    var kernels = "auto"

    @Option(
        help: """
            What the products of layers and detectors are computed in: int16 (whole numbers of 16 bits, the faster) \
            or float. (default: int16)
            """,
        transform: { text in
            guard let precision = Precision(rawValue: text) else {
                throw ValidationError("must be int16 or float, found \(text)")
            }
            return precision
        }
    )
    var precision: Precision = .int16

    private static let kernelNames = Kernels.available.map(\.name).joined(separator: ", ")

    func validate() throws {
        if let jobs, !(1...1024).contains(jobs) {
            throw ValidationError("--jobs must be in 1...1024, found \(jobs)")
        }
        _ = try chosenKernels()
    }

    var jobCount: Int { jobs ?? ProcessInfo.processInfo.activeProcessorCount }

    func chosenKernels() throws -> Kernels {
        if kernels == "auto" { return Kernels.best.computing(in: precision) }
        guard let chosen = Kernels.named(kernels) else {
            throw ValidationError(
                "--kernels must be auto or one of \(Self.kernelNames), found \(kernels)"
            )
        }
        return chosen.computing(in: precision)
    }
}

/// Options of every command that works on images.
struct CommonOptions: ParsableArguments {
    @OptionGroup var work: WorkArguments

    @Flag(name: .shortAndLong, help: "Print only what is flagged or failed.")
    var quiet = false

    @Option(help: "Log lines on standard error as text or json.")
    var logFormat: Terminal.LogFormat = .text

    var jobCount: Int { work.jobCount }

    func chosenKernels() throws -> Kernels { try work.chosenKernels() }

    func makeTerminal() -> Terminal { Terminal(isQuiet: quiet, format: logFormat) }
}

extension Terminal.LogFormat: ExpressibleByArgument {}

/// Options of how a file is decoded.
struct DecodeArguments: ParsableArguments {
    @Option(
        help: """
            What to do with a damaged file: none (take what can be decoded), truncated (fail where \
            data are missing) or warning (fail on any doubt).
            """,
        transform: { text in
            guard let policy = DamagePolicy(rawValue: text) else {
                throw ValidationError("must be none, truncated or warning, found \(text)")
            }
            return policy
        }
    )
    var onDamage: DamagePolicy = .truncated

    @Option(help: "Largest file, in bytes.")
    var maximumBytes = DecodeLimits.standard.maximumBytes

    @Option(help: "Most pixels of an image.")
    var maximumPixels = DecodeLimits.standard.maximumPixels

    @Option(help: "Longest side of an image, in pixels.")
    var maximumSide = DecodeLimits.standard.maximumSide

    @Option(help: "Most scans of a progressive JPEG.")
    var maximumScans = DecodeLimits.standard.maximumScans

    @Option(help: "Most processor time for decoding an image, in seconds.")
    var maximumSeconds = DecodeLimits.standard.maximumSeconds

    func validate() throws {
        for (name, value) in [
            ("bytes", maximumBytes), ("pixels", maximumPixels), ("side", maximumSide),
            ("scans", maximumScans),
        ] where value < 1 {
            throw ValidationError("--maximum-\(name) must be at least 1, found \(value)")
        }
        if !(maximumSeconds > 0 && maximumSeconds <= 1e6) {
            throw ValidationError(
                "--maximum-seconds must be above 0 and at most a million, found \(maximumSeconds)"
            )
        }
    }

    var limits: DecodeLimits {
        DecodeLimits(
            maximumBytes: maximumBytes,
            maximumPixels: maximumPixels,
            maximumSide: maximumSide,
            maximumScans: maximumScans,
            maximumSeconds: maximumSeconds
        )
    }
}

/// Options of what is read.
struct IngestArguments: ParsableArguments {
    @Flag(help: "Follow symbolic links.")
    var followLinks = false

    @Flag(help: "Take files whatever their ending; the type is told by the content.")
    var allNames = false

    @OptionGroup var decoding: DecodeArguments

    /// What is read and how, for roots that were checked to be there.
    func options(roots: [String]) throws -> IngestOptions {
        let options = IngestOptions(
            roots: roots.map { RawPath($0) },
            walk: WalkOptions(followsLinks: followLinks, includesAllNames: allNames),
            limits: decoding.limits,
            damage: decoding.onDamage
        )
        try options.requireRoots()
        return options
    }
}

/// Checks a false-alarm rate.
func validate(falseAlarmRate rate: Double?) throws {
    if let rate, !(rate > 0 && rate < 1) {
        throw ValidationError("--false-alarm-rate must be above 0 and below 1, found \(rate)")
    }
}
