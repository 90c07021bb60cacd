/// One thing that is wrong with a pipeline file.
public struct PipelineFileProblem: Sendable, Hashable, CustomStringConvertible {
    /// The line, from 1; nil where the file as a whole is meant.
    public let line: Int?
    /// The column, from 1, in characters; nil where the file as a whole is meant.
    public let column: Int?
    /// The key and the ones it stands under, such as `ingest.limits.bytes` or
    /// `encoders[0].layers[1].atoms`; empty where no key is meant.
    public let keyPath: String
    /// What is wrong and what is wanted, without a full stop.
    public let message: String

    init(_ position: SourcePosition?, _ keyPath: String, _ message: String) {
        line = position?.line
        column = position?.column
        self.keyPath = keyPath
        self.message = message
    }

    /// `line:column: key path: message`, less what is not known.
    public var description: String {
        var text = ""
        if let line, let column { text = "\(line):\(column): " }
        if !keyPath.isEmpty { text += "\(keyPath): " }
        return text + message
    }
}
