import Foundation
import ImageCodec
import ModelFile
import Patches
import Pipeline
import Reports
import Scoring
import Tensors
import TestSupport
import Testing

/// Large images in tiles are decoded some rows at a time, and nothing but the memory is another.
@Suite struct BandedScanTests {
    private static let configuration = """
        {
          "positions": 64,
          "fusion": {"topShare": 0.03},
          "regularization": {"shrinkage": 0.1, "reach": 1, "floor": 0.001},
          "encoders": [
            {"name": "structure", "pixels": 1024, "layers": [
              {"window": 7, "stride": 2, "pooling": 2, "contrast": 0.001,
               "components": 16, "whiteningEpsilon": 0.001,
               "atoms": 16, "signed": true, "sparsityPenalty": 0.5}]}],
          "detectors": [
            {"encoder": "structure", "layer": 1, "window": 3,
             "method": {"exemplars": {"dimension": 16, "count": 64}}}]
        }
        """

    private static let samples = PaperNetwork.root.appending(path: "sample-data/woven-cloth")

    private static func sample(_ path: String) throws -> PixelImage {
        let bytes = try [UInt8](Data(contentsOf: samples.appending(path: path)))
        return try ImageReader.decode(bytes, channels: .colour).image
    }

    /// Samples side by side and one below the other.
    private static func arranged(_ rows: [[PixelImage]]) -> PixelImage {
        let (width, height) = (rows[0][0].width, rows[0][0].height)
        let columns = rows[0].count
        var levels: [UInt8] = []
        for row in rows {
            for line in 0..<height {
                for image in row {
                    levels += image.levels[line * width * 3..<(line + 1) * width * 3]
                }
            }
        }
        return PixelImage(
            width: width * columns,
            height: height * rows.count,
            channels: 3,
            levels: levels
        )
    }

    private static func model() async throws -> StoredModel {
        var configuration = try JSONDecoder().decode(
            ModelConfiguration.self,
            from: Data(configuration.utf8)
        )
        configuration.tiles = Tiling(side: 64, overlap: 16)
        let normal = samples.appending(path: "train/good").path(percentEncoded: false)
        let options = TrainingOptions(
            ingest: IngestOptions(roots: [RawPath(normal)]),
            configuration: configuration,
            jobs: 2,
            effort: .quick
        )
        let result = try await TrainingRun(options: options).run()
        let card = ModelCard(
            of: result.parameters,
            training: .init(
                images: result.images,
                skipped: 0,
                sha256: result.survey.digest,
                channels: result.survey.channels,
                smallest: [176, 132],
                largest: [176, 132],
                aspect: 1
            ),
            threshold: result.threshold,
            seed: 0,
            kernels: options.kernels.description,
            version: "test"
        )
        return StoredModel(parameters: result.parameters, card: card)
    }

    /// Large ones with and without a defect, higher than pictures are, narrow, grey, damaged, and of a kind without rows.
    private static func writeImages(to folder: TemporaryFolder) throws {
        let normal = try (0..<10).map { try sample(String(format: "train/good/%03d.png", $0)) }
        let cut = try sample("test/cut/000.png")
        func rows(_ columns: Int, _ rows: Int, defect: (row: Int, column: Int)?) -> PixelImage {
            arranged(
                (0..<rows).map { row in
                    (0..<columns).map { column in
                        if let defect, defect == (row, column) { return cut }
                        return normal[(row * 3 + column) % normal.count]
                    }
                }
            )
        }
        func write(_ image: PixelImage, _ name: String) throws -> [UInt8] {
            let bytes = try ImageWriter.png(image, compression: 1)
            try folder.write(bytes, to: "in/\(name).png")
            return bytes
        }
        _ = try write(normal[0], "normal")
        let large = try write(rows(2, 4, defect: nil), "large")
        let defective = try write(rows(2, 4, defect: (2, 1)), "defective")
        _ = try write(rows(1, 17, defect: (9, 0)), "high")
        _ = try write(rows(3, 1, defect: nil).part(rows: 0..<60), "strip")
        let grey = try ImageReader.decode(defective, channels: .grey).image
        _ = try write(grey, "grey")
        try folder.write(large.prefix(large.count / 2), to: "in/half.png")
        try folder.write(large.prefix(large.count - 6), to: "in/end.png")
        var flipped = defective
        flipped[flipped.count * 2 / 3] ^= 16
        try folder.write(flipped, to: "in/flipped.png")
        try folder.write(
            ImageWriter.jpeg(rows(2, 4, defect: (0, 0)), quality: 95),
            to: "in/photo.jpg"
        )
    }

    /// Scans, and returns the lines and the flagged files.
    private static func scan(
        _ model: StoredModel,
        in folder: TemporaryFolder,
        to report: String,
        jobs: Int,
        damage: DamagePolicy,
        wholePixels: Int
    ) async throws -> (lines: [UInt8], flagged: [String: [UInt8]]) {
        var ingest = IngestOptions(roots: [RawPath(folder.path("in"))], damage: damage)
        ingest.wholePixels = wholePixels
        let options = ScanOptions(
            ingest: ingest,
            reportPath: folder.path(report),
            jobs: jobs,
            exitStatus: { _, _ in 0 }
        )
        let identity = ModelIdentity(
            path: "model",
            sha256: String(repeating: "0", count: 64),
            createdWith: "test",
            seed: 0,
            trainingImages: 1
        )
        _ = try await ScanRun(
            options: options,
            model: model,
            identity: { identity },
            version: "test"
        ).run()
        var flagged: [String: [UInt8]] = [:]
        for path in try folder.contents() where path.hasPrefix("\(report)/flagged/") {
            let isFolder = try URL(filePath: folder.path(path))
                .resourceValues(forKeys: [.isDirectoryKey]).isDirectory
            if isFolder == true { continue }
            flagged[String(path.dropFirst(report.count))] = try folder.bytes(path)
        }
        return (try folder.bytes("\(report)/images.jsonl"), flagged)
    }

    @Test(
        "reports of images in bands are those of whole ones, byte for byte",
        arguments: [DamagePolicy.truncated, .none]
    )
    func reportsAreTheSame(damage: DamagePolicy) async throws {
        try await withTemporaryFolder { folder in
            let model = try await Self.model()
            try Self.writeImages(to: folder)
            let whole = try await Self.scan(
                model,
                in: folder,
                to: "whole",
                jobs: 2,
                damage: damage,
                wholePixels: .max
            )
            let text = String(decoding: whole.lines, as: UTF8.self)
            #expect(text.split(separator: "\n").count == 10)
            #expect(text.contains("\"status\":\"ok\"") && text.contains("\"status\":\"flagged\""))
            // With the lenient policy no record is a failure.
            #expect(text.contains("\"status\":\"failed\"") == (damage == .truncated))
            for name in ["image.jpg", "crop-1.png", "heatmap.png", "panel.png"] {
                #expect(whole.flagged.keys.contains { $0.hasSuffix(name) }, "\(name)")
            }
            // Bands of one row of tiles, and of some.
            for (number, wholePixels) in [0, 185_000].enumerated() {
                let banded = try await Self.scan(
                    model,
                    in: folder,
                    to: "banded-\(number)",
                    jobs: 1 + number,
                    damage: damage,
                    wholePixels: wholePixels
                )
                #expect(String(decoding: banded.lines, as: UTF8.self) == text)
                #expect(banded.flagged.keys.sorted() == whole.flagged.keys.sorted())
                for (name, bytes) in whole.flagged {
                    #expect(banded.flagged[name] == bytes, "\(name)")
                }
            }
        }
    }
}

extension PixelImage {
    /// Some rows.
    fileprivate func part(rows: Range<Int>) -> PixelImage {
        let stride = width * channels
        return PixelImage(
            width: width,
            height: rows.count,
            channels: channels,
            levels: Array(levels[rows.lowerBound * stride..<rows.upperBound * stride])
        )
    }
}
