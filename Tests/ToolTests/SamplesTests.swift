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
    }
}
