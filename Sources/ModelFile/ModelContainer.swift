internal import Digests
internal import Dispatch
internal import Files
internal import Synchronization

/// A safetensors file with a format version and a digest of its whole content.
///
/// What the tensors and texts mean is not known here.
public enum ModelContainer {
    /// The format version that this program writes, and the only one that it reads.
    public static let formatVersion = 1
    /// The text that holds the format version.
    public static let versionKey = "residua_format_version"
    /// The text that holds the digest of the file with this digest replaced by zeros.
    public static let digestKey = "content_sha256"
    /// The largest model file that is read, in bytes.
    public static let maximumFileSize = 2_000_000_000

    /// Returns the bytes of a model file; the version and the digest are added to the texts.
    ///
    /// - Throws: ``ModelFileError`` as ``SafeTensors/encoded()`` does.
    public static func encode(_ content: SafeTensors) throws(ModelFileError) -> [UInt8] {
        var content = content
        content.metadata[versionKey] = String(formatVersion)
        content.metadata[digestKey] = try digest(of: content)
        return try content.encoded()
    }

    /// Reads a model file; the version and the digest are left out of the texts.
    ///
    /// - Throws: ``ModelFileError`` naming what is wrong; the version is checked before
    ///   anything that another version might write differently.
    public static func decode(_ file: [UInt8]) throws(ModelFileError) -> SafeTensors {
        let header = try SafeTensorsHeader(reading: file)
        guard let version = header.metadata[versionKey] else {
            throw .notAModel(reason: "it is a safetensors file of another program")
        }
        guard version == String(formatVersion) else {
            let isNumber = version.utf8.count < 20 && Int(version) != nil
            let found = isNumber ? version : ModelFileError.quoted(version)
            throw .unsupportedVersion(found: found, supported: formatVersion)
        }
        guard let expected = header.metadata[digestKey] else {
            throw .missingMetadata(key: digestKey)
        }
        var content = try SafeTensors(reading: file, header: header)
        let actual = try digest(of: file, header: header, naming: expected)
        guard actual == expected else {
            throw .digestMismatch(expected: expected, actual: actual)
        }
        content.metadata[versionKey] = nil
        content.metadata[digestKey] = nil
        return content
    }

    /// Writes a model file atomically.
    ///
    /// - Returns: The digest of the file, 64 hexadecimal digits.
    /// - Throws: ``ModelFileError``; the file at `path` is then as it was.
    @discardableResult
    public static func write(
        _ content: SafeTensors,
        to path: String
    ) throws(ModelFileError) -> String {
        let file = try encode(content)
        do throws(FileError) {
            try AtomicFile.write(file, to: path)
        } catch {
            throw .file(error)
        }
        return SHA256Digest(of: file).description
    }

    /// Reads a model file.
    ///
    /// - Returns: The content, and the digest of the file in 64 hexadecimal digits.
    /// - Throws: ``ModelFileError``.
    public static func read(
        _ path: String
    ) throws(ModelFileError) -> (content: SafeTensors, sha256: String) {
        let file: [UInt8]
        do throws(FileError) {
            file = try InputFile.read(path, limit: maximumFileSize)
        } catch {
            throw .file(error)
        }
        // Start-up waits for this: the file's own digest is taken beside the decoding.
        let decoded = Mutex<Result<SafeTensors, ModelFileError>?>(nil)
        let sha256 = Mutex("")
        DispatchQueue.concurrentPerform(iterations: 2) { part in
            if part == 0 {
                let result = Result { () throws(ModelFileError) in try decode(file) }
                decoded.withLock { $0 = result }
            } else {
                let digest = SHA256Digest(of: file).description
                sha256.withLock { $0 = digest }
            }
        }
        guard let result = decoded.withLock({ $0 }) else { preconditionFailure("not decoded") }
        return (try result.get(), sha256.withLock { $0 })
    }

    /// The digest of a file with zeros in place of the digest that it names.
    private static func digest(
        of file: [UInt8],
        header: SafeTensorsHeader,
        naming expected: String
    ) throws(ModelFileError) -> String {
        // As the text stands in the file, a JSON string needs no escapes: 64 hexadecimal digits.
        let text = Array("\"\(digestKey)\":\"\(expected)\"".utf8)
        let head = file[..<header.dataStart]
        guard expected.utf8.count == 64, let place = head.firstRange(of: text) else {
            throw .digestMismatch(expected: expected, actual: "none in the header")
        }
        let value = place.upperBound - 65
        var hasher = SHA256Hasher()
        hasher.update(file[..<value])
        hasher.update([UInt8](repeating: UInt8(ascii: "0"), count: 64))
        hasher.update(file[(value + 64)...])
        return hasher.finalize().description
    }

    /// The digest of a file that holds `content`, with zeros in place of its digest.
    private static func digest(of content: SafeTensors) throws(ModelFileError) -> String {
        var content = content
        content.metadata[digestKey] = String(repeating: "0", count: 64)
        return SHA256Digest(of: try content.encoded()).description
    }
}
