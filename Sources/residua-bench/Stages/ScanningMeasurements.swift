internal import ImageCodec
internal import Pipeline
internal import Reports

/// Whole scans by all processors against decoding alone, and by one and two jobs.
struct ScanningMeasurements {
    let subject: BenchSubject
    let scans: Scans

    func all() async throws -> [(title: String, measurements: [Measurement])] {
        var groups: [(title: String, measurements: [Measurement])] = []
        for images in [subject.images] + subject.large {
            groups.append(
                ("scanning with report: \(images.name)", try await measure(images))
            )
        }
        return groups
    }

    /// How often the images are decoded to take long enough for a comparison with a scan.
    private func sweeps(_ paths: [RawPath]) async throws -> Int {
        let time = try await scans.decode(paths, jobs: subject.jobs, isReduced: false)
        return max(1, min(20, Int((0.3 / time.elapsed).rounded(.up))))
    }

    /// The time that decoding takes once, measured several times in a row.
    private func decode(
        _ paths: [RawPath],
        sweeps: Int,
        isReduced: Bool
    ) async throws -> SharedTime {
        let all = Array(repeatElement(paths, count: sweeps).joined())
        let time = try await scans.decode(all, jobs: subject.jobs, isReduced: isReduced)
        return SharedTime(
            elapsed: time.elapsed / Double(sweeps),
            work: time.work / Double(sweeps)
        )
    }

    private struct Samples {
        var decoded: [SharedTime] = []
        var reduced: [SharedTime] = []
        var byPictures: [PictureSelection: [SharedTime]] = [:]
    }

    private func measure(_ images: BenchImages) async throws -> [Measurement] {
        let (paths, jobs) = (images.paths, subject.jobs)
        let isFolder = images.name == subject.images.name
        let hasJPEG = images.files.contains { $0.format == .jpeg }
        let flagged = try await scans.scan(paths, jobs: jobs).summary.counts.flagged
        var samples = Samples()
        let sweeps = try await self.sweeps(paths)
        for _ in 0..<subject.repetitions {
            samples.decoded.append(try await decode(paths, sweeps: sweeps, isReduced: false))
            if hasJPEG {
                samples.reduced.append(try await decode(paths, sweeps: sweeps, isReduced: true))
            }
            for pictures in PictureSelection.allCases {
                samples.byPictures[pictures, default: []].append(
                    try await scans.time(paths, jobs: jobs, pictures: pictures)
                )
            }
        }
        let count = Double(images.count)
        var measurements = [
            Measurement("images", unit: "images", .moreIsBetter, samples: [count]),
            Measurement(
                "flagged",
                unit: "%",
                .lessIsBetter,
                samples: [100 * Double(flagged) / count]
            ),
            .rate(
                "read and decode alone, \(jobs) jobs",
                unit: "images/s",
                of: count,
                in: samples.decoded.map(\.elapsed)
            ),
        ]
        for pictures in PictureSelection.allCases {
            let times = samples.byPictures[pictures] ?? []
            let name = "pictures \(pictures.rawValue)"
            measurements += [
                .rate(
                    "\(name), \(jobs) jobs",
                    unit: "images/s",
                    of: count,
                    in: times.map(\.elapsed)
                ),
                .perImage("\(name), processor time", times.map(\.work), images: images.count),
            ]
            let ratio = Measurement.percent(
                "\(name), of the rate of decoding",
                samples.decoded.map(\.elapsed),
                of: times.map(\.elapsed)
            )
            let byWork = Measurement.percent(
                "\(name), of decoding, by processor time",
                samples.decoded.map(\.work),
                of: times.map(\.work)
            )
            // The pictures are for people and come with what is flagged; the goal is on scanning alone.
            let isKept = pictures == .none && !isFolder
            measurements +=
                isKept
                ? [
                    ratio.keyed(hasJPEG ? .scanJPEG : .scanPNG),
                    byWork.keyed(hasJPEG ? .scanJPEGWork : .scanPNGWork),
                ] : [ratio, byWork]
            if pictures == .none, hasJPEG {
                let reduced = Measurement.percent(
                    "\(name), of the rate of reduced decoding",
                    samples.reduced.map(\.elapsed),
                    of: times.map(\.elapsed)
                )
                measurements.append(isFolder ? reduced : reduced.keyed(.scanReducedJPEG))
            }
        }
        return measurements
    }
}
