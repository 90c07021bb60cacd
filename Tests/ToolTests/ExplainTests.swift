import Foundation
import ImageCodec
import TestSupport
import Testing

/// Whether a page refers to nothing outside itself and forbids scripts.
func isWhole(page: String) -> Bool {
    // Base 64 may hold any two letters, slashes too.
    let text = page.replacing(/"data:image\/png;base64,[A-Za-z0-9+\/]+=*"/, with: "data")
    return page.contains("default-src 'none'; img-src data:") && text.contains("src=data")
        && ["//", "src=\"", "href", "url(", "<script"].allSatisfy { !text.contains($0) }
}

extension ToolTests {
    @Suite struct ExplainTests {
        private func explain(
            _ paths: [String],
            in folder: TemporaryFolder,
            _ options: String...
        ) async throws -> ToolRun.Outcome {
            let model = try await SmallModel.write(to: folder)
            return try await residua(
                ["explain"] + paths + ["--model", model, "--out", "why"] + options,
                in: folder
            )
        }

        /// The names of pictures anywhere in a record.
        private func pictures(in value: JSONValue) -> [String] {
            switch value {
            case .string(let text): text.hasSuffix(".png") ? [text] : []
            case .array(let elements): elements.flatMap { pictures(in: $0) }
            case .object(let members): members.values.flatMap { pictures(in: $0) }
            default: []
            }
        }

        @Test func agreesWithAScan() async throws {
            try await withTemporaryFolder { folder in
                let outcome = try await explain([Samples.defective], in: folder)
                #expect(outcome.status == 0, "\(outcome.error)")
                #expect(outcome.output.contains("why/index.html"))
                let model = folder.path("parts.residua")
                let scan = try await residua(
                    ["scan", Samples.defective, "--model", model, "--report", "out"],
                    in: folder
                )
                #expect(scan.status == 0)
                let record = try ReportFiles("out", in: folder).records[0]
                let found = try JSONValue(parsing: folder.bytes("why/explain.json"))
                #expect(record["status"]?.string == "flagged")
                for name in [
                    "path", "status", "score", "threshold", "p_value", "margin", "regions", "maps",
                    "sha256", "width", "height",
                ] {
                    #expect(found[name] == record[name], "\(name)")
                }
                var shares = 0.0
                for index in 0..<2 {
                    let detector = found["detectors"]?[index]
                    let name = try #require(detector?["name"]?.string)
                    #expect(detector?["peak"] == record["maps"]?[name])
                    shares += try #require(detector?["share"]?.number)
                }
                #expect(abs(shares - 1) < 1e-5)
                let peak = try #require(found["peak"]?["value"]?.number)
                let region = try #require(record["regions"]?[0]?["peak"]?.number)
                #expect(abs(peak - region) < 1e-4)
            }
        }

        @Test func writesEveryPictureThatItNames() async throws {
            try await withTemporaryFolder { folder in
                let outcome = try await explain([Samples.defective], in: folder)
                #expect(outcome.status == 0, "\(outcome.error)")
                let found = try JSONValue(parsing: folder.bytes("why/explain.json"))
                let named =
                    pictures(in: .object(["a": found["pictures"] ?? .null]))
                    + pictures(in: found["detectors"] ?? .null)
                    + pictures(in: found["layers"] ?? .null)
                // The image, two maps of it, two detectors, three layers of three pictures, and atoms.
                #expect(Set(named).count >= 3 + 2 + 9 + 3)
                for name in Set(named) {
                    let picture = try ImageReader.decode(folder.bytes("why/\(name)"))
                    #expect(picture.image.width > 0)
                }
                let files = try folder.contents().filter { $0.hasSuffix(".png") }
                #expect(Set(files) == Set(named.map { "why/\($0)" }))
                for layer in 0..<3 {
                    let layer = try #require(found["layers"]?[layer])
                    let atPeak = try #require(layer["energy"]?["at_peak"]?.number)
                    #expect(atPeak > 0)
                    let atom = try #require(layer["strongest_in_image"]?[0])
                    let ratio = try #require(atom["ratio"]?.number)
                    let mean = try #require(atom["mean"]?.number)
                    let usual = try #require(atom["usual"]?.number)
                    #expect(abs(ratio - mean / usual) < 1e-3 * ratio)
                }
                let page = try folder.text("why/index.html")
                #expect(isWhole(page: page))
                #expect(page.contains("missing-hole") || page.contains("000.png"))
            }
        }

        /// The mean levels of 16 x 16 equal parts of a square picture.
        private func fields(of image: PixelImage) -> [Double] {
            let side = image.width / 16
            return (0..<256).map { field in
                var sum = 0
                for pixel in 0..<side * side {
                    let row = field / 16 * side + pixel / side
                    let column = field % 16 * side + pixel % side
                    sum += Int(image.levels[(row * image.width + column) * image.channels])
                }
                return Double(sum) / Double(side * side)
            }
        }

        @Test func reconstructsMoreThanTheMean() async throws {
            try await withTemporaryFolder { folder in
                #expect(try await explain([Samples.normal + "/000.png"], in: folder).status == 0)
                let record = try JSONValue(parsing: folder.bytes("why/explain.json"))
                let name = try #require(record["layers"]?[0]?["reconstruction"]?.string)
                let decoded = try ImageReader.decode(folder.bytes("why/\(name)")).image
                let image = try ImageReader.decode(folder.bytes("why/image.png")).image
                // The model is grey and sees 64 x 64 pixels of 160 x 160: both are parted into 16 x 16 fields.
                #expect((decoded.channels, decoded.width, image.width) == (1, 64, 160))
                let (wanted, found) = (fields(of: image), fields(of: decoded))
                let mean = wanted.reduce(0, +) / Double(wanted.count)
                let spread = wanted.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
                let left = zip(wanted, found).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
                #expect(left < 0.25 * spread)
            }
        }

        /// A model whose first encoder has a layer of ISTA below one of FISTA.
        private func learnIterativeLayers(in folder: TemporaryFolder) async throws {
            var declaration = SmallModel.configuration
            for (atoms, method) in [(16, "ista"), (32, "fista")] {
                let layer = #""atoms": \#(atoms), "signed": true, "sparsityPenalty": 0.5"#
                let inference = #""inference": {"method": "\#(method)", "iterations": 12}"#
                #expect(declaration.contains(layer))
                declaration = declaration.replacing(layer, with: "\(layer), \(inference)")
            }
            try folder.write(declaration, to: "iterative.json")
            let outcome = try await residua(
                [
                    "train", Samples.normal, "--model", "iterative", "--effort", "quick",
                    "--configuration", "iterative.json",
                ],
                in: folder
            )
            try #require(outcome.status == 0, "\(outcome.error)")
        }

        @Test("the trace tells the objective after each iteration, and shows its course")
        func tracesTheObjective() async throws {
            try await withTemporaryFolder { folder in
                try await learnIterativeLayers(in: folder)
                for (name, options) in [("plain", []), ("traced", ["--trace"])] {
                    let outcome = try await residua(
                        ["explain", Samples.defective, "--model", "iterative", "--out", name]
                            + options,
                        in: folder
                    )
                    try #require(outcome.status == 0, "\(outcome.error)")
                }
                let plain = try JSONValue(parsing: folder.bytes("plain/explain.json"))
                #expect(plain["layers"]?[0]?["energy"] != nil)
                #expect(plain["layers"]?[0]?["trace"] == nil)
                let record = try JSONValue(parsing: folder.bytes("traced/explain.json"))
                let page = try folder.text("traced/index.html")
                #expect(isWhole(page: page))
                for (index, (summary, count)) in [
                    ("ista, 12 iterations", 12), ("fista, 12 iterations", 12), ("thresholding", 1),
                ].enumerated() {
                    let trace = try #require(record["layers"]?[index]?["trace"])
                    #expect(trace["inference"]?.string == summary)
                    let start = try #require(trace["start"]?.number)
                    let values = try (0..<count).map {
                        try #require(trace["objectives"]?[$0]?.number)
                    }
                    #expect(trace["objectives"]?[count] == nil)
                    #expect(values.allSatisfy { $0 > 0 })
                    #expect(page.contains("(\(summary)): "))
                    guard count > 1 else {
                        #expect(trace["chart"] == nil)
                        continue
                    }
                    #expect(values[count - 1] < 0.95 * start)
                    if index == 0 {
                        for (before, after) in zip([start] + values, values) {
                            #expect(after <= before * (1 + 1e-6))
                        }
                    }
                    let chart = try #require(trace["chart"]?.string)
                    let picture = try ImageReader.decode(folder.bytes("traced/\(chart)"))
                    #expect(picture.image.width > 100)
                }
            }
        }

        @Test func givesEachImageAFolderAndFailuresTheirReason() async throws {
            try await withTemporaryFolder { folder in
                try folder.write(try Samples.halfAnImage(), to: "half.png")
                try Samples.copyNormal(2, to: "in", of: folder)
                let outcome = try await explain(["in", "half.png"], in: folder, "--jobs", "2")
                #expect(outcome.status == 3)
                #expect(outcome.outputLines.contains { $0.hasPrefix("failed   half.png  decode/") })
                let records = try folder.contents().filter { $0.hasSuffix("explain.json") }
                #expect(records.count == 2)
                for record in records {
                    let found = try JSONValue(parsing: folder.bytes(record))
                    #expect(found["status"]?.string == "ok")
                }
            }
        }

        @Test func writesTheSameBytesWhateverTheJobs() async throws {
            try await withTemporaryFolder { folder in
                try Samples.copyNormal(3, to: "in", of: folder)
                func files(_ jobs: String) async throws -> [String: [UInt8]] {
                    let outcome = try await explain(["in"], in: folder, "--jobs", jobs)
                    try #require(outcome.status == 0, "\(outcome.error)")
                    var files: [String: [UInt8]] = [:]
                    for path in try folder.contents()
                    where path.hasPrefix("why/") && path.contains(".") {
                        files[path] = try folder.bytes(path)
                    }
                    return files
                }
                #expect(try await files("1") == files("4"))
            }
        }

        @Test func aScanPassesItsFoldersBy() async throws {
            try await withTemporaryFolder { folder in
                try Samples.copyNormal(1, to: "in", of: folder)
                let model = try await SmallModel.write(to: folder)
                let explain = ["explain", "in/000.png", "--model", model, "--out", "in/why"]
                #expect(try await residua(explain, in: folder).status == 0)
                let scan = ["scan", "in", "--model", model, "--report", "out"]
                #expect(try await residua(scan, in: folder).status == 0)
                #expect(try ReportFiles("out", in: folder).paths == ["000.png"])
            }
        }

        @Test func explainsFlatAndTinyImages() async throws {
            try await withTemporaryFolder { folder in
                let flat = PixelImage(
                    width: 40,
                    height: 30,
                    channels: 1,
                    levels: [UInt8](repeating: 200, count: 1200)
                )
                let tiny = PixelImage(width: 1, height: 2, channels: 3, levels: [1, 2, 3, 4, 5, 6])
                try folder.write(try ImageWriter.png(flat), to: "odd/flat.png")
                try folder.write(try ImageWriter.png(tiny), to: "odd/tiny.png")
                let outcome = try await explain(["odd"], in: folder)
                #expect(outcome.status == 0, "\(outcome.output)")
                let records = try folder.contents().filter { $0.hasSuffix("explain.json") }
                #expect(records.count == 2)
            }
        }

        @Test(arguments: [
            ["explain", "--model", "m", "--out", "o"], ["explain", "a.png", "--out", "o"],
            ["explain", "a.png", "--model", "m"],
            ["explain", "a.png", "--model", "m", "--out", "o", "--false-alarm-rate", "2"],
            ["inspect", "m", "--images", "in"], ["inspect", "m", "--out", "o", "--patches", "0"],
        ])
        func refusesWrongUsage(arguments: [String]) async throws {
            let outcome = try await residua(arguments)
            #expect(outcome.status == 64)
        }
    }
}
