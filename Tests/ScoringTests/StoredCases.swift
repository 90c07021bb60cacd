import Testing

#if canImport(FoundationEssentials)
    import FoundationEssentials
    import class Foundation.Bundle
#else
    import Foundation
#endif

/// A case of a golden file, made by `Golden/make_goldens.py`.
protocol StoredCase: Decodable, Sendable, CustomTestStringConvertible {
    static var file: String { get }
    var name: String { get }
}

extension StoredCase {
    var testDescription: String { name }

    static func all() throws -> [Self] {
        let folder = try #require(Bundle.module.url(forResource: "Golden", withExtension: nil))
        let data = try Data(contentsOf: folder.appendingPathComponent(file))
        return try JSONDecoder().decode([Self].self, from: data)
    }
}

/// Labels from a string of ones and zeros.
func labels(_ bits: String) -> [Bool] { bits.map { $0 == "1" } }

/// Whether two numbers are both missing or closer than `tolerance`.
func agrees(_ actual: Double?, _ expected: Double?, within tolerance: Double) -> Bool {
    guard let actual, let expected else { return actual == nil && expected == nil }
    return abs(actual - expected) <= tolerance
}
