internal import Digests

/// Gives flagged images names that are safe as folder names, stable from run to run and
/// never equal.
package struct ImageIdentifiers {
    private var taken: Set<String> = []

    /// Starts with no names.
    package init() {}

    /// Returns the name for the next image.
    ///
    /// A readable part of the file name and eight digits of the path's digest; a number
    /// follows where an earlier image has that name already, which takes the same path or two
    /// digests that agree by chance. Upper and lower case are not told apart, because some
    /// file systems don't.
    ///
    /// - Parameter path: The image's path, relative to the scanned folder.
    /// - Returns: ASCII letters, digits, `-` and `_`; at most 80 characters.
    package mutating func identifier(for path: String) -> String {
        let name = next(for: path)
        taken.insert(name.lowercased())
        return name
    }

    /// The name that ``identifier(for:)`` would return now.
    package func next(for path: String) -> String {
        let digest = SHA256Digest(of: Array(path.utf8)).prefix(hexDigits: 8)
        let base = "\(Self.stem(of: path))-\(digest)"
        var name = base
        var number = 2
        while taken.contains(name.lowercased()) {
            name = "\(base)-\(number)"
            number += 1
        }
        return name
    }

    /// Whether an image has the name.
    package func isTaken(_ name: String) -> Bool { taken.contains(name.lowercased()) }

    /// Whether a name has the form that this type gives.
    package static func isIdentifier(_ name: String) -> Bool {
        name.utf8.count <= 80
            && name.wholeMatch(of: /[A-Za-z0-9_]+(-[A-Za-z0-9_]+)*-[0-9a-f]{8}(-[0-9]+)?/) != nil
    }

    /// The file name without its extension, other characters than ASCII letters and digits
    /// replaced by single `_`.
    private static func stem(of path: String) -> String {
        var file = path.utf8.split(separator: UInt8(ascii: "/")).last ?? path.utf8[...]
        if let dot = file.lastIndex(of: UInt8(ascii: ".")), dot != file.startIndex {
            file = file[..<dot]
        }
        var stem = ""
        for byte in file.prefix(256) {
            let scalar = Unicode.Scalar(byte)
            switch scalar {
            case "A"..."Z", "a"..."z", "0"..."9":
                stem.unicodeScalars.append(scalar)
            case "-" where !stem.isEmpty && !stem.hasSuffix("-") && !stem.hasSuffix("_"):
                stem.append("-")
            default:
                if !stem.isEmpty, !stem.hasSuffix("_"), !stem.hasSuffix("-") { stem.append("_") }
            }
            if stem.utf8.count == 48 { break }
        }
        while stem.hasSuffix("_") || stem.hasSuffix("-") { stem.removeLast() }
        return stem.isEmpty ? "image" : stem
    }
}
