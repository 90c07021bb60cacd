import Digests
import Foundation
import Testing

@Suite struct SHA256Tests {
    struct Case: Sendable, CustomTestStringConvertible {
        let message: [UInt8]
        let digest: String
        var testDescription: String { "\(message.count) bytes" }
    }

    /// `Golden/digests.txt`, made by `Golden/make.py`.
    static let cases: [Case] = {
        let folder = Bundle.module.url(forResource: "Golden", withExtension: nil)
        let text = folder.flatMap {
            try? String(contentsOf: $0.appendingPathComponent("digests.txt"), encoding: .utf8)
        }
        return (text ?? "").split(separator: "\n").map { line in
            let parts = line.split(separator: " ")
            let message = (0..<(Int(parts[0]) ?? 0)).map { UInt8(truncatingIfNeeded: 7 * $0 + 3) }
            return Case(message: message, digest: String(parts[1]))
        }
    }()

    @Test func hasCases() {
        #expect(Self.cases.count == 12)
    }

    @Test(arguments: cases)
    func matchesHashlib(example: Case) {
        let digest = SHA256Digest(of: example.message)
        #expect(digest.description == example.digest)
        #expect(digest.prefix(hexDigits: 8) == String(example.digest.prefix(8)))
    }

    @Test(arguments: cases)
    func doesNotDependOnThePieces(example: Case) {
        var hasher = SHA256Hasher()
        for start in stride(from: 0, to: example.message.count, by: 61) {
            hasher.update(example.message[start...].prefix(61))
        }
        #expect(hasher.finalize().description == example.digest)
        hasher.update(example.message.lazy.map { $0 })
        #expect(
            hasher.finalize() == SHA256Digest(of: example.message + example.message)
        )
    }

    @Test(arguments: cases)
    func readsBackWhatWasKept(example: Case) {
        let digest = SHA256Digest(of: example.message)
        #expect(SHA256Digest(bytes: digest.bytes) == digest)
        #expect(SHA256Digest(hexDigits: example.digest) == digest)
        #expect(SHA256Digest(hexDigits: example.digest.uppercased()) == digest)
    }

    @Test func refusesWhatIsNoDigest() {
        let digits = String(repeating: "0", count: 64)
        #expect(SHA256Digest(hexDigits: digits) != nil)
        #expect(SHA256Digest(hexDigits: digits + "00") == nil)
        #expect(SHA256Digest(hexDigits: String(digits.dropLast())) == nil)
        for wrong in ["g", "G", "/", ":", "@", "`", " ", "+"] {
            #expect(SHA256Digest(hexDigits: digits.dropLast() + wrong) == nil)
        }
        #expect(SHA256Digest(bytes: [UInt8](repeating: 0, count: 31)) == nil)
        #expect(SHA256Digest(bytes: [UInt8](repeating: 0, count: 33)) == nil)
    }
}
