import Foundation
import Reports
import Scoring
import Testing

@Suite struct PageTests {
    private static let nasty = "<img src=x onerror=alert(1)>&\"'.png"

    private static let pictures = ["a.png": [UInt8]("bytes of a".utf8), "b.png": [1, 2, 3]]

    private static let explanation = ExplanationRecord(
        record: scored(nasty, flagged: true, score: 2),
        model: model,
        peak: .init(row: 1, column: 2, x: 80, y: 60, value: 4),
        pictures: .init(image: "a.png", fused: "b.png", overlay: "a.png"),
        detectors: [.init(name: "e/<b>", atPeak: 4, share: 1, peak: 4, map: "b.png")],
        layers: [
            .init(
                encoder: "e</h3>",
                layer: 1,
                size: [32, 24],
                density: .init(mean: 0.1, usual: 0.2, atPeak: 0.3),
                error: .init(mean: 1, usual: 2, atPeak: 3),
                energy: .init(mean: 4, usual: 5, atPeak: 6),
                gain: 0.75,
                reconstruction: "a.png",
                errorMap: "b.png",
                energyMap: "b.png",
                strongestAtPeak: [
                    .init(atom: 17, sign: -1, mean: 3, usual: 1, ratio: 3, picture: "b.png")
                ],
                strongestInImage: []
            )
        ]
    )

    private static var card: ModelPageRecord {
        get throws {
            let scores: [Float] = [1, 2, 3]
            let calibration = try ConformalCalibration(scores: scores)
            return ModelPageRecord(
                model: model,
                patchImages: nil,
                layers: [
                    .init(
                        encoder: "e</h2>",
                        layer: 1,
                        atoms: 300,
                        components: 9,
                        inference: "thresholding",
                        learning: "gain-shape",
                        density: 0.25,
                        noiseVariance: 0.5,
                        rates: .init(of: [3, 1, 2]),
                        penalties: .init(of: []),
                        learningCurve: [0.75, 0.5],
                        atomForm: .filters,
                        atomsShown: 256,
                        atomPicture: "a.png",
                        charts: ["b.png"]
                    )
                ],
                densityChart: "b.png",
                calibration: .init(
                    threshold: calibration.threshold(falseAlarmRate: 0.5),
                    scores: try #require(ScoreSummary(of: scores)),
                    counts: [1, 2],
                    edges: [1, 2, 3],
                    chart: "b.png"
                )
            )
        }
    }

    private static var pages: [String] {
        get throws {
            [
                String(
                    decoding: ExplanationPage.render(explanation, pictures: pictures),
                    as: UTF8.self
                ),
                String(decoding: ModelPage.render(try card, pictures: pictures), as: UTF8.self),
            ]
        }
    }

    @Test func needNothingElseAndRunNothing() throws {
        for page in try Self.pages {
            #expect(page.contains("default-src 'none'; img-src data:; style-src 'unsafe-inline'"))
            for text in ["http:", "https:", "//", "<script", "<link", "@import", "url("] {
                #expect(!page.contains(text), "\(text)")
            }
            let sources = page.matches(of: /(src|href)="([^"]*)"/).map(\.output.2)
            #expect(sources.count >= 4)
            for source in sources { #expect(source.hasPrefix("data:image/png;base64,")) }
        }
    }

    @Test func escapeNames() throws {
        let (explanation, card) = (try Self.pages[0], try Self.pages[1])
        #expect(!explanation.contains("<img src=x"))
        #expect(explanation.contains("&lt;img src=x onerror=alert(1)&gt;&amp;&quot;&#39;.png"))
        #expect(explanation.contains("e&lt;/h3&gt;, layer 1"))
        #expect(explanation.contains("e/&lt;b&gt;"))
        #expect(card.contains("e&lt;/h2&gt;, layer 1"))
    }

    @Test func showPicturesAndNumbers() throws {
        let (explanation, card) = (try Self.pages[0], try Self.pages[1])
        let encoded = Data("bytes of a".utf8).base64EncodedString()
        #expect(explanation.contains("data:image/png;base64,\(encoded)"))
        #expect(card.contains("data:image/png;base64,\(encoded)"))
        for text in [
            "score 2.00", "threshold 0.50", "share at the peak 100 %", "left:25.0%;top:25.0%",
            "mean gain 0.75", "3.0 x", "-17",
        ] {
            #expect(explanation.contains(text), "\(text)")
        }
        #expect(!explanation.contains("Over the whole image:"))
        for text in ["The 256 most used of 300 atoms", "1, 2, 3", "thresholding", "0.250"] {
            #expect(card.contains(text), "\(text)")
        }
    }

    @Test func recordsReadBack() throws {
        let explained = try ReportJSON.document(Self.explanation, what: "x")
        #expect(try ReportJSON.decode(ExplanationRecord.self, from: explained) == Self.explanation)
        let card = try Self.card
        let document = try ReportJSON.document(card, what: "x")
        #expect(try ReportJSON.decode(ModelPageRecord.self, from: document) == card)
    }
}
