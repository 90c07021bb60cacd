/// The JSON that a report folder holds, and its JSON Schema.
public enum ReportSchema {
    /// Raised when a field changes its meaning or goes; new fields don't raise it.
    public static let version = 1

    /// A kind of JSON document.
    public enum Document: String, Sendable, CaseIterable {
        /// `run.json`.
        case run
        /// A line of `images.jsonl`.
        case image
        /// `flagged/<id>/report.json`.
        case flagged
        /// `metrics.json`.
        case metrics
        /// What `residua history --format json` prints.
        case history
        /// What `residua worker` prints for a frame.
        case worker
    }

    /// The JSON Schema (2020-12) of documents.
    ///
    /// - Parameter document: The kind of document; nil for a schema that any of them fulfils.
    /// - Returns: The schema as JSON over several lines; it refers to nothing outside of itself.
    /// - Throws: ``ReportError/invalidRecord(what:reason:)``; never, as it has no numbers that JSON can't hold.
    public static func schema(of document: Document? = nil) throws(ReportError) -> [UInt8] {
        let suffix = document.map { ":\($0.rawValue)" } ?? ""
        let node = SchemaNode.document(
            identifier: "urn:residua:schema:\(version)\(suffix)",
            title: "Residua reports, version \(version)" + (document.map { ": \($0.title)" } ?? ""),
            description: """
                Within a version fields are added, never changed or removed: readers must ignore fields that they don't \
                know. A field that does not apply is left out. Pixels are those of the image as it is shown, after its \
                EXIF orientation.
                """,
            definitions: definitions,
            roots: (document.map { [$0] } ?? Document.allCases).map(\.rawValue)
        )
        return try ReportJSON.document(node, what: "the JSON Schema")
    }

    private static var definitions: [String: SchemaNode] {
        imageDefinitions.merging(runDefinitions) { first, _ in first }
            .merging(metricsDefinitions) { first, _ in first }
    }

    /// The field that every document has.
    static let versionField = SchemaNode.count(
        "The version of this schema; readers of version 1 can read what says 1.",
        atLeast: 1
    )
}

extension ReportSchema.Document {
    /// The name of the file that holds the document.
    public var title: String {
        switch self {
        case .run: "run.json"
        case .image: "a line of images.jsonl"
        case .flagged: "flagged/<id>/report.json"
        case .metrics: "metrics.json"
        case .history: "residua history --format json"
        case .worker: "a line of residua worker"
        }
    }
}
