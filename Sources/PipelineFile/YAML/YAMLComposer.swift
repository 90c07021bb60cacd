/// Builds the tree of a YAML document, within limits.
struct YAMLComposer {
    /// The most values of a document, each alias counted with all that it stands for.
    static let nodeLimit = 100_000
    /// The most levels of lists and mappings.
    static let depthLimit = 64

    static let depthMessage = "nested deeper than \(depthLimit) levels"

    private struct Anchored {
        let node: YAMLNode
        let nodes: Int
        let height: Int
    }

    private let events: YAMLEvents
    private var substitution: Substitution
    private let problems: ProblemLog
    private var anchors: [String: Anchored] = [:]
    private var nodes = 0

    /// Builds the tree of the only document of a text.
    ///
    /// - Parameters:
    ///   - text: UTF-8 without a byte order mark.
    ///   - environment: The variables that may be put into values.
    ///   - problems: Gets what is wrong with keys and variables, which does not end the reading.
    /// - Returns: The root; nil for a text without a document.
    /// - Throws: ``YAMLFailure`` for what is no YAML, and for what is beyond the limits.
    static func compose(
        _ text: ArraySlice<UInt8>,
        environment: [String: String],
        problems: ProblemLog
    ) throws(YAMLFailure) -> YAMLNode? {
        try YAMLEvents.withEvents(of: text) { events throws(YAMLFailure) in
            var composer = YAMLComposer(
                events: events,
                substitution: Substitution(environment: environment),
                problems: problems
            )
            return try composer.document()
        }
    }

    private init(events: YAMLEvents, substitution: Substitution, problems: ProblemLog) {
        self.events = events
        self.substitution = substitution
        self.problems = problems
    }

    private mutating func document() throws(YAMLFailure) -> YAMLNode? {
        _ = try events.next()  // the start of the stream
        if case .streamEnd = try events.next().kind { return nil }
        let root = try node(from: try events.next(), depth: 0).node
        _ = try events.next()  // the end of the document
        let rest = try events.next()
        guard case .streamEnd = rest.kind else {
            throw YAMLFailure(rest.position, "a second document starts here; a file has only one")
        }
        return root
    }

    private mutating func node(
        from event: YAMLEvent,
        depth: Int
    ) throws(YAMLFailure) -> Anchored {
        if let tag = event.tag {
            throw YAMLFailure(event.position, "tags are not used here, found \(tag.quoted)")
        }
        if case .alias(let name) = event.kind {
            guard let known = anchors[name] else {
                throw YAMLFailure(event.position, "there is no anchor &\(name) before this alias")
            }
            try count(known.nodes, at: event.position)
            try check(depth: depth + known.height, at: event.position)
            return known
        }
        let before = nodes
        try count(1, at: event.position)
        let (content, height) = try content(of: event, depth: depth)
        let built = Anchored(
            node: YAMLNode(content: content, position: event.position),
            nodes: nodes - before,
            height: height
        )
        if let anchor = event.anchor { anchors[anchor] = built }
        return built
    }

    private mutating func content(
        of event: YAMLEvent,
        depth: Int
    ) throws(YAMLFailure) -> (YAMLNode.Content, height: Int) {
        switch event.kind {
        case .scalar(let text, let isPlain):
            let scalar = try substitution.scalar(
                text,
                isPlain: isPlain,
                at: event.position,
                problems: problems
            )
            return (.scalar(scalar), 0)
        case .sequenceStart:
            try check(depth: depth + 1, at: event.position)
            return try sequence(depth: depth + 1)
        case .mappingStart:
            try check(depth: depth + 1, at: event.position)
            return try mapping(depth: depth + 1)
        default:
            throw YAMLFailure(event.position, "not YAML: a value is missing")
        }
    }

    private mutating func sequence(
        depth: Int
    ) throws(YAMLFailure) -> (YAMLNode.Content, height: Int) {
        var items: [YAMLNode] = []
        var height = 0
        while true {
            let event = try events.next()
            if case .sequenceEnd = event.kind { return (.sequence(items), height + 1) }
            let item = try node(from: event, depth: depth)
            items.append(item.node)
            height = max(height, item.height)
        }
    }

    private mutating func mapping(
        depth: Int
    ) throws(YAMLFailure) -> (YAMLNode.Content, height: Int) {
        var entries: [YAMLEntry] = []
        var places: [String: SourcePosition] = [:]
        var height = 0
        while true {
            let event = try events.next()
            if case .mappingEnd = event.kind { return (.mapping(entries), height + 1) }
            guard case .scalar(let key, _) = event.kind else {
                throw YAMLFailure(event.position, "a key must be plain text")
            }
            try count(1, at: event.position)
            let value = try node(from: try events.next(), depth: depth)
            height = max(height, value.height)
            if let first = places[key] {
                problems.add(
                    event.position,
                    "",
                    "the key \(key.quoted) is given twice, first on line \(first.line)"
                )
            } else {
                places[key] = event.position
                entries.append(
                    YAMLEntry(key: key, keyPosition: event.position, value: value.node)
                )
            }
        }
    }

    private mutating func count(
        _ more: Int,
        at position: SourcePosition
    ) throws(YAMLFailure) {
        nodes += more
        if nodes > Self.nodeLimit {
            throw YAMLFailure(
                position,
                "more than \(Self.nodeLimit) values, aliases counted with all they stand for"
            )
        }
    }

    private func check(depth: Int, at position: SourcePosition) throws(YAMLFailure) {
        if depth > Self.depthLimit {
            throw YAMLFailure(position, Self.depthMessage)
        }
    }
}
