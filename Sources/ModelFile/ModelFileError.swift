public import Files

/// Why a model file can't be read or written.
public enum ModelFileError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The file itself can't be read or written.
    case file(FileError)
    /// The bytes are something else than a model.
    case notAModel(reason: String)
    /// The file ends early; both are in bytes.
    case truncated(expected: Int, actual: Int)
    /// The file was written by a program of another format version.
    case unsupportedVersion(found: String, supported: Int)
    /// The content is not what was written.
    case digestMismatch(expected: String, actual: String)
    /// The header breaks the rules of the safetensors format.
    case invalidHeader(reason: String)
    /// A tensor breaks the rules of the format or holds numbers that no model has.
    case badTensor(name: String, reason: String)
    /// A tensor that every model has is not there.
    case missingTensor(name: String)
    /// A tensor has another shape than the model needs; `nil` stands for any size.
    case wrongShape(name: String, expected: [Int?], actual: [Int])
    /// An entry that every model card has is not there.
    case missingMetadata(key: String)
    /// An entry of the model card can't be understood.
    case badMetadata(key: String, reason: String)

    /// One line for a person: what is wrong, where, and what to do.
    ///
    /// What it says of a file's own texts has no control characters and a bounded length.
    public var description: String {
        switch self {
        case .file(let error):
            error.description
        case .notAModel(let reason):
            "not a Residua model: \(Self.line(reason)); give a file that `residua train` wrote"
        case .truncated(let expected, let actual):
            "the model file is cut short: \(actual) of \(expected) bytes; copy it again or train anew"
        case .unsupportedVersion(let found, let supported):
            "the model file has format version \(Self.line(found)) and this program reads version "
                + "\(supported); train anew or use the program that wrote it"
        case .digestMismatch(let expected, let actual):
            "the model file is damaged: its content has SHA-256 \(Self.line(actual, 16)), "
                + "written was \(Self.line(expected, 16)); copy it again or train anew"
        case .invalidHeader(let reason):
            "the model file has an invalid header: \(Self.line(reason)); copy it again or train anew"
        case .badTensor(let name, let reason):
            "tensor \(Self.quoted(name)) in the model file is invalid: \(Self.line(reason))"
        case .missingTensor(let name):
            "the model file lacks tensor \(Self.quoted(name)); train anew"
        case .wrongShape(let name, let expected, let actual):
            "tensor \(Self.quoted(name)) has shape \(actual), expected "
                + "[\(expected.map { $0.map(String.init) ?? "any" }.joined(separator: ", "))]"
        case .missingMetadata(let key):
            "the model card lacks \(Self.quoted(key)); train anew"
        case .badMetadata(let key, let reason):
            "\(Self.quoted(key)) in the model card is invalid: \(Self.line(reason))"
        }
    }

    /// A name from a file, on one line and of bounded length.
    static func quoted(_ name: String) -> String {
        let text = line(name, 80)
        return text.hasSuffix("...") ? "\"\(text.dropLast(3))\"..." : "\"\(text)\""
    }

    /// A text from a file without control characters and of a bounded length.
    static func line(_ text: String, _ limit: Int = 400) -> String {
        // Counted in scalars: a single character may be made of any number of them.
        let start = text.unicodeScalars.prefix(limit)
            .map { scalar in
                switch scalar.properties.generalCategory {
                case .control, .format, .lineSeparator, .paragraphSeparator:
                    scalar.escaped(asASCII: true)
                default: String(scalar)
                }
            }
            .joined()
        return text.unicodeScalars.dropFirst(limit).isEmpty ? start : start + "..."
    }

    /// Why a JSON text is not what it should be.
    ///
    /// - Parameters:
    ///   - error: What the decoder threw.
    ///   - whole: What to say where no place in the text is to blame.
    /// - Returns: The place in the text and what it lacks, without its values.
    static func reason(of error: any Error, whole: String) -> String {
        guard let error = error as? DecodingError else { return "it is not JSON" }
        let context: DecodingError.Context
        var lacking: String?
        switch error {
        case .keyNotFound(let key, let found):
            context = found
            lacking = key.stringValue
        case .dataCorrupted(let found), .typeMismatch(_, let found), .valueNotFound(_, let found):
            context = found
        @unknown default: return "it can't be understood"
        }
        let place = context.codingPath.suffix(8).map { quoted($0.stringValue) }
            .joined(separator: ", ")
        if let lacking {
            return "it lacks \(quoted(lacking))" + (place.isEmpty ? "" : " at \(place)")
        }
        return place.isEmpty ? whole : "at \(place)"
    }
}
