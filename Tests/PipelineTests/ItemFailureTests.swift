import Foundation
import Pipeline
import Testing

@Suite struct ItemFailureTests {
    @Test func standsInJSONWithStableWords() throws {
        let failure = ItemFailure(
            InputError(.notFound, detail: "No such file"),
            path: RawPath("a/b.png")
        )
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let json = try encoder.encode(failure)
        let expected =
            #"{"code":"not-found","detail":"No such file","path":"a/b.png","stage":"read"}"#
        #expect(String(decoding: json, as: UTF8.self) == expected)
        #expect(try JSONDecoder().decode(ItemFailure.self, from: json) == failure)
    }

    @Test func hasOneCodeForEachReason() {
        #expect(
            InputError.Code.allCases.map(\.rawValue)
                == ["not-found", "permission", "not-a-file", "too-large", "io"]
        )
        #expect(
            ItemFailure.Stage.allCases.map(\.rawValue)
                == ["read", "decode", "encode", "score", "write"]
        )
    }
}
