internal import ImageCodec
internal import Pipeline
internal import Reports
internal import Scoring

/// Whole scans with reports, and decoding of the same files alone.
struct Scans {
    let loaded: LoadedModel
    let report: String

    /// Scans files.
    ///
    /// - Returns: The time and the summary.
    func scan(
        _ paths: [RawPath],
        jobs: Int,
        pictures: PictureSelection = .all
    ) async throws -> (time: SharedTime, summary: RunSummary) {
        let run = ScanRun(
            options: ScanOptions(
                ingest: IngestOptions(roots: paths),
                reportPath: report,
                pictures: pictures,
                jobs: jobs,
                exitStatus: { _, _ in 0 }
            ),
            model: loaded.stored,
            identity: { [identity = loaded.identity] in identity },
            version: "bench"
        )
        var summary: RunSummary?
        let time = try await SharedTime.measure { summary = try await run.run() }
        guard let summary, summary.counts.failed == 0 else { throw UnusableImages() }
        return (time, summary)
    }

    /// The time of a scan.
    func time(
        _ paths: [RawPath],
        jobs: Int,
        pictures: PictureSelection = .all
    ) async throws -> SharedTime {
        try await scan(paths, jobs: jobs, pictures: pictures).time
    }

    /// Reads and decodes files, and does nothing with them.
    ///
    /// - Parameters:
    ///   - paths: The files.
    ///   - jobs: How many at once.
    ///   - isReduced: Whether large JPEGs are decoded at a fraction of their size, as scans do.
    /// - Returns: The time.
    /// - Throws: `InputError`, `DecodeError`.
    func decode(_ paths: [RawPath], jobs: Int, isReduced: Bool) async throws -> SharedTime {
        let mode = loaded.mode
        let pixels = isReduced ? loaded.configuration.pixels : nil
        return try await SharedTime.measure {
            try await forEachOrdered(
                paths,
                jobs: jobs,
                transform: { path in
                    Result {
                        let bytes = try FileBytes.read(
                            path,
                            limit: DecodeLimits.standard.maximumBytes
                        )
                        return try ImageReader.decode(
                            bytes,
                            channels: mode,
                            minimumPixels: pixels
                        ).image.levels.count
                    }
                },
                deliver: { _ = try $0.get() }
            )
        }
    }
}

/// Images to measure on can't be scored.
struct UnusableImages: Error, CustomStringConvertible {
    let description = "some of the images can't be scored; measure on others"
}
