import Files
import Foundation
import Reports
import Testing

/// Pages of report folders that are not as a finished run leaves them.
@Suite struct GalleryFolderTests {
    private func write(_ records: [ImageRecord], to folder: Folder) throws {
        var lines: [UInt8] = []
        for record in records { lines += try ReportJSON.line(record, what: record.path) }
        try AtomicFile.write([], to: folder.path(of: ".residua-report"))
        try AtomicFile.write(lines, to: folder.path(of: "images.jsonl"))
    }

    private func page(of folder: Folder) throws -> String {
        String(
            decoding: try InputFile.read(try Gallery.write(reportAt: folder.path), limit: 1 << 26),
            as: UTF8.self
        )
    }

    @Test func showsWhatAnUnfinishedReportHas() throws {
        try withTemporaryFolder { folder in
            let writer = try ReportWriter(path: folder.path, model: model)
            try writer.append(scored("a.png"))
            try writer.append(scored("b.png", flagged: true, score: 1))
            #expect(!folder.contains("index.html"))
            let page = try page(of: folder)
            #expect(page.contains("This report is not finished"))
            #expect(page.contains("the 2 inputs that are in"))
            #expect(page.contains("<bdi>m.residua</bdi>") && page.contains("class=\"card\""))
            #expect(!page.contains("run.json\""))
            // The run goes on, and its end replaces the page.
            try writer.finish(summary(of: writer.tally))
            #expect(!(try text(folder.path(of: "index.html"))).contains("not finished"))
        }
    }

    @Test func isGoneWhenARunStarts() throws {
        try withTemporaryFolder { folder in
            let writer = try ReportWriter(path: folder.path, model: model)
            try writer.finish(summary(of: writer.tally))
            #expect(folder.contains("index.html"))
        }
        try withTemporaryFolder { folder in
            for goesOn in [false, true] {
                do {
                    let writer = try ReportWriter(path: folder.path, model: model)
                    try writer.finish(summary(of: writer.tally))
                }
                _ = try ReportWriter(path: folder.path, model: model, goesOn: goesOn)
                #expect(!folder.contains("index.html"))
            }
        }
    }

    @Test func leavesOutDamagedLines() throws {
        try withTemporaryFolder { folder in
            try write([scored("a.png"), scored("b.png", flagged: true)], to: folder)
            let file = folder.path(of: "images.jsonl")
            var lines = try InputFile.read(file, limit: 1 << 20)
            lines += Array("{\"status\":\"ok\"\nno JSON\n\n{\"path\":\"half".utf8)
            try AtomicFile.write(lines, to: file)
            let page = try page(of: folder)
            #expect(page.contains("3 lines of images.jsonl can&#39;t be understood"))
            #expect(page.contains("the 2 inputs that are in"))
        }
    }

    @Test func isNotMisledByAPathThatLooksLikeAnOutcome() throws {
        try withTemporaryFolder { folder in
            try write([failed(#"","status":"ok","x":".png"#)], to: folder)
            let page = try page(of: folder)
            #expect(page.contains("No image could be scored"))
            #expect(page.contains("&quot;status&quot;:&quot;ok&quot;"))
        }
    }

    @Test func showsTheStrangestOfTooMany() throws {
        try withTemporaryFolder { folder in
            let record = try ReportWriter(path: folder.folder("one").path, model: model)
                .append(scored("0.png", flagged: true))
            let line = String(decoding: try ReportJSON.line(record, what: ""), as: UTF8.self)
            try write([], to: folder)
            var lines = ""
            for number in 0..<4500 {
                // Each score once, in no order.
                let score = 1 + number * 1009 % 4500
                let id = String(format: "x-%08d", score)
                lines += line.replacing("\"score\":0.25", with: "\"score\":\(score)")
                    .replacing(try #require(record.id), with: id)
            }
            for number in 0..<1200 {
                let line = try ReportJSON.line(failed("bad \(number)"), what: "")
                lines += String(decoding: line, as: UTF8.self)
            }
            try AtomicFile.write(Array(lines.utf8), to: folder.path(of: "images.jsonl"))
            let page = try page(of: folder)
            let shown = page.matches(of: /<li id="x-([0-9]{8})">/).compactMap { Int($0.output.1) }
            #expect(shown == Array((2501...4500).reversed()))
            #expect(page.contains("shows the 2000 strangest of 4500 flagged images"))
            #expect(page.contains("bad 999<") && !page.contains("bad 1000<"))
            #expect(page.contains("The first 1000 are listed"))
        }
    }

    @Test func refusesWhatIsNoReport() throws {
        try withTemporaryFolder { folder in
            #expect(throws: ReportError.notAReport(path: folder.path)) {
                try Gallery.write(reportAt: folder.path)
            }
            try AtomicFile.write([], to: folder.path(of: "images.jsonl"))
            #expect(throws: ReportError.notAReport(path: folder.path)) {
                try Gallery.write(reportAt: folder.path)
            }
            #expect(try folder.names() == ["images.jsonl"])
            try write([], to: folder)
            let summary = folder.path(of: "run.json")
            try AtomicFile.write(Array("{}".utf8), to: summary)
            #expect(throws: ReportError.unreadableRecord(path: summary)) {
                try Gallery.write(reportAt: folder.path)
            }
            #expect(!folder.contains("index.html"))
        }
    }
}
