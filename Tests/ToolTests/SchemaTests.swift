import Foundation
import TestSupport
import Testing

extension ToolTests {
    /// What the program writes, against the schema that it prints, by a reader of other people.
    @Suite struct SchemaTests {
        private static let kinds = ["run", "image", "flagged", "metrics", "history", "worker"]

        /// Prints all schemas into the folder `schema`.
        private func writeSchemas(in folder: TemporaryFolder) async throws -> String {
            for kind in Self.kinds {
                let printed = try await residua(["schema", kind])
                #expect(printed.status == 0 && printed.error.isEmpty)
                try folder.write(printed.output, to: "schema/\(kind).json")
            }
            try folder.write(try await residua(["schema"]).output, to: "schema/all.json")
            return folder.path("schema")
        }

        @Test func everythingInAReportIsAsTheSchemaSays() async throws {
            try await withTemporaryFolder { folder in
                let model = try await SmallModel.write(to: folder)
                let inputs = try folder.makeFolder("inputs")
                for (place, path) in [
                    Samples.defective, Samples.normal + "/000.png", Samples.normal + "/001.png",
                ].enumerated() {
                    try folder.write(
                        Data(contentsOf: URL(filePath: path)),
                        to: "inputs/\(place) <b>\"&\n.png"
                    )
                }
                try folder.write(Samples.halfAnImage(), to: "inputs/half.png")
                try folder.write("no picture", to: "inputs/text.jpg")
                try folder.write("", to: "inputs/empty.png")
                let plain = try await residua(
                    ["scan", inputs, "--model", model, "--report", "plain"],
                    in: folder
                )
                #expect(plain.status == 3)
                let ledger = ["--ledger", "state/ledger.sqlite", "--only-new"]
                for _ in 0..<2 {
                    _ = try await residua(
                        ["scan", inputs, "--model", model, "--report", "kept"] + ledger,
                        in: folder
                    )
                }
                let evaluated = try await residua(
                    ["evaluate", Samples.dataset, "--model", model, "--report", "evaluated"],
                    in: folder
                )
                #expect(evaluated.status == 0)
                let file = try [UInt8](Data(contentsOf: URL(filePath: Samples.defective)))
                let answered = try await ToolRun(
                    ["worker", "--model", model, "--pictures", "all"],
                    input: WorkerTests.frame("a.png", file)
                ).run()
                #expect(answered.output.contains(#""pictures":{""#))
                let schemas = try await writeSchemas(in: folder)
                let places =
                    ["plain", "kept", "evaluated"].map { folder.path($0) }
                    + ["worker=\(try folder.write(answered.output, to: "answer.json"))"]
                guard
                    let outcome = try await Readers.run(
                        "validate_reports.py",
                        [schemas] + places
                    )
                else { return }
                #expect(outcome.status == 0, "\(outcome.error)")
                // Three runs, twice six inputs and sixteen, metrics, and the flagged images' reports.
                let count = Int(outcome.output.prefix { $0.isNumber }) ?? 0
                #expect(count > 3 + 28 + 1 + 3, "\(outcome.output)")
            }
        }

        @Test(arguments: [
            ("run", #"{"schema_version": 1}"#), ("image", #"{"schema_version": 1, "path": 1}"#),
            ("metrics", "[]"),
        ])
        func refusesWhatIsNoReport(kind: String, text: String) async throws {
            try await withTemporaryFolder { folder in
                let schemas = try await writeSchemas(in: folder)
                let file = try folder.write(text, to: "wrong.json")
                guard
                    let outcome = try await Readers.run(
                        "validate_reports.py",
                        [schemas, "\(kind)=\(file)"]
                    )
                else { return }
                #expect(outcome.status == 1)
            }
        }

        @Test func namesTheKindsWhereOneIsWrong() async throws {
            let outcome = try await residua(["schema", "runs"])
            #expect(outcome.status == 64)
            for kind in Self.kinds { #expect(outcome.errorLines.contains("  - \(kind)")) }
        }
    }
}
