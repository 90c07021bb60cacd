/// Which keys of a document are known to the types that read it, and which were asked for.
final class KeyRecord {
    private struct Mapping {
        let entries: [YAMLEntry]
        var known: Set<String> = []
        var asked: Set<String> = []
        var names: [String] = []
    }

    private var mappings: [String: Mapping] = [:]
    private var order: [String] = []

    /// Notes that a mapping is read by coding keys.
    func open(
        _ path: String,
        entries: [YAMLEntry],
        at position: SourcePosition,
        knows: (String) -> Bool
    ) {
        if mappings[path] == nil { order.append(path) }
        var mapping = mappings[path] ?? Mapping(entries: entries)
        mapping.known.formUnion(entries.map(\.key).filter(knows))
        mapping.names += ModelKeys.all.filter { knows($0) && !mapping.names.contains($0) }
        mappings[path] = mapping
    }

    /// Notes that the value of a key was asked for.
    func ask(_ key: String, in path: String) { mappings[path]?.asked.insert(key) }

    /// The keys, as paths, that unknown keys were likely meant to be.
    var suggestedKeys: Set<String> {
        Set(
            unknown.prefix(ProblemLog.limit).compactMap { path, mapping, entry in
                Suggestion.nearest(to: entry.key, in: mapping.names)
                    .map { path.appending(key: $0) }
            }
        )
    }

    /// Whether a mapping holds keys that are not known.
    func hasUnknownKeys(in path: String) -> Bool { unknown.contains { $0.0 == path } }

    private var unknown: [(String, Mapping, YAMLEntry)] {
        order.flatMap { path in
            mappings[path].map { mapping in
                mapping.entries.filter { !mapping.known.contains($0.key) }
                    .map { (path, mapping, $0) }
            } ?? []
        }
    }

    /// Reports unknown keys and, where decoding came to its end, known ones that nothing asked for.
    ///
    /// - Returns: Whether there was nothing to report.
    func report(to problems: ProblemLog, isComplete: Bool) -> Bool {
        var isClean = true
        for (path, mapping, entry) in unknown {
            isClean = false
            problems.addUnknownKey(entry, in: path, names: mapping.names)
        }
        guard isComplete else { return isClean }
        for path in order {
            guard let mapping = mappings[path] else { continue }
            for entry in mapping.entries
            where mapping.known.contains(entry.key) && !mapping.asked.contains(entry.key) {
                isClean = false
                problems.add(
                    entry.keyPosition,
                    path.appending(key: entry.key),
                    "has no effect beside the other values here; remove it"
                )
            }
        }
        return isClean
    }
}

extension ProblemLog {
    /// Reports a key that is not known where it stands.
    func addUnknownKey(_ entry: YAMLEntry, in path: String, names: [String]) {
        guard !isFull else { return }
        add(
            entry.keyPosition,
            path,
            "unknown key \(entry.key.quoted)" + Suggestion.advice(for: entry.key, in: names)
        )
    }
}
