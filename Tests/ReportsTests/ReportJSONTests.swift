import Foundation
import Reports
import Testing

@Suite struct ReportJSONTests {
    private func line(_ record: some Encodable) throws -> String {
        String(decoding: try ReportJSON.line(record, what: "test"), as: UTF8.self)
    }

    private func document(_ record: some Encodable) throws -> String {
        String(decoding: try ReportJSON.document(record, what: "test"), as: UTF8.self)
    }

    @Test func writesTheLinesOfTheContract() throws {
        let lines = try line(scored("a/good.png")) + line(failed("a/half.jpg"))
        #expect(try lines == golden("images.jsonl"))
    }

    @Test func writesTheSummaryOfTheContract() throws {
        var tally = RunTally()
        tally.add(scored("a", score: 0.25))
        tally.add(scored("b", flagged: true, score: 0.75))
        tally.add(failed("c"))
        tally.add(failed("d", code: "limit"))
        tally.add(failed("e"))
        let summary = summary(of: tally)
        #expect(try document(summary) == golden("run.json"))
        let read = try ReportJSON.decode(RunSummary.self, from: Array(document(summary).utf8))
        #expect(read == summary)
    }

    @Test func writesTheMetricsOfTheContract() throws {
        #expect(try document(metrics) == golden("metrics.json"))
        let read = try ReportJSON.decode(
            EvaluationReport.self,
            from: Array(document(metrics).utf8)
        )
        #expect(read == metrics)
    }

    @Test func readsRecordsBack() throws {
        for record in [scored("x"), scored("y", flagged: true), failed("z")] {
            let bytes = try ReportJSON.line(record, what: "test")
            #expect(try ReportJSON.decode(ImageRecord.self, from: bytes) == record)
        }
    }

    @Test(
        arguments: [Float](
            [0.1, 1, 1e-7, 3.4e38, 0.333333343, 16_777_216, .leastNonzeroMagnitude])
    )
    func writesTheShortestNumberThatReadsBack(number: Float) throws {
        let text = try line([number])
        let digits = text.dropFirst().prefix { $0 != "]" }
        #expect(Float(digits) == number)
        #expect(digits.count <= "\(number)".count)
    }

    @Test(arguments: [Float.nan, .infinity])
    func refusesNumbersThatAreNotFinite(number: Float) throws {
        let error = #expect(throws: ReportError.self) {
            try ReportJSON.line(scored("x.png", score: number), what: "x.png")
        }
        #expect(
            error?.description
                == "report: the record of x.png can't be written: score is \(number)"
        )
    }

    @Test(arguments: [
        "a\nb", "a\r\nb", "\"quoted\"", "back\\slash", "\u{1B}[31mred", "\u{85}", "\u{2028}",
        "\u{202E}gnp.exe", "\u{7F}", "tab\t", "ä/日本/🧵", "\u{0}", "</script>",
        String(decoding: [0x66, 0xFF, 0xC3, 0x6F], as: UTF8.self),
    ])
    func keepsHostileNamesOnOneLine(name: String) throws {
        let bytes = try ReportJSON.line(failed(name), what: name)
        let text = String(decoding: bytes, as: UTF8.self)
        let plain = text.dropLast().unicodeScalars.allSatisfy { scalar in
            scalar.properties.generalCategory != .control
                && ![0x2028, 0x2029, 0x202E].contains(scalar.value)
        }
        #expect(plain && bytes.last == 10)
        #expect(try ReportJSON.decode(ImageRecord.self, from: bytes).path == name)
    }

    @Test func leavesOutWhatDoesNotApply() throws {
        #expect(try !line(failed("x")).contains("null"))
        #expect(try !line(failed("x")).contains("score"))
        #expect(try !line(scored("x")).contains("failure"))
        let verdict = ImageRecord.Verdict(isFlagged: true, score: 1, threshold: 0, pValue: 1)
        let record = ImageRecord(path: "x", source: .init(), verdict: verdict)
        #expect(record.margin == nil)
    }
}

@Suite struct RunTallyTests {
    @Test func quantilesAreScoresThatOccurred() {
        let scores = (1...200).map(Float.init).shuffled()
        let quantiles = ScoreQuantiles(of: scores)
        #expect(quantiles?.minimum == 1 && quantiles?.maximum == 200)
        #expect(quantiles?.p10 == 20 && quantiles?.p50 == 100)
        #expect(quantiles?.p90 == 180 && quantiles?.p99 == 198)
        #expect(ScoreQuantiles(of: [5])?.p10 == 5)
        #expect(ScoreQuantiles(of: []) == nil)
    }
}
