import SparseCoding
import Testing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

@Suite struct InferenceTests {
    static let texts: [(Inference, String)] = [
        (.thresholding, #"{"method":"thresholding"}"#),
        (.ista(iterations: 7), #"{"iterations":7,"method":"ista"}"#),
        (.fista(iterations: 20), #"{"iterations":20,"method":"fista"}"#),
        (
            .fista(iterations: 20, tolerance: 0.25, step: 0.5),
            #"{"iterations":20,"method":"fista","step":0.5,"tolerance":0.25}"#
        ),
        (.omp(nonzeroLimit: 8), #"{"method":"omp","nonzeroLimit":8}"#),
        (.lca(steps: 50), #"{"method":"lca","steps":50}"#),
        (.lca(steps: 50, rate: 0.125), #"{"method":"lca","rate":0.125,"steps":50}"#),
    ]

    @Test(arguments: texts)
    func isReadableJSON(inference: Inference, text: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        #expect(String(decoding: try encoder.encode(inference), as: UTF8.self) == text)
        #expect(try JSONDecoder().decode(Inference.self, from: Data(text.utf8)) == inference)
        #expect(inference.problem == nil)
    }

    @Test(arguments: [
        "{}", #"{"method":"guess"}"#, #"{"method":"fista"}"#, #"{"method":"omp","steps":3}"#,
        #"{"iterations":3}"#, #"{"method":"lca","steps":"many"}"#,
    ])
    func refusesOtherJSON(text: String) {
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(Inference.self, from: Data(text.utf8))
        }
    }
}
