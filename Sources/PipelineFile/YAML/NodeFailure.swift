/// Why a type could not be decoded from a node.
struct NodeFailure: Error {
    let position: SourcePosition
    let path: String
    let message: String
    /// The path of a needed key that is not there.
    var missing: String?
    /// Whether the cause is reported already.
    var isReported = false

    init(position: SourcePosition, path: String, message: String) {
        self.position = position
        self.path = path
        self.message = message
    }

    /// The failure behind an error that a type's own decoding threw; nil where it is reported.
    init?(_ error: any Error, in root: NodeDecoder) {
        if let failure = error as? NodeFailure {
            if failure.isReported { return nil }
            self = failure
            return
        }
        let context: DecodingError.Context?
        switch error as? DecodingError {
        case .typeMismatch(_, let found), .valueNotFound(_, let found), .dataCorrupted(let found),
            .keyNotFound(_, let found):
            context = found
        default: context = nil
        }
        let decoder = (context?.codingPath ?? []).reduce(root) { decoder, key in
            decoder.following(key)
        }
        let words = ModelKeys.words.first { decoder.path.hasSuffix($0.key) }?.value
        let message: String
        if case .scalar(let scalar) = decoder.node.content {
            message =
                "found \(scalar.text.quoted), which is not one of the words that can stand here"
                + (words.map { Suggestion.advice(for: scalar.text, in: $0) } ?? "")
        } else if case .typeMismatch = error as? DecodingError,
            case .mapping(let entries) = decoder.node.content
        {
            message = "found \(entries.count) keys, want exactly one"
        } else {
            message = context?.debugDescription ?? "\(error)"
        }
        self.init(position: decoder.node.position, path: decoder.path, message: message)
    }

    /// Whether unknown keys that are reported already are the cause: a misspelt key that is missed
    /// under its right name, or that leaves none where one must stand.
    func isExplained(by record: KeyRecord, guessed: Set<String>) -> Bool {
        if let missing { return guessed.contains(missing) }
        return record.hasUnknownKeys(in: path)
    }
}

extension NodeDecoder {
    /// The decoder of what a coding key leads to; this one where there is no such value.
    fileprivate func following(_ key: any CodingKey) -> NodeDecoder {
        switch node.content {
        case .scalar: return self
        case .mapping(let entries):
            guard let entry = entries.first(where: { $0.key == key.stringValue }) else {
                return self
            }
            return child(entry, key)
        case .sequence(let items):
            guard let index = key.intValue, items.indices.contains(index) else { return self }
            return child(items[index], at: index)
        }
    }
}
