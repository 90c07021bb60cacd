import Reports
import TestSupport
import Testing

@Suite struct ReportSchemaTests {
    private func schema(_ document: ReportSchema.Document?) throws -> JSONValue {
        try JSONValue(parsing: ReportSchema.schema(of: document))
    }

    @Test(arguments: ReportSchema.Document.allCases)
    func everyReferenceIsDefinedAndEveryFieldDescribed(document: ReportSchema.Document) throws {
        let root = try schema(document)
        let definitions = try #require(root["$defs"]?.object)
        var fields = 0
        func walk(_ node: JSONValue, at place: String) {
            if let reference = node["$ref"]?.string {
                let name = reference.dropFirst("#/$defs/".count)
                #expect(definitions[String(name)] != nil, "\(place) refers to \(reference)")
            }
            guard let object = node.object else {
                for element in node.array ?? [] { walk(element, at: place) }
                return
            }
            // A field's own description, or the one of what it refers to.
            for (name, field) in node["properties"]?.object ?? [:] where !place.hasSuffix("/if") {
                fields += 1
                #expect(
                    field["description"] != nil || field["$ref"] != nil,
                    "\(place)/\(name) is not described"
                )
            }
            for (key, value) in object { walk(value, at: "\(place)/\(key)") }
        }
        walk(root, at: "")
        for (name, definition) in definitions {
            #expect(definition["description"] != nil, "\(name) is not described")
        }
        #expect(fields > 50)
        #expect(root["$ref"] == .string("#/$defs/\(document.rawValue)"))
    }

    @Test func withoutAKindItTakesAny() throws {
        let root = try schema(nil)
        #expect(root["anyOf"]?.array?.count == ReportSchema.Document.allCases.count)
    }
}
