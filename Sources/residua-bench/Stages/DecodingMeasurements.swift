internal import ImageCodec
internal import Scoring

/// Decoding alone, on one thread, by format.
struct DecodingMeasurements {
    let subject: BenchSubject

    /// The most images of a format.
    private static let limit = 12

    func all() throws -> [(title: String, measurements: [Measurement])] {
        var groups: [(title: String, measurements: [Measurement])] = []
        for images in [subject.images] + subject.large {
            for format in [ImageFormat.png, .jpeg] {
                let files = images.files.filter { $0.format == format }.spread(Self.limit)
                if files.isEmpty { continue }
                let isMade = images.name != subject.images.name
                groups.append(
                    (
                        "decoding, 1 thread: \(isMade ? "made " : "")\(images.name), "
                            + "\(format == .png ? "PNG" : "JPEG")",
                        try measure(
                            files,
                            key: !isMade ? nil : format == .png ? .decodePNG : .decodeJPEG
                        )
                    )
                )
            }
        }
        return groups
    }

    private func measure(_ files: [BenchImages.File], key: KeyFigure?) throws -> [Measurement] {
        let mode: ChannelMode = subject.channels == 1 ? .grey : .colour
        let pixels = subject.configuration.pixels
        func decode(_ file: BenchImages.File, minimumPixels: Int?) throws -> DecodedImage {
            try ImageReader.decode(file.bytes, channels: mode, minimumPixels: minimumPixels)
        }
        var levels = 0
        var isReduced = false
        for file in files {
            levels += try decode(file, minimumPixels: nil).image.levels.count
            if try decode(file, minimumPixels: pixels).reduction > 1 { isReduced = true }
        }
        var (whole, reduced): ([Double], [Double]) = ([], [])
        for _ in 0..<subject.repetitions {
            whole.append(
                try seconds { for file in files { _ = try decode(file, minimumPixels: nil) } }
            )
            guard isReduced else { continue }
            reduced.append(
                try seconds { for file in files { _ = try decode(file, minimumPixels: pixels) } }
            )
        }
        let count = Double(files.count)
        let bytes = Double(files.reduce(0) { $0 + $1.bytes.count }) / 1e6
        let levelBytes = Double(levels) / 1e6
        let ofPixels = Measurement.rate("bytes of pixels", unit: "MB/s", of: levelBytes, in: whole)
        var measurements = [
            Measurement.rate("decode", unit: "images/s", of: count, in: whole),
            .rate("bytes of files", unit: "MB/s", of: bytes, in: whole),
            key.map { ofPixels.keyed($0) } ?? ofPixels,
        ]
        if isReduced {
            measurements.append(
                .rate("decode reduced, as scans do", unit: "images/s", of: count, in: reduced)
            )
        }
        return measurements
    }
}
