import Foundation
import Testing

/// Numbers that other programs made of stored inputs; the script beside them says how.
enum GoldenNumbers {
    static func read<Content: Decodable>(_ type: Content.Type, _ name: String) throws -> Content {
        let folder = try #require(Bundle.module.url(forResource: "Golden", withExtension: nil))
        return try JSONDecoder().decode(
            type,
            from: Data(contentsOf: folder.appendingPathComponent(name))
        )
    }
}
