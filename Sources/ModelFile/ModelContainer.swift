internal import Digests
internal import Files

/// A safetensors file with a format version, and at its end a digest of all that comes before.
///
/// What the tensors and texts mean is not known here. The digest is the last tensor, so that one pass over the file
/// gives it and the SHA-256 of the whole file, a model's identity.
public enum ModelContainer {
    /// The format version that this program writes, and the only one that it reads.
    ///
    /// - 1: Single precision throughout, the digest among the texts.
    /// - 2: What positions have in bfloat16, the digest at the end.
    /// - 3: Images are normalised by their mean absolute deviation, not by their standard deviation.
    public static let formatVersion = 3
    /// The text that holds the format version.
    public static let versionKey = "residua_format_version"
    /// The last tensor, 32 bytes: the SHA-256 of all bytes before it.
    public static var digestName: String { SafeTensorsHeader.sealName }
    /// The largest model file that is read, in bytes.
    public static let maximumFileSize = 2_000_000_000

    /// Returns the bytes of a model file; the version is added to the texts and the digest at the end.
    ///
    /// - Throws: ``ModelFileError`` as ``SafeTensors/encoded()`` does.
    public static func encode(_ content: SafeTensors) throws(ModelFileError) -> [UInt8] {
        var content = content
        content.metadata[versionKey] = String(formatVersion)
        var file = try content.encoded(followedBy: (digestName, SafeTensorsHeader.sealCount))
        file += SHA256Digest(of: file).bytes
        return file
    }

    /// Reads a model file; the version and the digest are left out of the content.
    ///
    /// - Throws: ``ModelFileError`` naming what is wrong; the version is checked before
    ///   anything that another version might write differently.
    public static func decode(_ file: [UInt8]) throws(ModelFileError) -> SafeTensors {
        let (content, seal) = try decode(FileContent(file))
        _ = try seal.sha256()
        return content
    }

    private static func decode(
        _ file: FileContent
    ) throws(ModelFileError) -> (content: SafeTensors, seal: ModelSeal) {
        let header = try SafeTensorsHeader(reading: file)
        guard let version = header.metadata[versionKey] else {
            throw .notAModel(reason: "it is a safetensors file of another program")
        }
        guard version == String(formatVersion) else {
            let isNumber = version.utf8.count < 20 && Int(version) != nil
            let found = isNumber ? version : ModelFileError.quoted(version)
            throw .unsupportedVersion(found: found, supported: formatVersion)
        }
        guard header.isSealed else { throw .missingTensor(name: digestName) }
        // Large tensors are looked at where the digest passes by them.
        var content = try SafeTensors(reading: file, header: header, unchecked: .bfloat16)
        let seal = ModelSeal(
            of: file,
            with: content.tensors.filter { $0.value.elementType == .bfloat16 }
        )
        content.metadata[versionKey] = nil
        return (content, seal)
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

    /// Opens a model file, whose digest is checked meanwhile.
    ///
    /// - Returns: The content, of which nothing may be shown before the seal is known to be right.
    /// - Throws: ``ModelFileError``.
    public static func open(
        _ path: String
    ) throws(ModelFileError) -> (content: SafeTensors, seal: ModelSeal) {
        let file: FileContent
        do throws(FileError) {
            file = try FileContent(path, limit: maximumFileSize)
        } catch {
            throw .file(error)
        }
        return try decode(file)
    }

    /// Reads a model file.
    ///
    /// - Returns: The content, and the digest of the file in 64 hexadecimal digits.
    /// - Throws: ``ModelFileError``.
    public static func read(
        _ path: String
    ) throws(ModelFileError) -> (content: SafeTensors, sha256: String) {
        let (content, seal) = try open(path)
        return (content, try seal.sha256())
    }
}
