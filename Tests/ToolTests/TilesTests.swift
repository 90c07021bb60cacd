import Foundation
import ImageCodec
import TestSupport
import Testing

extension ToolTests {
    /// Models that judge large images tile by tile.
    @Suite struct TilesTests {
        /// The small model at twice the side, so that a tile and a whole image get the same work.
        private static let configuration = SmallModel.configuration
            .replacing("4096", with: "9216").replacing(
                "\"topShare\": 0.03",
                with: "\"topShare\": 0.01"
            )
        private static let tiles = ["--tile-side", "192", "--tile-overlap", "32"]
        private static let place = (column: 5, row: 3)

        /// Makes the images: six to learn from, and a small one; one with a defect, one without, and small ones.
        private static func makeImages(in folder: TemporaryFolder) throws {
            let scenes = try TileScenes()
            func write(_ image: PixelImage, to path: String) throws {
                try folder.write(ImageWriter.png(image, compression: 1), to: path)
            }
            for number in 0..<6 {
                let cloth = scenes.cloth(1600, 1200, seed: UInt64(number))
                try write(cloth, to: "set/train/good/\(number).png")
            }
            try write(scenes.cloth(176, 132, seed: 50), to: "set/train/good/small.png")
            try folder.write(Samples.halfAnImage(), to: "set/train/good/half.png")
            try write(scenes.cloth(1600, 1200, seed: 40), to: "set/test/good/large.png")
            try write(scenes.cloth(100, 190, seed: 41), to: "set/test/good/small.png")
            try write(scenes.cloth(700, 90, seed: 42), to: "set/test/good/strip.png")
            let cut = try scenes.cloth(
                1600,
                1200,
                seed: 43,
                defect: "cut/000",
                column: place.column,
                row: place.row
            )
            try write(cut.image, to: "set/test/cut/000.png")
            try write(cut.mask, to: "set/ground_truth/cut/000_mask.png")
        }

        /// The first and last column and row of the defect.
        private static func defect(
            in folder: TemporaryFolder
        ) throws -> (x: ClosedRange<Double>, y: ClosedRange<Double>) {
            let mask = try ImageReader.decode(
                folder.bytes("set/ground_truth/cut/000_mask.png"),
                channels: .grey
            ).image
            let marked = mask.levels.indices.filter { mask.levels[$0] > 127 }
            let columns = marked.map { Double($0 % mask.width) }
            let rows = marked.map { Double($0 / mask.width) }
            return (
                try #require(columns.min())...(try #require(columns.max()) + 1),
                try #require(rows.min())...(try #require(rows.max()) + 1)
            )
        }

        private static func learn(
            _ images: String,
            to model: String,
            in folder: TemporaryFolder,
            _ options: [String]
        ) async throws -> ToolRun.Outcome {
            let file = try folder.write(configuration, to: "tiles.json")
            let outcome = try await residua(
                ["train", images, "--model", model, "--configuration", file] + options,
                in: folder
            )
            #expect(outcome.status == 0, "\(outcome.error)")
            return outcome
        }

        private static func scan(
            _ model: String,
            to report: String,
            in folder: TemporaryFolder,
            _ options: String...
        ) async throws -> ReportFiles {
            let outcome = try await residua(
                ["scan", "set/test", "--model", model, "--report", report] + options,
                in: folder
            )
            #expect(outcome.status == 0, "\(outcome.error)")
            return try ReportFiles(report, in: folder)
        }

        @Test func findsASmallDefectInALargeImage() async throws {
            try await withTemporaryFolder { folder in
                try Self.makeImages(in: folder)
                let quick = ["--effort", "quick", "--jobs", "2"]
                let learned = try await Self.learn(
                    "set/train/good",
                    to: "tiled",
                    in: folder,
                    quick + Self.tiles
                )
                #expect(learned.error.contains("skipped half.png"))
                _ = try await Self.learn("set/train/good", to: "whole", in: folder, quick)
                let tiled = try await Self.scan("tiled", to: "tiled-report", in: folder)
                let whole = try await Self.scan("whole", to: "whole-report", in: folder)
                #expect(tiled.isConsistent && tiled.records("failed").isEmpty)

                let record = try #require(tiled.record("cut/000.png"))
                #expect(record["status"]?.string == "flagged")
                let region = try #require(record["regions"]?[0])
                let defect = try Self.defect(in: folder)
                let (x, y) = try Self.centre(of: region)
                #expect(defect.x.contains(x) && defect.y.contains(y), "\(region)")
                let box = try #require(region["box"])
                #expect(try #require(box["width"]?.number) < 200)
                #expect(try #require(box["height"]?.number) < 200)
                // A flagged image has the pictures of the whole.
                let id = try #require(record["id"]?.string)
                let heat = try ImageReader.decode(try #require(tiled.flagged["\(id)/heatmap.png"]))
                #expect((heat.image.width, heat.image.height) == (1600, 1200))
                #expect(tiled.flagged["\(id)/panel.png"] != nil)
                #expect(tiled.flagged["\(id)/reconstruction.png"] == nil)

                func lead(_ report: ReportFiles) throws -> Double {
                    let defective = try #require(report.record("cut/000.png")?["score"]?.number)
                    return defective
                        / (try #require(report.record("good/large.png")?["score"]?.number))
                }
                // Scaled to the size of one tile the defect is lost among the threads.
                #expect(try lead(tiled) > 1.5)
                #expect(try lead(whole) < 1.1)

                try await Self.checkCard(in: folder)
                try await Self.checkExplanation(record, defect, in: folder)
                try await Self.checkEvaluation(in: folder)
            }
        }

        private static func centre(of region: JSONValue) throws -> (x: Double, y: Double) {
            let centroid = region["centroid"]
            return (
                try #require(centroid?["x"]?.number), try #require(centroid?["y"]?.number)
            )
        }

        private static func checkCard(in folder: TemporaryFolder) async throws {
            let json = try await residua(["inspect", "tiled", "--format", "json"], in: folder)
            let card = try JSONValue(parsing: json.output.utf8)
            #expect(card["configuration"]?["tiles"]?["side"]?.number == 192)
            #expect(card["configuration"]?["tiles"]?["overlap"]?.number == 32)
            #expect(card["training"]?["images"]?.number == 7)
            #expect(card["training"]?["skipped"]?.number == 1)
            let text = try await residua(["inspect", "tiled"], in: folder)
            #expect(text.output.contains("each tile of 192 x 192 pixels, overlapping by 32"))
            let plain = try await residua(["inspect", "whole", "--format", "json"], in: folder)
            #expect(!plain.output.contains("\"tiles\""))
        }

        private static func checkExplanation(
            _ record: JSONValue,
            _ defect: (x: ClosedRange<Double>, y: ClosedRange<Double>),
            in folder: TemporaryFolder
        ) async throws {
            let outcome = try await residua(
                ["explain", "set/test/cut/000.png", "--model", "tiled", "--out", "why"],
                in: folder
            )
            #expect(outcome.status == 0, "\(outcome.error)")
            let found = try JSONValue(parsing: folder.bytes("why/explain.json"))
            for name in ["score", "regions", "maps", "width", "height"] {
                #expect(found[name] == record[name], "\(name)")
            }
            let peak = try #require(found["peak"])
            let (x, y) = (try #require(peak["x"]?.number), try #require(peak["y"]?.number))
            #expect(defect.x.contains(x) && defect.y.contains(y))
            let top = try #require(record["regions"]?[0]?["peak"]?.number)
            #expect(abs(try #require(peak["value"]?.number) - top) < 1e-4 * top)
            let tile = try #require(peak["tile"])
            #expect(tile["width"]?.number == 192 && tile["height"]?.number == 192)
            let (left, above) = (
                try #require(tile["x"]?.number), try #require(tile["y"]?.number)
            )
            #expect((left...left + 192).contains(x) && (above...above + 192).contains(y))
            for index in 0..<2 {
                let detector = try #require(found["detectors"]?[index])
                let name = try #require(detector["name"]?.string)
                #expect(detector["peak"] == record["maps"]?[name])
                #expect(
                    try #require(detector["at_peak"]?.number)
                        <= (try #require(detector["peak"]?.number))
                )
            }
            #expect(found["layers"]?[0]?["size"] == .array([.number(96), .number(96)]))
            #expect(try folder.text("why/index.html").contains("in the tile of 192 x 192 pixels"))
        }

        private static func checkEvaluation(in folder: TemporaryFolder) async throws {
            let outcome = try await residua(
                ["evaluate", "set", "--model", "tiled", "--report", "evaluation"],
                in: folder
            )
            #expect(outcome.status == 0, "\(outcome.error)")
            let metrics = try JSONValue(parsing: folder.bytes("evaluation/metrics.json"))
            #expect(metrics["image"]?["auroc"]?.number == 1)
            #expect(try #require(metrics["pixel"]?["auroc"]?.number) > 0.97)
        }

        /// Smaller images, for what goes on in training.
        private static func makeSmallSet(in folder: TemporaryFolder) throws {
            let scenes = try TileScenes()
            for number in 0..<8 {
                let cloth = scenes.cloth(320, 240, seed: UInt64(60 + number))
                if number == 3 {
                    // Stored lying on its side.
                    let jpeg = try ImageWriter.jpeg(cloth.turned, quality: 95)
                    try folder.write(withOrientation(6, jpeg), to: "set/train/good/3.jpg")
                } else {
                    try folder.write(
                        ImageWriter.png(cloth, compression: 1),
                        to: "set/train/good/\(number).png"
                    )
                }
            }
            for (number, defect) in ["cut/000", "cut/001", "stain/000"].enumerated() {
                let cut = try scenes.cloth(
                    352,
                    264,
                    seed: UInt64(80 + number),
                    defect: defect,
                    column: number % 2,
                    row: 1
                )
                try folder.write(ImageWriter.png(cut.image), to: "set/test/cut/\(number).png")
                if number < 2 {
                    try folder.write(
                        ImageWriter.png(cut.mask),
                        to: "set/ground_truth/cut/\(number)_mask.png"
                    )
                }
            }
        }

        @Test func learnsFromTilesAndCountsImagesWhateverTheJobs() async throws {
            try await withTemporaryFolder { folder in
                try Self.makeSmallSet(in: folder)
                let options =
                    Self.tiles + ["--effort", "thorough", "--anomalous", "set/test/cut"]
                for jobs in ["1", "2"] {
                    let outcome = try await Self.learn(
                        "set/train/good",
                        to: "model-\(jobs)",
                        in: folder,
                        options + ["--jobs", jobs]
                    )
                    #expect(outcome.output.contains("learned from 8 images"))
                    #expect(!outcome.error.contains("skipped"))
                }
                #expect(try folder.bytes("model-1") == folder.bytes("model-2"))
                let json = try await residua(
                    ["inspect", "model-1", "--format", "json"],
                    in: folder
                )
                let card = try JSONValue(parsing: json.output.utf8)
                #expect(card["training"]?["images"]?.number == 8)
                #expect(card["training"]?["largest"] == .array([.number(320), .number(240)]))
                // The tiles of these images are as wide as high.
                #expect(card["training"]?["aspect"]?.number == 1)
                let fusion = try #require(card["fusion"])
                #expect(fusion["normal_images"]?.number == 8)
                #expect(fusion["painted_images"]?.number == 32)
                #expect(fusion["anomalous"]?["images"]?.number == 3)
                #expect(fusion["anomalous"]?["masked"]?.number == 2)
                #expect(card["network"] != nil)
                let one = try await Self.scan("model-1", to: "one", in: folder, "--jobs", "1")
                let two = try await Self.scan("model-1", to: "two", in: folder, "--jobs", "2")
                #expect(one.lines == two.lines)
                #expect(one.flagged.keys.sorted() == two.flagged.keys.sorted())
                for (name, bytes) in one.flagged where name.hasSuffix(".png") {
                    #expect(bytes == two.flagged[name], "\(name)")
                }
                #expect(one.records.count == 3)
            }
        }

        @Test(
            "tiles that can't be are refused",
            arguments: [
                (["--tile-overlap", "8"], "--tile-overlap needs --tile-side"),
                (["--tile-side", "16"], "the side of tiles must be in 32...65000"),
                (["--tile-side", "64", "--tile-overlap", "33"], "must be at most 32"),
            ]
        )
        func refuses(options: [String], reason: String) async throws {
            try await withTemporaryFolder { folder in
                let outcome = try await residua(
                    ["train", Samples.normal, "--model", "model"] + options,
                    in: folder
                )
                #expect(outcome.status == 64)
                #expect(outcome.error.contains(reason), "\(outcome.error)")
            }
        }
    }
}
