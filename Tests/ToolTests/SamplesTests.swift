import Foundation
import ImageCodec
import TestSupport
import Testing

extension ToolTests {
    @Suite struct SamplesTests {
        private func images(below folder: String) throws -> [String] {
            try FileManager.default.subpathsOfDirectory(atPath: folder)
                .filter { $0.hasSuffix(".png") || $0.hasSuffix(".jpg") }.sorted()
        }

        @Test func makesTheImagesOfTheRepository() async throws {
            try await withTemporaryFolder { folder in
                let outcome = try await residua(["samples", "made"], in: folder)
                #expect(outcome.status == 0)
                let stored = Repository.path("sample-data")
                let paths = try images(below: stored)
                #expect(paths.count > 150)
                #expect(try images(below: folder.path("made")) == paths)
                #expect(outcome.output == "wrote \(paths.count) files to made\n")
                for path in paths {
                    let made = try ImageReader.decode(folder.bytes("made/\(path)")).image
                    let kept = try ImageReader.decode(
                        [UInt8](Data(contentsOf: URL(filePath: "\(stored)/\(path)")))
                    ).image
                    // JPEG libraries round differently.
                    let tolerance = path.hasSuffix(".jpg") ? 2 : 0
                    let isAlike =
                        made.width == kept.width && made.height == kept.height
                        && made.channels == kept.channels
                        && zip(made.levels, kept.levels).allSatisfy {
                            abs(Int($0) - Int($1)) <= tolerance
                        }
                    #expect(isAlike, "\(path)")
                }
            }
        }

        @Test func makesOtherImagesFromAnotherSeed() async throws {
            try await withTemporaryFolder { folder in
                let outcome = try await residua(
                    ["samples", "made", "--seed", "1", "--quiet"],
                    in: folder
                )
                #expect(outcome.status == 0)
                #expect(outcome.output.isEmpty)
                let path = "brushed-metal/train/good/000.png"
                let kept = try Data(contentsOf: URL(filePath: Samples.normal + "/000.png"))
                #expect(try folder.bytes("made/\(path)") != [UInt8](kept))
            }
        }

        @Test func paintsDefectsOnNormalImages() async throws {
            try await withTemporaryFolder { folder in
                try Samples.copyNormal(3, to: "in", of: folder)
                try folder.write(try Samples.halfAnImage(), to: "in/001-half.png")
                try folder.write("no image", to: "in/text.jpg")
                let outcome = try await residua(
                    ["samples", "--defects-on", "in", "out", "--seed", "5"],
                    in: folder
                )
                #expect(outcome.status == 3)
                #expect(
                    outcome.outputLines.map { $0.prefix(24) } == [
                        "failed   001-half.png  d", "failed   text.jpg  decod",
                        "painted 3 images, 2 fail",
                    ]
                )
                let record = try JSONValue(parsing: folder.bytes("out/defects.json"))
                #expect(record["schema_version"] == .number(1))
                let pictures = record["pictures"]?.elements ?? []
                #expect(
                    pictures.compactMap { $0["path"]?.string } == ["000.png", "001.png", "002.png"]
                )
                // The half image, between the first two, takes a seed too.
                #expect(pictures.compactMap { $0["seed"]?.number } == [5, 7, 8])
                for picture in pictures {
                    try checkFiles(of: picture, in: folder)
                }
                let failures = record["failures"]?.elements ?? []
                #expect(failures.compactMap { $0["path"]?.string } == ["001-half.png", "text.jpg"])
                #expect(failures.allSatisfy { $0["stage"]?.string == "decode" })
                // The images are grey: no row shows a shift of colour.
                let rows = record["contact_sheet"]?["rows"]?.elements?.compactMap(\.string) ?? []
                #expect(rows.count == 11 && !rows.contains("colour-shift"))
                let sheet = try ImageReader.decode(folder.bytes("out/contact-sheet.png")).image
                #expect(sheet.width == 9 * 132 + 4 && sheet.height == 11 * (18 + 132) + 4)
            }
        }

        /// Whether the picture differs from the normal one where its mask says and nowhere else.
        private func checkFiles(of picture: JSONValue, in folder: TemporaryFolder) throws {
            let names = ["picture", "mask"].compactMap { picture[$0]?.string }
            try #require(names.count == 2)
            let painted = try ImageReader.decode(folder.bytes("out/\(names[0])")).image
            let mask = try ImageReader.decode(folder.bytes("out/\(names[1])")).image
            #expect(Double(mask.width) == picture["width"]?.number)
            #expect(Double(mask.height) == picture["height"]?.number)
            #expect(painted.width == mask.width && painted.height == mask.height)
            #expect(Set(mask.levels) == [0, 255])
            let defects = picture["defects"]?.elements ?? []
            #expect((1...3).contains(defects.count))
            let areas = defects.compactMap { $0["area"]?.number }
            let marked = Double(mask.levels.count { $0 == 255 }) / Double(mask.levels.count)
            #expect(marked <= areas.reduce(0, +) + 1e-9)
            #expect(marked >= (areas.max() ?? 1) - 1e-9)
        }

        @Test func paintsTheSameDefectsForTheSameSeed() async throws {
            try await withTemporaryFolder { folder in
                for (out, seed) in [("a", "1"), ("b", "1"), ("c", "2")] {
                    let outcome = try await residua(
                        [
                            "samples", "--defects-on", Samples.normal, out, "--seed", seed,
                            "--count", "2",
                        ]
                            + ["--kind", "scratch", "--kind", "blob", "--quiet"],
                        in: folder
                    )
                    #expect(outcome.status == 0 && outcome.output.isEmpty)
                }
                let files = try images(below: folder.path("a"))
                #expect(files.count == 5)
                for file in files + ["defects.json"] {
                    #expect(try folder.bytes("a/\(file)") == folder.bytes("b/\(file)"), "\(file)")
                }
                #expect(try folder.bytes("a/\(files[0])") != folder.bytes("c/\(files[0])"))
                let record = try JSONValue(parsing: folder.bytes("a/defects.json"))
                let kinds = (record["pictures"]?.elements ?? []).flatMap { picture in
                    (picture["defects"]?.elements ?? []).compactMap { $0["kind"]?.string }
                }
                #expect(!kinds.isEmpty && Set(kinds).isSubset(of: ["scratch", "blob"]))
            }
        }

        @Test func listsFailuresWhereNoImageCanBeRead() async throws {
            try await withTemporaryFolder { folder in
                try folder.write("no image", to: "in/a.png")
                let outcome = try await residua(
                    ["samples", "--defects-on", "in", "out"],
                    in: folder
                )
                #expect(outcome.status == 3)
                #expect(try images(below: folder.path("out")).isEmpty)
                let record = try JSONValue(parsing: folder.bytes("out/defects.json"))
                #expect(record["pictures"] == .array([]))
                #expect(record["failures"]?.elements?.count == 1)
            }
        }
    }
}

extension JSONValue {
    /// The elements of an array, or nil.
    fileprivate var elements: [JSONValue]? {
        if case .array(let elements) = self { return elements }
        return nil
    }
}
