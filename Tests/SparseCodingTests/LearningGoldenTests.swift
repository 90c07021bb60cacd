import Foundation
import SparseCoding
import Tensors
import Testing

/// Samples and what scikit-learn learned from them, made by `Golden/make_goldens_learning.py`.
@Suite struct LearningGoldenTests {
    struct Case: Decodable, Sendable, CustomTestStringConvertible {
        let name: String
        let signed: Bool
        let penalty: Float
        let components: Int
        let samples: Data
        let atoms: Data
        let objective: Double

        var testDescription: String { name }

        /// Little-endian numbers as rows of `components`.
        func matrix(_ data: Data) -> Matrix {
            let bytes = [UInt8](data)
            var result = Matrix(rows: bytes.count / 4 / components, columns: components)
            for index in result.elements.indices {
                let bits = (0..<4).reduce(UInt32(0)) { bits, byte in
                    bits | UInt32(bytes[4 * index + byte]) << (8 * byte)
                }
                result.elements[index] = Float(bitPattern: bits)
            }
            return result
        }
    }

    struct Stored: Decodable {
        let cases: [Case]
    }

    static func load(_ name: String) throws -> Case {
        let folder = try #require(Bundle.module.url(forResource: "Golden", withExtension: nil))
        let data = try Data(contentsOf: folder.appending(path: "learning.json"))
        return try #require(
            try JSONDecoder().decode(Stored.self, from: data).cases.first { $0.name == name }
        )
    }

    static func learner(_ stored: Case) -> OnlineDictionaryLearner {
        OnlineDictionaryLearner(
            atoms: 40,
            signed: stored.signed,
            penalty: stored.penalty,
            passes: 100,
            minibatch: 64
        )
    }

    @Test(
        "codes have scikit-learn's objective at scikit-learn's atoms",
        arguments: ["signed", "non-negative"]
    )
    func codesAgree(name: String) throws {
        let stored = try Self.load(name)
        let samples = stored.matrix(stored.samples)
        let dictionary = try #require(AtomDictionary(unitAtoms: stored.matrix(stored.atoms)))
        #expect(samples.rows == 480 && dictionary.count == 40)
        let found = Self.learner(stored)
            .statistics(of: samples, dictionary: dictionary, kernels: .best)
            .objective(of: dictionary, penalty: stored.penalty)
        #expect(abs(found / 480 - stored.objective) < 1e-4 * stored.objective)
    }

    @Test(
        "the learned atoms' objective is at most 2 % above scikit-learn's best of three",
        arguments: ["signed", "non-negative"],
        [1, 2, 3] as [UInt64]
    )
    func objectiveAgrees(name: String, seed: UInt64) throws {
        let stored = try Self.load(name)
        let samples = stored.matrix(stored.samples)
        let learned = Self.learner(stored).learn(from: samples, seed: seed, kernels: .best)
        let objective = ReferenceLasso(
            learned.dictionary,
            penalty: Double(stored.penalty),
            signed: stored.signed
        ).meanObjective(samples)
        #expect(objective < 1.02 * stored.objective)
        // Much less would mean that the two don't measure the same.
        #expect(objective > 0.95 * stored.objective)
    }
}
