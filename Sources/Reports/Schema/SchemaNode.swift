/// A JSON Schema, as far as the reports need one.
///
/// > Source: JSON Schema, draft 2020-12: Core and Validation.
struct SchemaNode: Encodable, Sendable {
    private var keywords: [String: Keyword]

    /// The value of a keyword.
    private indirect enum Keyword: Encodable, Sendable {
        case text(String)
        case number(Double)
        case whole(Int)
        case flag(Bool)
        case texts([String])
        case node(SchemaNode)
        case nodes([SchemaNode])
        case named([String: SchemaNode])

        func encode(to encoder: any Encoder) throws {
            switch self {
            case .text(let value): try value.encode(to: encoder)
            case .number(let value): try value.encode(to: encoder)
            case .whole(let value): try value.encode(to: encoder)
            case .flag(let value): try value.encode(to: encoder)
            case .texts(let value): try value.encode(to: encoder)
            case .node(let value): try value.encode(to: encoder)
            case .nodes(let value): try value.encode(to: encoder)
            case .named(let value): try value.encode(to: encoder)
            }
        }
    }

    private init(_ keywords: [String: Keyword]) { self.keywords = keywords }

    func encode(to encoder: any Encoder) throws { try keywords.encode(to: encoder) }
}

extension SchemaNode {
    /// Any text.
    static func string(_ description: String) -> SchemaNode {
        SchemaNode(["type": .text("string"), "description": .text(description)])
    }

    /// A text of this form, a regular expression for the whole of it.
    static func string(_ description: String, pattern: String) -> SchemaNode {
        string(description).with("pattern", .text("^(?:\(pattern))$"))
    }

    /// One of these texts.
    static func string(_ description: String, oneOf values: [String]) -> SchemaNode {
        string(description).with("enum", .texts(values))
    }

    /// The digest of a file.
    static func sha256(of what: String) -> SchemaNode {
        string("The SHA-256 digest of \(what), 64 hexadecimal digits.", pattern: "[0-9a-f]{64}")
    }

    /// A moment.
    static func time(_ description: String) -> SchemaNode {
        string("\(description) RFC 3339, UTC, to the second.").with("format", .text("date-time"))
    }

    /// A whole number, 0 or above unless told otherwise.
    static func count(_ description: String, atLeast least: Int = 0) -> SchemaNode {
        SchemaNode([
            "type": .text("integer"), "minimum": .whole(least), "description": .text(description),
        ])
    }

    /// A whole number of any sign.
    static func integer(_ description: String) -> SchemaNode {
        SchemaNode(["type": .text("integer"), "description": .text(description)])
    }

    /// A number.
    static func number(_ description: String, atLeast least: Double? = nil) -> SchemaNode {
        var node = SchemaNode(["type": .text("number"), "description": .text(description)])
        if let least { node = node.with("minimum", .number(least)) }
        return node
    }

    /// A number in `0...1`.
    static func share(_ description: String) -> SchemaNode {
        number(description, atLeast: 0).with("maximum", .number(1))
    }

    /// True or false.
    static func flag(_ description: String) -> SchemaNode {
        SchemaNode(["type": .text("boolean"), "description": .text(description)])
    }

    /// A list.
    static func list(_ description: String, of element: SchemaNode) -> SchemaNode {
        SchemaNode([
            "type": .text("array"), "items": .node(element), "description": .text(description),
        ])
    }

    /// An object whose keys are names.
    static func dictionary(_ description: String, of value: SchemaNode) -> SchemaNode {
        SchemaNode([
            "type": .text("object"), "additionalProperties": .node(value),
            "description": .text(description),
        ])
    }

    /// An object with known fields, to which later versions may add others.
    static func object(
        _ description: String,
        required: [String: SchemaNode],
        optional: [String: SchemaNode] = [:]
    ) -> SchemaNode {
        SchemaNode([
            "type": .text("object"), "description": .text(description),
            "required": .texts(required.keys.sorted()),
            "properties": .named(required.merging(optional) { first, _ in first }),
        ])
    }

    /// What a definition says.
    static func reference(_ definition: String) -> SchemaNode {
        SchemaNode(["$ref": .text("#/$defs/\(definition)")])
    }

    /// What a definition says, with a description of its role here.
    static func reference(_ definition: String, _ description: String) -> SchemaNode {
        reference(definition).with("description", .text(description))
    }

    /// Fields that must be there where a field has this value, and others that must be there where it hasn't.
    func requiring(
        _ fields: [String],
        where field: String,
        is value: String,
        else others: [String]
    ) -> SchemaNode {
        let isValue = SchemaNode([
            "properties": .named([field: SchemaNode(["const": .text(value)])])
        ])
        return with("if", .node(isValue))
            .with("then", .node(SchemaNode(["required": .texts(fields)])))
            .with("else", .node(SchemaNode(["required": .texts(others)])))
    }

    /// A document: the definitions, and those of them that it may be.
    static func document(
        identifier: String,
        title: String,
        description: String,
        definitions: [String: SchemaNode],
        roots: [String]
    ) -> SchemaNode {
        var node = SchemaNode([
            "$schema": .text("https://json-schema.org/draft/2020-12/schema"),
            "$id": .text(identifier), "title": .text(title), "description": .text(description),
            "$defs": .named(definitions),
        ])
        if roots.count == 1 {
            node = node.with("$ref", .text("#/$defs/\(roots[0])"))
        } else {
            node = node.with("anyOf", .nodes(roots.map { .reference($0) }))
        }
        return node
    }

    private func with(_ keyword: String, _ value: Keyword) -> SchemaNode {
        var node = self
        node.keywords[keyword] = value
        return node
    }
}
