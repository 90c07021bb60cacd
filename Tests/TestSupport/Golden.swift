public import Foundation

/// The stored results of one test target, in its folder `Golden`.
///
/// A result that differs is written under `.build/golden-failures`, and the error says which
/// command accepts it.
public struct Golden: Sendable {
    /// A result that differs from the stored one.
    public struct Mismatch: Error, CustomStringConvertible {
        /// What differs, and how to accept it.
        public let description: String
    }

    private let stored: URL
    private let target: String
    private let sources: URL
    private let failures: URL

    /// Creates the store of the calling test target.
    ///
    /// - Parameters:
    ///   - bundle: The target's resources: `Bundle.module`.
    ///   - testFile: A file right in the target's folder `Tests/<target>`.
    /// - Throws: ``Mismatch`` when the bundle holds no folder `Golden`.
    public init(_ bundle: Bundle, testFile: String = #filePath) throws {
        guard let folder = bundle.url(forResource: "Golden", withExtension: nil) else {
            throw Mismatch(description: "no folder Golden in \(bundle.bundlePath)")
        }
        let targetFolder = URL(filePath: testFile).deletingLastPathComponent()
        let root = targetFolder.deletingLastPathComponent().deletingLastPathComponent()
        self.init(
            stored: folder,
            target: targetFolder.lastPathComponent,
            sources: targetFolder.appending(path: "Golden"),
            failures: root.appending(path: ".build/golden-failures")
        )
    }

    /// Creates a store from its folders.
    ///
    /// - Parameters:
    ///   - stored: Where results are compared with.
    ///   - target: The name of the test target.
    ///   - sources: Where an accepted result belongs.
    ///   - failures: Where results that differ are put, below the target's name.
    public init(stored: URL, target: String, sources: URL, failures: URL) {
        self.stored = stored
        self.target = target
        self.sources = sources
        self.failures = failures
    }

    /// Returns the path of a stored file.
    public func path(_ name: String) -> String {
        stored.appending(path: name).path(percentEncoded: false)
    }

    /// Reads a stored file.
    public func bytes(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: stored.appending(path: name)))
    }

    /// Throws ``Mismatch`` unless the bytes are the stored ones.
    public func check(bytes actual: some Sequence<UInt8>, against name: String) throws {
        let actual = Array(actual)
        try check(actual, against: name) { expected in
            if expected == actual { return nil }
            let place = zip(expected, actual).enumerated().first { $0.element.0 != $0.element.1 }
            let offset = place?.offset ?? min(expected.count, actual.count)
            return "differs from byte \(offset) on (\(actual.count) bytes, not \(expected.count))"
        }
    }

    /// Throws ``Mismatch`` unless the text is the stored one.
    public func check(text actual: String, against name: String) throws {
        try check(Array(actual.utf8), against: name) { bytes in
            let expected = String(decoding: bytes, as: UTF8.self)
            if expected == actual { return nil }
            let mine = actual.split(separator: "\n", omittingEmptySubsequences: false)
            let theirs = expected.split(separator: "\n", omittingEmptySubsequences: false)
            for line in 0..<max(mine.count, theirs.count) {
                let left = line < mine.count ? "\"\(mine[line])\"" : "nothing"
                let right = line < theirs.count ? "\"\(theirs[line])\"" : "nothing"
                if left != right { return "line \(line + 1) is \(left), not \(right)" }
            }
            return "differs in its bytes"
        }
    }

    /// Throws ``Mismatch`` unless the JSON text says the same as the stored one.
    ///
    /// - Parameters:
    ///   - actual: A JSON text.
    ///   - name: The stored file.
    ///   - tolerance: How far numbers may be apart, relative to the larger one or to 1.
    /// - Throws: ``Mismatch``, or `DecodingError` when one of them is not JSON.
    public func check(
        json actual: some Sequence<UInt8>,
        against name: String,
        tolerance: Double = 0
    ) throws {
        let actual = Array(actual)
        try check(actual, against: name) { bytes in
            try JSONValue(parsing: actual).difference(
                from: JSONValue(parsing: bytes),
                tolerance: tolerance
            )
        }
    }

    private func check(
        _ actual: [UInt8],
        against name: String,
        difference: ([UInt8]) throws -> String?
    ) throws {
        let reason: String?
        if let expected = try? bytes(name) {
            reason = try difference(expected)
        } else {
            reason = "is not stored yet"
        }
        guard let reason else { return }

        let failure = failures.appending(path: target).appending(path: name)
        try FileManager.default.createDirectory(
            at: failure.deletingLastPathComponent(),
            withIntermediateDirectories: true
        )
        try Data(actual).write(to: failure)
        let accepted = sources.appending(path: name)
        throw Mismatch(
            description: """
                \(name) \(reason)
                to accept it: cp '\(failure.path(percentEncoded: false))' \
                '\(accepted.path(percentEncoded: false))'
                """
        )
    }
}
