import Foundation
import ModelFile
import Tensors
import Testing

/// What `Golden/make.py` writes and reads.
func goldenContent() throws -> SafeTensors {
    SafeTensors(
        tensors: [
            "layer1.atoms": try Tensor(
                shape: [3, 4],
                values: (0..<12).map { Float($0) / 8 - 0.5 }
            ),
            "layer1.loadings": Tensor(
                BFloat16Matrix(
                    rounding: try Matrix(
                        rows: 2,
                        columns: 3,
                        elements: [
                            1, -0.0, 3.3895314e38, -1.0078125, Float(bitPattern: 0x2_0000), 0.1,
                        ]
                    )
                )
            ),
            "layer1.rates": Tensor([1e-30, -0.0, .greatestFiniteMagnitude]),
            "Ångström \"quoted\"\n": try Tensor(shape: [2, 1, 1], values: [0.1, 0.2]),
            "empty": try Tensor(shape: [0, 7], values: []),
            "scalar": try Tensor(shape: [], values: [2.5]),
        ],
        metadata: ["note": "a/b \\ \"c\"\n\té", "zwei": ""]
    )
}

/// The bytes of a golden file.
func golden(_ name: String) throws -> [UInt8] {
    let folder = try #require(Bundle.module.url(forResource: "Golden", withExtension: nil))
    return Array(try Data(contentsOf: folder.appendingPathComponent(name)))
}

/// A safetensors file from its parts, right or wrong.
func safetensors(_ header: String, data: [UInt8] = [], length: UInt64? = nil) -> [UInt8] {
    let text = Array(header.utf8)
    let length = length ?? UInt64(text.count)
    return (0..<8).map { UInt8(truncatingIfNeeded: length >> ($0 * 8)) } + text + data
}

/// A folder for one test, removed with everything in it.
func withTemporaryFolder(_ body: (String) throws -> Void) throws {
    let url = FileManager.default.temporaryDirectory
        .appendingPathComponent("residua-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: url) }
    try body(url.path)
}
