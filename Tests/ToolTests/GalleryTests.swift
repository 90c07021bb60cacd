import Foundation
import TestSupport
import Testing

extension ToolTests {
    @Suite struct GalleryTests {
        @Test func aScanLeavesAPageThatCanBeMadeAnew() async throws {
            try await withTemporaryFolder { folder in
                let model = try await SmallModel.write(to: folder)
                let scan = ["scan", Samples.test, "--model", model, "--report", "out"]
                #expect(try await residua(scan, in: folder).status == 0)
                let page = try folder.bytes("out/index.html")
                let report = try ReportFiles("out", in: folder)
                let text = String(decoding: page, as: UTF8.self)
                for record in report.records("flagged") {
                    let id = try #require(record["id"]?.string)
                    #expect(text.contains("<li id=\"\(id)\">"))
                }
                try FileManager.default.removeItem(atPath: folder.path("out/index.html"))
                let outcome = try await residua(["report", "out"], in: folder)
                #expect(outcome.status == 0)
                #expect(outcome.output == "out/index.html\n")
                #expect(try folder.bytes("out/index.html") == page)
            }
        }

        @Test func anEvaluationLeavesAPage() async throws {
            try await withTemporaryFolder { folder in
                let model = try await SmallModel.write(to: folder)
                let evaluate = ["evaluate", Samples.dataset, "--model", model, "--report", "out"]
                #expect(try await residua(evaluate, in: folder).status == 0)
                #expect(try folder.text("out/index.html").contains("residua evaluate"))
            }
        }

        @Test func aPageIsMadeOfReportsOnly() async throws {
            try await withTemporaryFolder { folder in
                try folder.write("{}", to: "other/run.json")
                for name in ["other", "missing"] {
                    let outcome = try await residua(["report", name], in: folder)
                    #expect(outcome.status == 2)
                    #expect(outcome.errorLines.count == 1)
                    #expect(outcome.error.contains("\(name) is not the folder of a Residua report"))
                }
                #expect(try folder.contents() == ["other", "other/run.json"])
                #expect(try await residua(["report"]).status == 64)
            }
        }
    }
}
