import Foundation
import Pipeline
import TestSupport
import Testing

/// Training passes over its folder several times and must notice when it is no longer the same.
@Suite struct TrainingInputsTests {
    @Test(
        "images that come, go or break between two passes end training with a reason",
        arguments: ["removed", "added", "broken"]
    )
    func noticesChanges(change: String) async throws {
        try await withTemporaryFolder { folder in
            let samples = PaperNetwork.root.appending(path: "sample-data/brushed-metal/train/good")
            for number in 0..<6 {
                let name = "00\(number).png"
                try folder.write(
                    Data(contentsOf: samples.appending(path: name)),
                    to: "images/\(name)"
                )
            }
            let images = URL(filePath: folder.path).appending(path: "images")
            let options = TrainingOptions(
                ingest: IngestOptions(roots: [RawPath(images.path(percentEncoded: false))]),
                configuration: try PaperNetwork.declaration(),
                jobs: 2,
                effort: .quick
            )
            let run = TrainingRun(options: options) { event in
                guard case .pass(_, 2, _) = event else { return }
                switch change {
                case "removed":
                    try? FileManager.default.removeItem(at: images.appending(path: "003.png"))
                case "added":
                    try? Data([1]).write(to: images.appending(path: "999.png"))
                default:
                    try? Data("no image".utf8).write(to: images.appending(path: "003.png"))
                }
            }
            let error = await #expect(throws: RunError.self) { try await run.run() }
            guard case .inputsChanged(let what) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            let wanted = [
                "removed": "5 files, 6 before", "added": "999.png: ", "broken": "003.png: ",
            ]
            #expect(what.hasPrefix(wanted[change] ?? "?"))
        }
    }
}
