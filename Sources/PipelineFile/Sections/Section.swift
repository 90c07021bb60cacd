/// What reading a file needs and finds.
final class FileReading {
    /// The folder that relative paths start from.
    let folder: String
    let problems = ProblemLog()
    /// The paths of the keys that the file gives.
    var given: Set<String> = []

    init(folder: String) { self.folder = folder }
}

/// A mapping of the file that is read by known keys.
struct Section {
    /// Its key path; empty at the top.
    let path: String
    let position: SourcePosition
    let reading: FileReading
    private let values: [String: YAMLNode]
    /// Known keys that unknown ones here were likely meant to be.
    private let suggested: Set<String>

    /// Opens a mapping and reports its unknown keys.
    ///
    /// A node that is null, or none, reads as a section without keys; anything else but a mapping is
    /// reported and reads the same.
    init(
        _ node: YAMLNode?,
        path: String,
        at position: SourcePosition,
        keys: [String],
        reading: FileReading
    ) {
        self.path = path
        self.position = position
        self.reading = reading
        var values: [String: YAMLNode] = [:]
        var suggested: Set<String> = []
        switch node?.content {
        case .mapping(let entries):
            for entry in entries {
                if keys.contains(entry.key) {
                    values[entry.key] = entry.value
                    reading.given.insert(path.appending(key: entry.key))
                } else if !reading.problems.isFull {
                    reading.problems.addUnknownKey(entry, in: path, names: keys)
                    if let near = Suggestion.nearest(to: entry.key, in: keys) {
                        suggested.insert(near)
                    }
                }
            }
        case nil: break
        default:
            if let node, !node.isNull {
                if case .scalar(let scalar) = node.content, scalar.isUnusable { break }
                reading.problems.add(
                    node.position,
                    path,
                    "found \(node.phrase), want keys with values: \(keys.listed)"
                )
                suggested.formUnion(keys)
            }
        }
        self.values = values
        self.suggested = suggested
    }

    /// Whether the key is given here.
    func has(_ key: String) -> Bool { values[key] != nil }

    /// The value of a key, or nil.
    func node(_ key: String) -> YAMLNode? { values[key] }

    /// The section under a key of this one.
    func section(_ key: String, keys: [String]) -> Section {
        Section(
            values[key],
            path: path.appending(key: key),
            at: values[key]?.position ?? position,
            keys: keys,
            reading: reading
        )
    }

    /// Reports what is wrong with a key's value, or with the section where the key is not given.
    func report(_ key: String, _ message: String) {
        reading.problems.add(
            values[key]?.position ?? position,
            path.appending(key: key),
            message
        )
    }

    /// Reports a needed key that is not given, unless it is misspelt, which is reported already.
    func reportMissing(_ key: String, _ wanted: String) {
        guard !suggested.contains(key) else { return }
        let place = path.isEmpty ? "the file" : "the section \(path)"
        reading.problems.add(
            position,
            path,
            "\(place) needs the key \"\(key)\": \(wanted)"
        )
    }

    /// Reads a key's scalar.
    ///
    /// - Parameters:
    ///   - key: The key.
    ///   - wanted: What is wanted, for an error.
    ///   - read: Makes the value; nil reports what was found and what is wanted.
    /// - Returns: The value; nil where the key is not given or a problem was reported.
    func value<Value>(
        _ key: String,
        wanted: String,
        _ read: (YAMLScalar) -> Value?
    ) -> Value? {
        guard let node = values[key] else { return nil }
        return value(of: node, path: path.appending(key: key), wanted: wanted, read)
    }

    /// Reads a scalar that stands somewhere in the section.
    func value<Value>(
        of node: YAMLNode,
        path: String,
        wanted: String,
        _ read: (YAMLScalar) -> Value?
    ) -> Value? {
        if case .scalar(let scalar) = node.content {
            if scalar.isUnusable { return nil }
            if !scalar.isNull, let value = read(scalar) { return value }
        }
        var advice = ""
        if case .mapping(let entries) = node.content, entries.allSatisfy({ $0.value.isNull }) {
            advice = "; a text that starts with { needs quotes"
        } else if let plain = node.unquoted, read(plain) != nil {
            advice = " without quotes"
        }
        reading.problems.add(node.position, path, "found \(node.phrase), want \(wanted)\(advice)")
        return nil
    }

    /// Reads a key's list.
    ///
    /// - Returns: Its items with their key paths; nil where the key is not given or no list.
    func items(_ key: String, wanted: String) -> [(node: YAMLNode, path: String)]? {
        guard let node = values[key] else { return nil }
        let path = path.appending(key: key)
        switch node.content {
        case .sequence(let items):
            return items.enumerated().map { ($1, "\(path)[\($0)]") }
        case .scalar(let scalar) where scalar.isUnusable: return nil
        default:
            reading.problems.add(
                node.position,
                path,
                "found \(node.phrase), want a list of \(wanted), such as [a, b]"
            )
            return nil
        }
    }
}
