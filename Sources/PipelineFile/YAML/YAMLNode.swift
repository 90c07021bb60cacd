/// A value in a YAML document, with the place it stands at.
struct YAMLNode: Sendable {
    enum Content: Sendable {
        case scalar(YAMLScalar)
        case sequence([YAMLNode])
        case mapping([YAMLEntry])
    }

    let content: Content
    let position: SourcePosition

    /// Whether nothing is given: `~`, `null` or an empty value.
    var isNull: Bool {
        if case .scalar(let scalar) = content { scalar.isNull } else { false }
    }

    /// What stands here, for an error.
    var phrase: String {
        switch content {
        case .scalar(let scalar): scalar.isNull ? "nothing" : scalar.text.quoted
        case .sequence: "a list"
        case .mapping: "keys with values"
        }
    }

    /// A quoted scalar as it would be without quotes; nil for anything else.
    var unquoted: YAMLScalar? {
        guard case .scalar(let scalar) = content, !scalar.isUntyped else { return nil }
        return YAMLScalar(text: scalar.text, isPlain: true, isSubstituted: false, isUnusable: false)
    }

    /// The value of a key, or nil.
    subscript(key: String) -> YAMLNode? {
        guard case .mapping(let entries) = content else { return nil }
        return entries.first { $0.key == key }?.value
    }
}

/// A key of a mapping with its value.
struct YAMLEntry: Sendable {
    let key: String
    let keyPosition: SourcePosition
    let value: YAMLNode
}

/// A single value.
struct YAMLScalar: Sendable {
    /// The text, after substitution.
    let text: String
    /// Whether it is written without quotes, and not as a block.
    let isPlain: Bool
    /// Whether variables were put into it.
    let isSubstituted: Bool
    /// Whether a substitution failed, which is a problem already reported.
    let isUnusable: Bool

    var isNull: Bool { isPlain && ["", "~", "null", "Null", "NULL"].contains(text) }

    /// Whether the text may stand for a number, true or false.
    ///
    /// A quoted text is a text; but inside of `[ ]` and `{ }` a variable must be quoted, so one that
    /// was put in may be a number all the same.
    var isUntyped: Bool { isPlain || isSubstituted }
}
