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
        for _ in 0..<subject.repetitions {
            samples.decoded.append(try await scans.decode(paths, jobs: jobs, isReduced: false))
            if hasJPEG {
                samples.reduced.append(try await scans.decode(paths, jobs: jobs, isReduced: true))
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
            // The pictures are for people and come with what is flagged; the goal is on scanning alone.
            let key =
                pictures == .none && !isFolder ? (hasJPEG ? KeyFigure.scanJPEG : .scanPNG) : nil
            measurements.append(key.map { ratio.keyed($0) } ?? ratio)
            measurements.append(
                .percent(
                    "\(name), of decoding, by processor time",
                    samples.decoded.map(\.work),
                    of: times.map(\.work)
                )
            )
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
