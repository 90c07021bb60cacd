import Files
import Foundation
import Reports
import Testing

@Suite struct ReportWriterTests {
    /// Every file under a folder, by its path in it.
    private func files(_ folder: Folder) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted()
    }

    @Test func writesAWholeReport() throws {
        try withTemporaryFolder { parent in
            let folder = parent.folder("deep").folder("out")
            let writer = try ReportWriter(path: folder.path + "/", model: model)
            try writer.append(scored("b/good.png"))
            let flagged = try writer.append(
                scored("b/bad one.png", flagged: true, score: 0.9),
                pictures: [.overlay: [2], .heatmap: [1], .crop(1): [3]]
            )
            try writer.append(failed("b/half.jpg"))
            #expect(!folder.contains("run.json"))
            try writer.write(metrics)
            try writer.finish(summary(of: writer.tally))

            #expect(flagged.id == "bad_one-627e8543")
            let image = "flagged/bad_one-627e8543"
            #expect(
                try files(folder) == [
                    ".residua-report", "flagged", image, "\(image)/crop-1.png",
                    "\(image)/heatmap.png", "\(image)/overlay.png", "\(image)/report.json",
                    "images.jsonl", "index.html", "metrics.json", "run.json",
                ]
            )
            #expect(try text(folder.path(of: "\(image)/report.json")) == golden("report.json"))
            #expect(try InputFile.read(folder.path(of: "\(image)/overlay.png"), limit: 9) == [2])
            let lines = try text(folder.path(of: "images.jsonl")).split(separator: "\n")
            let paths = try lines.map {
                try ReportJSON.decode(ImageRecord.self, from: Array($0.utf8)).path
            }
            #expect(paths == ["b/good.png", "b/bad one.png", "b/half.jpg"])
            let report = try ReportJSON.decode(
                FlaggedReport.self,
                from: InputFile.read(folder.path(of: "\(image)/report.json"), limit: 1 << 16)
            )
            #expect(report.record == flagged && report.pictures.count == 3)
        }
    }

    @Test func linesAreThereBeforeTheEnd() throws {
        try withTemporaryFolder { folder in
            let writer = try ReportWriter(path: folder.path, model: model)
            for count in 1...3 {
                try writer.append(scored("\(count)"))
                let lines = try text(folder.path(of: "images.jsonl"))
                #expect(lines.hasSuffix("\n") && lines.split(separator: "\n").count == count)
            }
        }
    }

    @Test func replacesAnOlderReportAndKeepsForeignFiles() throws {
        try withTemporaryFolder { folder in
            let id: String?
            do {
                let writer = try ReportWriter(path: folder.path, model: model)
                id = try writer.append(
                    scored("old.png", flagged: true),
                    pictures: [.crop(12): [1], .heatmap: [1]]
                ).id
                try writer.append(scored("older.png", flagged: true))
                try writer.write(metrics)
                try writer.finish(summary(of: writer.tally))
            }
            let image = folder.folder("flagged").folder(try #require(id))
            let foreign = [
                folder.path(of: "notes.txt"), folder.path(of: "index.htm"),
                folder.path(of: "flagged/mine.txt"), image.path(of: "crop-01.png"),
                folder.path(of: "flagged/run.json"),
            ]
            for path in foreign { try AtomicFile.write([9], to: path) }
            try AtomicFile.write([0], to: folder.path(of: ".residua-tmp-1-0"))
            try folder.folder("elsewhere").create()
            try AtomicFile.write([9], to: folder.path(of: "elsewhere/report.json"))
            try FileManager.default.createSymbolicLink(
                atPath: folder.path(of: "flagged/link-00000000"),
                withDestinationPath: folder.path(of: "elsewhere")
            )

            let writer = try ReportWriter(path: folder.path, model: model)
            #expect(
                try files(folder) == [
                    ".residua-report", "elsewhere", "elsewhere/report.json", "flagged",
                    "flagged/link-00000000", "flagged/mine.txt", "flagged/\(id ?? "")",
                    "flagged/\(id ?? "")/crop-01.png", "flagged/run.json", "images.jsonl",
                    "index.htm", "notes.txt",
                ]
            )
            #expect(try text(folder.path(of: "images.jsonl")).isEmpty)
            try writer.append(scored("old.png", flagged: true))
            #expect(image.contains("report.json"))
        }
    }

    @Test(arguments: ["run.json", "index.html", "images.jsonl", "metrics.json", "flagged"])
    func refusesFilesThatNoReportWrote(name: String) throws {
        try withTemporaryFolder { folder in
            try AtomicFile.write([9], to: folder.path(of: name))
            #expect(throws: ReportError.foreignFile(path: folder.path(of: name))) {
                _ = try ReportWriter(path: folder.path, model: model)
            }
            #expect(try folder.names() == [name])
        }
    }

    @Test func letsOneRunInAtATime() throws {
        try withTemporaryFolder { folder in
            let first = try ReportWriter(path: folder.path, model: model)
            try first.append(scored("kept"))
            #expect(throws: ReportError.busy(folder: folder.path)) {
                _ = try ReportWriter(path: folder.path, model: model)
            }
            try first.append(scored("kept too"))
            #expect(try text(folder.path(of: "images.jsonl")).split(separator: "\n").count == 2)
        }
    }

    @Test func saysWhyAFolderCannotBeWritten() throws {
        try withTemporaryFolder { folder in
            let file = folder.path(of: "file")
            try AtomicFile.write([1], to: file)
            let error = #expect(throws: ReportError.self) {
                _ = try ReportWriter(path: "\(file)/out", model: model)
            }
            #expect(error?.description == "report: can't create \(file)/out: Not a directory")
        }
    }

    @Test(.enabled(if: getuid() != 0, "permissions don't hold the superuser back"))
    func saysWhichFolderIsReadOnly() throws {
        try withTemporaryFolder { folder in
            chmod(folder.path, 0o500)
            defer { chmod(folder.path, 0o700) }
            let path = folder.path(of: "out")
            let wanted = FileError(operation: .create, path: path, code: EACCES)
            #expect(throws: ReportError.file(wanted)) {
                _ = try ReportWriter(path: path, model: model)
            }
        }
    }

    #if os(Linux)
        @Test func keepsWhatIsFinishedWhenTheDiskIsFull() throws {
            try withTemporaryFolder { folder in
                let writer = try ReportWriter(path: folder.path, model: model) {
                    (_) throws(FileError) in try OutputFile("/dev/full", mode: .keeping)
                }
                let error = #expect(throws: ReportError.self) {
                    try writer.append(scored("bad.png", flagged: true), pictures: [.heatmap: [1]])
                }
                let wanted = FileError(operation: .write, path: "/dev/full", code: ENOSPC)
                #expect(error == .file(wanted))
                #expect(error?.description.contains("free some space") == true)
                #expect(writer.tally.counts.images == 0)
                let names = try folder.folder("flagged").names()
                let image = folder.folder("flagged").folder(try #require(names.first))
                #expect(try image.names() == ["heatmap.png", "report.json"])
            }
        }
    #endif
}

@Suite struct ImageIdentifiersTests {
    @Test(arguments: [
        ("a/b/c.png", "c-"), ("weird name (1).jpeg", "weird_name_1-"), ("..", "image-"),
        (".png", "png-"), ("x/\u{202E}\n", "image-"), ("größe.png", "gr_e-"),
        ("-rf.png", "rf-"), ("a--b__c-_d.png", "a-b_c-d-"), ("", "image-"),
        (String(repeating: "x", count: 300) + ".png", String(repeating: "x", count: 48) + "-"),
    ])
    func beginsWithAReadablePart(path: String, start: String) {
        var identifiers = ImageIdentifiers()
        let id = identifiers.identifier(for: path)
        #expect(id.hasPrefix(start) && id.count == start.count + 8)
        #expect(ImageIdentifiers.isIdentifier(id))
    }

    @Test func dependsOnTheWholePathAndNothingElse() {
        var first = ImageIdentifiers()
        var second = ImageIdentifiers()
        _ = second.identifier(for: "other")
        #expect(first.identifier(for: "a/c.png") == second.identifier(for: "a/c.png"))
        #expect(first.identifier(for: "b/c.png") != first.identifier(for: "d/c.png"))
    }

    @Test func isNeverGivenTwice() {
        var identifiers = ImageIdentifiers()
        let base = identifiers.identifier(for: "c.png")
        #expect(identifiers.identifier(for: "c.png") == base + "-2")
        #expect(identifiers.identifier(for: "c.png") == base + "-3")
        #expect(ImageIdentifiers.isIdentifier(base + "-3"))
    }

    @Test(arguments: [
        "", "c", "c-1234567", "c-1234567G", "c-ABCDEF01", "../x-12345678", ".c-12345678",
        "-12345678",
    ])
    func knowsForeignNames(name: String) {
        #expect(!ImageIdentifiers.isIdentifier(name))
    }
}
