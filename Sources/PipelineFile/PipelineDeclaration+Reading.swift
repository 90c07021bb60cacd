internal import Files
internal import Scoring

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

extension PipelineDeclaration {
    /// The most bytes of a pipeline file.
    public static let byteLimit = 1 << 20

    /// The version of pipeline files that is read.
    public static let version = 1

    /// Reads a pipeline file, and nothing else.
    ///
    /// Relative paths in it start at the folder that `path` names, also where the file is a link.
    ///
    /// - Parameters:
    ///   - path: The file; a relative path starts at the working folder.
    ///   - environment: The variables that may be put into values.
    /// - Returns: The declaration, with defaults for what the file does not give.
    /// - Throws: ``PipelineFileError`` with everything that is wrong with the file.
    public static func read(
        path: String,
        environment: [String: String]
    ) throws(PipelineFileError) -> PipelineDeclaration {
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try InputFile.read(path, limit: byteLimit)
        } catch {
            let message =
                error.code == EFBIG
                ? "larger than \(byteLimit) bytes, which no pipeline file is" : error.description
            throw PipelineFileError(
                file: path,
                problems: [PipelineFileProblem(nil, "", message)]
            )
        }
        let folder = FilePaths.folder(of: path)
        return try parse(
            bytes,
            file: path,
            folder: folder.hasPrefix("/") ? folder : workingFolder + "/" + folder,
            environment: environment
        )
    }

    /// Reads the content of a pipeline file.
    ///
    /// - Parameters:
    ///   - bytes: The content: UTF-8, a byte order mark may stand first.
    ///   - file: The name of the file, for errors and for the name of the ledger.
    ///   - folder: The absolute path of the folder that relative paths start at.
    ///   - environment: The variables that may be put into values.
    /// - Returns: The declaration, with defaults for what the file does not give.
    /// - Throws: ``PipelineFileError`` with everything that is wrong with the content.
    public static func parse(
        _ bytes: [UInt8],
        file: String,
        folder: String,
        environment: [String: String]
    ) throws(PipelineFileError) -> PipelineDeclaration {
        let reading = FileReading(folder: folder)
        do throws(YAMLFailure) {
            let root = try tree(of: bytes, environment: environment, problems: reading.problems)
            let declaration = PipelineReader(root, file: file, reading: reading).declaration()
            if let declaration, reading.problems.isEmpty { return declaration }
        } catch {
            // What the same line seems to have besides is likely an effect of the one cause.
            if let line = error.position?.line { reading.problems.remove(line: line) }
            reading.problems.add(error.position, "", error.message)
        }
        throw PipelineFileError(file: file, problems: reading.problems.sorted)
    }

    private static func tree(
        of bytes: [UInt8],
        environment: [String: String],
        problems: ProblemLog
    ) throws(YAMLFailure) -> YAMLNode {
        guard bytes.count <= byteLimit else {
            throw YAMLFailure(nil, "larger than \(byteLimit) bytes, which no pipeline file is")
        }
        let text = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
        if String(validating: text, as: UTF8.self) == nil {
            throw YAMLFailure(SourcePosition(ofFirstStrayByteIn: text), "not UTF-8")
        }
        do throws(YAMLFailure) {
            guard
                let root = try YAMLComposer.compose(
                    text,
                    environment: environment,
                    problems: problems
                )
            else { throw YAMLFailure(nil, "the file is empty") }
            return root
        } catch {
            throw error.advised(on: text)
        }
    }

    private static var workingFolder: String {
        guard let path = unsafe getcwd(nil, 0) else { return "." }
        defer { unsafe free(path) }
        return unsafe String(cString: path)
    }
}

extension SourcePosition {
    /// The place of the first byte that belongs to no character of UTF-8.
    fileprivate init(ofFirstStrayByteIn text: ArraySlice<UInt8>) {
        var (line, column) = (1, 1)
        for unit in PathCharacters.units(of: text) {
            if unit > 0x10_FFFF { break }
            (line, column) = unit == 0x0A ? (line + 1, 1) : (line, column + 1)
        }
        self.init(line: line, column: column)
    }
}

extension YAMLFailure {
    /// The failure with advice on what often causes it.
    fileprivate func advised(on text: ArraySlice<UInt8>) -> YAMLFailure {
        guard let position else { return self }
        let lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        guard lines.indices.contains(position.line - 1) else { return self }
        let line = lines[position.line - 1]
        let advice: String
        if message.contains("an alias") || message.contains("this alias") {
            advice = "; a text that starts with * needs quotes"
        } else if line.prefix(while: { $0 == 0x20 || $0 == 0x09 }).contains(0x09) {
            advice = "; tabs can't indent, use spaces"
        } else if message.hasPrefix("not YAML"), line.firstRange(of: Array("${".utf8)) != nil {
            advice = "; inside of [ ] and { } a variable needs quotes: \"${NAME}\""
        } else {
            return self
        }
        return YAMLFailure(position, message + advice)
    }
}
