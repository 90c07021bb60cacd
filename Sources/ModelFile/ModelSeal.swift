internal import Digests
internal import Dispatch
internal import Files
internal import Synchronization

/// The check of a model file by the digest at its end and of its largest tensors, which goes on beside other work.
///
/// Until ``sha256()`` has returned, what was read from the file may be damaged, and the numbers that lie in it may be
/// none: they may be computed with, but nothing that comes of it may be shown or stored.
public final class ModelSeal: Sendable {
    // A queue of its own has a thread of its own: who waits for it may hold up all others.
    private let queue = DispatchQueue(label: "residua.model-seal")
    private let outcome = Mutex<Result<String, ModelFileError>?>(nil)

    /// Begins to check a file that ends with a seal.
    ///
    /// - Parameters:
    ///   - file: The file.
    ///   - tensors: Those of the file whose numbers nobody has looked at.
    init(of file: FileContent, with tensors: [String: Tensor]) {
        queue.async {
            let outcome = Self.check(file).flatMap { sha256 in
                do throws(ModelFileError) {
                    for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) {
                        try SafeTensors.checkFinite(tensor, name: name)
                    }
                    return .success(sha256)
                } catch {
                    return .failure(error)
                }
            }
            self.outcome.withLock { $0 = outcome }
        }
    }

    /// Waits for the check.
    ///
    /// - Returns: The SHA-256 of the whole file, 64 hexadecimal digits.
    /// - Throws: ``ModelFileError/digestMismatch(expected:actual:)`` when the content is not what was written, else
    ///   ``ModelFileError/badTensor(name:reason:)`` when a number of it is not finite.
    public func sha256() throws(ModelFileError) -> String {
        queue.sync {}
        guard let outcome = outcome.withLock({ $0 }) else { preconditionFailure("not checked") }
        return try outcome.get()
    }

    /// Takes both digests in one pass: the file's goes on where that of its content ends.
    private static func check(_ file: FileContent) -> Result<String, ModelFileError> {
        file.withUnsafeBytes { bytes in
            let end = bytes.count - SafeTensorsHeader.sealCount
            var hasher = SHA256Hasher()
            hasher.update(bytes[..<end])
            let actual = hasher.finalize()
            guard let expected = SHA256Digest(bytes: Array(bytes[end...])) else {
                preconditionFailure("a seal has the bytes of a digest")
            }
            guard actual == expected else {
                return .failure(
                    .digestMismatch(expected: "\(expected)", actual: "\(actual)")
                )
            }
            hasher.update(bytes[end...])
            return .success(hasher.finalize().description)
        }
    }
}
