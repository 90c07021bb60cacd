import Foundation
import TestSupport
import Testing

extension ToolTests {
    /// The program as another program's worker.
    @Suite struct WorkerTests {
        /// Files of every outcome, in the order of a scan of the folder `in`.
        private struct Inputs {
            static let limit = 400_000
            let files: [(path: String, bytes: [UInt8])]
            let model: String

            init(_ folder: TemporaryFolder) async throws {
                model = try await SmallModel.write(to: folder)
                let defective = try [UInt8](Data(contentsOf: URL(filePath: Samples.defective)))
                let normal = try (0..<3).map {
                    try [UInt8](Data(contentsOf: URL(filePath: "\(Samples.normal)/00\($0).png")))
                }
                let files: [String: [UInt8]] = [
                    "a/defective.png": defective, "a/fine.png": normal[0], "b-1.png": normal[1],
                    "b/empty.png": [], "b/half.png": [UInt8](try Samples.halfAnImage()),
                    "b/text.jpg": Array("no picture\n{}".utf8), "b/fine \"\n.png": normal[2],
                    "c/grüße/\u{85}.jpeg": defective,
                    "c/large.jpg": [UInt8](repeating: 7, count: Self.limit + 1), "d.PNG": defective,
                ]
                self.files = files.sorted {
                    $0.key.utf8.lexicographicallyPrecedes($1.key.utf8)
                }.map { ($0.key, $0.value) }
                for (path, bytes) in files { try folder.write(Data(bytes), to: "in/\(path)") }
            }

            func scan(_ report: String, _ pictures: String) -> [String] {
                [
                    "scan", "in", "--model", model, "--report", report, "--pictures", pictures,
                    "--maximum-bytes", "\(Self.limit)",
                ]
            }

            func worker(_ options: String...) -> [String] {
                ["worker", "--model", model, "--maximum-bytes", "\(Self.limit)"] + options
            }

            var stream: [UInt8] {
                get throws { try files.flatMap { try WorkerTests.frame($0.path, $0.bytes) } }
            }
        }

        static func frame(_ path: String, _ bytes: [UInt8]) throws -> [UInt8] {
            let name = String(decoding: try JSONEncoder().encode(path), as: UTF8.self)
            return Array("{\"path\": \(name), \"bytes\": \(bytes.count)}\n".utf8) + bytes
        }

        @Test(arguments: ["1", "3"])
        func answersWithTheLinesOfAScan(jobs: String) async throws {
            try await withTemporaryFolder { folder in
                let inputs = try await Inputs(folder)
                #expect(try await residua(inputs.scan("out", "none"), in: folder).status == 3)
                let report = try ReportFiles("out", in: folder)
                #expect(report.records("flagged").count == 3)
                #expect(report.records("failed").count == 4)
                #expect(report.paths == inputs.files.map(\.path))
                let outcome = try await ToolRun(
                    inputs.worker("--jobs", jobs),
                    input: inputs.stream,
                    in: folder
                ).run()
                #expect(outcome.status == 0 && outcome.error.isEmpty, "\(outcome.error)")
                #expect(outcome.outputBytes == report.lines)
            }
        }

        @Test(arguments: ["essential", "all"])
        func sendsThePicturesOfAScan(pictures: String) async throws {
            try await withTemporaryFolder { folder in
                let inputs = try await Inputs(folder)
                #expect(try await residua(inputs.scan("out", pictures), in: folder).status == 3)
                let report = try ReportFiles("out", in: folder)
                let worker = inputs.worker("--pictures", pictures)
                let outcome = try await ToolRun(worker, input: inputs.stream, in: folder).run()
                #expect(outcome.status == 0 && outcome.error.isEmpty, "\(outcome.error)")

                let wanted = report.flagged.filter { !$0.key.hasSuffix("/report.json") }
                #expect(wanted.count >= 9)
                var sent: [String: [UInt8]] = [:]
                for line in outcome.outputLines {
                    let record = try JSONValue(parsing: Array(line.utf8))
                    guard let id = record["id"]?.string else {
                        #expect(record["pictures"] == nil)
                        continue
                    }
                    for (name, value) in try #require(record["pictures"]?.object) {
                        let bytes = Data(base64Encoded: try #require(value.string))
                        sent["\(id)/\(name)"] = [UInt8](try #require(bytes))
                    }
                }
                #expect(sent == wanted)
                let plain = outcome.output.replacing(#/"pictures":\{[^}]*\},/#, with: "")
                #expect(Array(plain.utf8) == report.lines)

                let filed = try await ToolRun(
                    worker + ["--pictures-folder", "pictures/new"],
                    input: inputs.stream,
                    in: folder
                ).run()
                #expect(filed.status == 0 && filed.outputBytes == report.lines)
                let prefix = "pictures/new/"
                var written: [String: [UInt8]] = [:]
                for path in try folder.contents() where path.hasPrefix(prefix) {
                    guard path.contains(".") else { continue }
                    written[String(path.dropFirst(prefix.count))] = try folder.bytes(path)
                }
                #expect(written == wanted)
            }
        }

        @Test func answersEachFrameBeforeTheNextIsSent() async throws {
            try await withTemporaryFolder { folder in
                let inputs = try await Inputs(folder)
                #expect(try await residua(inputs.scan("out", "none"), in: folder).status == 3)
                let worker = try FedTool(inputs.worker("--jobs", "4"), in: folder)
                var answers: [UInt8] = []
                for (path, bytes) in inputs.files {
                    try worker.feed(try Self.frame(path, bytes))
                    answers += try worker.line()
                }
                try worker.endInput()
                #expect(try await worker.end() == (0, ""))
                #expect(try answers == folder.bytes("out/images.jsonl"))
            }
        }

        @Test func aPathThatIsNoTextKeepsItsBytes() async throws {
            try await withTemporaryFolder { folder in
                let model = try await SmallModel.write(to: folder)
                let file = try [UInt8](Data(contentsOf: URL(filePath: Samples.defective)))
                for bytes in [file, []] {
                    let header =
                        #"{"path": "?", "path_base64": "/y9hLnBuZw==", "bytes": \#(bytes.count)}"#
                    let outcome = try await ToolRun(
                        ["worker", "--model", model],
                        input: Array((header + "\n").utf8) + bytes
                    ).run()
                    let record = try JSONValue(parsing: outcome.outputBytes)
                    #expect(record["path"]?.string == "\u{FFFD}/a.png")
                    #expect(record["path_base64"]?.string == "/y9hLnBuZw==")
                    #expect(record["status"]?.string == (bytes.isEmpty ? "failed" : "flagged"))
                }
            }
        }

        @Test func anEmptyInputHasNoAnswers() async throws {
            try await withTemporaryFolder { folder in
                let model = try await SmallModel.write(to: folder)
                let outcome = try await residua(["worker", "--model", model])
                #expect(outcome.ending == .status(0))
                #expect(outcome.outputBytes.isEmpty && outcome.errorBytes.isEmpty)
            }
        }

        @Test(arguments: [
            ("no frame\n", "byte 220014: the header line is no JSON"),
            (#"{"path": "c.png", "bytes": 9}"# + "\nshort", "within a frame, after 5 of the 9"),
            (#"{"path": "c.png", "by"#, "byte 220035: the input ends within a header line"),
        ])
        func brokenFramesEndItAfterTheAnswersBefore(rest: String, message: String) async throws {
            try await withTemporaryFolder { folder in
                let model = try await SmallModel.write(to: folder)
                var stream = try Self.frame("a.png", Array(repeating: 7, count: 109_972))
                stream += try Self.frame("b.png", Array(repeating: 8, count: 109_972))
                #expect(stream.count == 220_014)
                let outcome = try await ToolRun(
                    ["worker", "--model", model],
                    input: stream + Array(rest.utf8)
                ).run()
                #expect(outcome.ending == .status(2))
                #expect(outcome.outputLines.count == 2)
                #expect(outcome.errorLines.count == 1)
                #expect(outcome.error.hasPrefix("residua: frames, byte 220"))
                #expect(outcome.error.contains(message), "\(outcome.error)")
            }
        }

        @Test(arguments: ["missing", "damaged"])
        func aModelThatIsNoneEndsItBeforeAnyFrame(model: String) async throws {
            try await withTemporaryFolder { folder in
                var bytes = try await SmallModel.bytes
                bytes[bytes.count / 2] ^= 1
                let damaged = try folder.write(Data(bytes), to: "damaged")
                let path = model == "damaged" ? damaged : folder.path("missing")
                // The input stays open: nothing waits for it.
                let worker = try FedTool(["worker", "--model", path], in: folder)
                let (status, error) = try await worker.end()
                #expect(status == 2)
                #expect(error.split(separator: "\n").count == 1 && error.contains(path), "\(error)")
            }
        }

        @Test(arguments: [(SIGINT, 130), (SIGTERM, 143)] as [(Int32, Int32)])
        func endsWhenInterrupted(signal: Int32, status: Int32) async throws {
            try await withTemporaryFolder { folder in
                let inputs = try await Inputs(folder)
                let worker = try FedTool(inputs.worker(), in: folder)
                for (path, bytes) in inputs.files { try worker.feed(Self.frame(path, bytes)) }
                _ = try worker.line()
                try worker.feed(Array(#"{"path": "half a fra"#.utf8))
                // Once the others are answered it waits for the rest of the frame.
                for _ in inputs.files.dropFirst() { _ = try worker.line() }
                worker.send(signal)
                #expect(try await worker.end() == (status, ""))
                #expect(throws: FedTool.Failure.self) { try worker.line() }
            }
        }

        @Test func answersWhatWasReadWhenInterrupted() async throws {
            try await withTemporaryFolder { folder in
                let inputs = try await Inputs(folder)
                let worker = try FedTool(inputs.worker("--jobs", "2"), in: folder)
                for (path, bytes) in inputs.files { try worker.feed(Self.frame(path, bytes)) }
                _ = try worker.line()
                worker.send(SIGTERM)
                #expect(try await worker.end().status == 143)
                // Whole lines, each of the next frame.
                var paths: [String] = []
                while let line = try? worker.line() {
                    paths.append(try #require(JSONValue(parsing: line)["path"]?.string))
                }
                #expect(inputs.files.dropFirst().map(\.path).starts(with: paths))
                // More was written than a pipe holds, and is answered.
                #expect(!paths.isEmpty)
            }
        }

        @Test func endsInOrderWhenNobodyReadsTheAnswers() async throws {
            try await withTemporaryFolder { folder in
                let model = try await SmallModel.write(to: folder)
                let worker = try FedTool(["worker", "--model", model], in: folder)
                try worker.feed(Self.frame("a.png", [1]))
                _ = try worker.line()
                try worker.leave()
                try worker.feed(Self.frame("b.png", [1]))
                let (status, error) = try await worker.end()
                #expect(status == 2)
                #expect(error.contains("closed after 1 of them"), "\(error)")
                #expect(error.split(separator: "\n").count == 1)
            }
        }

        @Test func picturesThatCanNotBeWrittenEndIt() async throws {
            try await withTemporaryFolder { folder in
                let inputs = try await Inputs(folder)
                let file = try folder.write("", to: "file")
                let worker = try FedTool(
                    inputs.worker("--pictures", "all", "--pictures-folder", "\(file)/in"),
                    in: folder
                )
                // The first one is flagged.
                try worker.feed(Self.frame(inputs.files[0].path, inputs.files[0].bytes))
                let (status, error) = try await worker.end()
                #expect(status == 2)
                #expect(error.split(separator: "\n").count == 1 && error.contains(file), "\(error)")
            }
        }

        @Test func tellsWrongUsage() async throws {
            try await withTemporaryFolder { folder in
                let model = try await SmallModel.write(to: folder)
                for options in [["--pictures-folder", "x"], ["--false-alarm-rate", "2"]] {
                    let outcome = try await residua(["worker", "--model", model] + options)
                    #expect(outcome.ending == .status(64), "\(options)")
                }
            }
        }
    }
}
