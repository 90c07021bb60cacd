/// Why a text is no YAML document that is accepted here.
struct YAMLFailure: Error {
    let position: SourcePosition?
    let message: String

    init(_ position: SourcePosition?, _ message: String) {
        self.position = position
        self.message = message
    }
}
