import Files
import Foundation
import Reports
import Testing

@Suite struct GalleryTests {
    /// Writes a report by a run's own means and returns its page.
    private func page(
        of records: [ImageRecord],
        in folder: Folder,
        change: (inout RunSummary) -> Void = { _ in }
    ) throws -> String {
        let writer = try ReportWriter(path: folder.path, model: model)
        for record in records {
            let isFlagged = record.status == .flagged
            try writer.append(record, pictures: isFlagged ? [.overlay: [1], .crop(2): [2]] : [:])
        }
        var summary = summary(of: writer.tally)
        change(&summary)
        try writer.finish(summary)
        return try text(folder.path(of: "index.html"))
    }

    private func page(
        of records: [ImageRecord],
        change: (inout RunSummary) -> Void = { _ in }
    ) throws -> String {
        var page = ""
        try withTemporaryFolder { page = try self.page(of: records, in: $0, change: change) }
        return page
    }

    /// What the page's script reads.
    private struct Content: Decodable {
        struct Image: Decodable {
            struct Pictures: Decodable {
                let overlay: String?
                let crops: [String]
            }

            let id, path, folder, report: String
            let original: String?
            let margin: Float
            let region_count: Int
            let pictures: Pictures
        }

        let images: [Image]
    }

    private func content(of page: String) throws -> [Content.Image] {
        let start = try #require(
            page.range(of: "<script type=\"application/json\" id=\"data\">")
        )
        let end = try #require(page[start.upperBound...].range(of: "</script>"))
        let json = Data(page[start.upperBound..<end.lowerBound].utf8)
        return try JSONDecoder().decode(Content.self, from: json).images
    }

    private let three = [
        scored("a/good.png"), scored("a/bad.png", flagged: true, score: 0.9),
        scored("b/worse.png", flagged: true, score: 2), failed("c/half.jpg"),
    ]

    @Test func listsFlaggedImagesStrangestFirst() throws {
        let page = try page(of: three)
        let images = try content(of: page)
        #expect(images.map(\.path) == ["b/worse.png", "a/bad.png"])
        #expect(images.map(\.margin) == [4, 1.8])
        #expect(images[0].folder == "b" && images[0].region_count == 1)
        let home = "flagged/\(images[0].id)"
        #expect(images[0].report == "\(home)/report.json")
        #expect(images[0].pictures.overlay == "\(home)/overlay.png")
        #expect(images[0].pictures.crops == ["\(home)/crop-2.png"])
        let cards = page.matches(of: /<li id="([^"]+)"><a class="card" href="([^"]+)"/)
        #expect(cards.map { String($0.output.1) } == images.map(\.id))
        #expect(cards.map { String($0.output.2) } == images.compactMap(\.pictures.overlay))
        for text in [
            "4.00 × threshold", "1 region", "fewer than 1 in 61 good images score this high",
            "c/half.jpg", "<b>1</b> decode/truncated", "premature end", "67\u{A0}% of those scored",
            "60 held-out images support 1 in 61", "Too few normal images",
        ] {
            #expect(page.contains(text), "\(text)")
        }
        #expect(!page.contains("a/good.png"))
    }

    @Test func isMadeAnewWithTheSameBytes() throws {
        try withTemporaryFolder { folder in
            let first = try page(of: three, in: folder) {
                $0.startedAt = Date(timeIntervalSince1970: 1_767_323_045.75)
                $0.threshold = 0.1
                $0.histogram = ScoreHistogram(images: [0.05, 0.3], normals: [0.1], threshold: 0.1)
            }
            try folder.remove("index.html")
            #expect(try Gallery.write(reportAt: folder.path + "/") == folder.path(of: "index.html"))
            #expect(try text(folder.path(of: "index.html")) == first)
            #expect(first.contains("2026-01-02 03:04:05 UTC"))
        }
    }

    @Test func escapesWhatOthersChose() throws {
        let names = [
            "<img src=x onerror=alert(1)>.png", "a\"b'c&d.png", "</script><!--.png",
            "{{{script}}}.png",
            "two\nlines\u{202E}gnp.exe",
        ]
        let records = names.flatMap { [scored("<d>/" + $0, flagged: true, score: 1), failed($0)] }
        let page = try page(of: records) {
            $0.roots = ["/in/<&>"]
            $0.modelCard = .init(
                pixels: [64],
                channels: 1,
                encoders: ["<e>"],
                layers: 1,
                maps: ["</dd>"],
                fusion: "<f>",
                leftOut: 0
            )
        }
        #expect(!page.contains("<img src=x") && !page.contains("<d>") && !page.contains("<e>"))
        #expect(!page.contains("<f>") && !page.contains("\u{202E}") && !page.contains("<!--"))
        #expect(page.contains("&lt;img src=x onerror=alert(1)&gt;.png"))
        #expect(page.contains("a&quot;b&#39;c&amp;d.png"))
        #expect(page.contains("two\\nlines\\u{202E}gnp.exe"))
        // The data, the script, and no third one.
        #expect(page.components(separatedBy: "<script").count == 3)
        #expect(page.components(separatedBy: "</script>").count == 3)
        let images = try content(of: page)
        #expect(Set(images.map(\.path)).contains("<d>/</script><!--.png"))
        let original = images.first { $0.path.hasPrefix("<d>/a") }?.original
        #expect(original == "file:///in/%3C%26%3E/%3Cd%3E/a%22b%27c%26d.png")
    }

    @Test func namesNoOriginalThatItCannotKnow() throws {
        for (roots, path) in [
            (["in"], "a.png"), (["/in", "/other"], "a.png"), (["/in"], "a\u{FFFD}.png"),
        ] {
            let page = try page(of: [scored(path, flagged: true, score: 1)]) { $0.roots = roots }
            #expect(try content(of: page)[0].original == nil)
        }
        let page = try page(of: [scored("a.png", flagged: true, score: 1)]) {
            $0.roots = ["/in/a.png"]
        }
        #expect(try content(of: page)[0].original == "file:///in/a.png")
    }

    @Test func loadsNothingFromElsewhere() throws {
        let page = try page(of: three)
        #expect(page.contains("default-src 'none'; img-src 'self' file: data:;"))
        #expect(!page.contains("unsafe-inline") && !page.contains("<link"))
        // The name of SVG's namespace is no address that is asked.
        let text = page.replacing("http://www.w3.org/2000/svg", with: "")
        for word in ["http:", "https:", "@import", "url("] { #expect(!text.contains(word)) }
        for source in page.matches(of: /(?:src|href)="([^"]*)"/).map(\.output.1) {
            #expect(
                source.hasPrefix("#") || source.hasPrefix("flagged/") || source == "run.json"
                    || source == "images.jsonl"
            )
        }
    }

    @Test(
        arguments: [
            ([], "Nothing was scanned"), ([failed("x")], "No image could be scored"),
            ([scored("x")], "Nothing was flagged"),
            ([scored("x"), failed("y")], "Nothing was flagged"),
        ] as [([ImageRecord], String)]
    )
    func saysWhyThereIsNoPicture(records: [ImageRecord], title: String) throws {
        let page = try page(of: records)
        #expect(page.contains("<div class=\"empty\"><h3>\(title)</h3>"))
        #expect(!page.contains("<ul id=\"grid\">") && !page.contains("<script"))
        #expect(page.contains("id=\"failed\"") == records.contains { $0.status == .failed })
    }

    @Test func drawsTheHistogram() throws {
        let page = try page(of: three) {
            $0.histogram = ScoreHistogram(
                images: [0.25, 0.25, 0.9, 5],
                normals: [0.1, 0.2, 0.3],
                threshold: 0.5
            )
        }
        #expect(page.components(separatedBy: "<rect class=\"below\"").count == 2)
        #expect(page.components(separatedBy: "<rect class=\"above\"").count == 3)
        #expect(page.contains("2 images, 0 of the normal images</title>"))
        #expect(page.contains("2 images score above the threshold of 0.50, and 0 of the normal"))
        #expect(page.contains(">over 3</text>"))
        #expect(!(try self.page(of: three)).contains("<svg viewBox"))
    }

    @Test func showsTheCourseOfRuns() throws {
        func entry(_ run: Int64, _ share: Double?) -> RunHistory.Entry {
            var entry = RunHistory.Entry(
                run: run,
                command: "scan",
                startedAt: Date(timeIntervalSince1970: 86400 * Double(run)),
                modelSHA256: "ab"
            )
            entry.flaggedShare = share
            return entry
        }
        let page = try page(of: three) {
            $0.history = [entry(1, 0.02), entry(2, nil), entry(3, 0.1)]
        }
        #expect(page.contains("<polyline class=\"course\""))
        #expect(page.contains("2 runs from 1970-01-02 00:00:00 UTC to 1970-01-04 00:00:00 UTC"))
        #expect(page.contains("lowest 2\u{A0}%, highest 10\u{A0}%, last 10\u{A0}%."))
        #expect(!page.contains("Median score"))
        #expect(!(try self.page(of: three) { $0.history = [entry(1, 0.5)] }).contains("course\""))
    }

    @Test func warnsOfWhatTheReaderShouldKnow() throws {
        let quiet = try page(of: three) {
            $0.calibration = .init(normals: 500, sufficient: true, guaranteedRate: 0.008)
        }
        #expect(!quiet.contains("class=\"notice"))
        let page = try page(of: three) {
            $0.interrupted = true
            $0.labels = LabelCounts(confirmed: 3, falseAlarms: 1)
            $0.fresh = $0.counts
            $0.deferred = 2
            $0.drift = .init(
                images: 40,
                statistic: 0.4,
                higher: true,
                pValue: 0.001,
                smallShare: 0.3,
                smallPValue: 0.05,
                suspected: true
            )
        }
        for text in [
            "The run was interrupted", "The images may have changed as a whole",
            "30\u{A0}% of them have a p-value of at most 0.05", "Precision so far: 75\u{A0}%",
            "Still being written", "New since the last run",
        ] {
            #expect(page.contains(text), "\(text)")
        }
    }
}
