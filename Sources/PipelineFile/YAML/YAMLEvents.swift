internal import CYaml

/// What a YAML parser meets, one after another.
struct YAMLEvent {
    enum Kind {
        case streamStart, streamEnd, documentStart, documentEnd
        case alias(String)
        case scalar(String, isPlain: Bool)
        case sequenceStart, sequenceEnd, mappingStart, mappingEnd
    }

    let kind: Kind
    let position: SourcePosition
    var anchor: String?
    var tag: String?
}

/// Reads YAML as events, by the libyaml that Yams brings along.
///
/// Yams' own `compose` is not used: it recurses a thousand levels deep, hashes keys that are
/// themselves trees (which takes exponential time where they hold aliases), and does not know where
/// a key was first given. From events, limits hold before anything is built.
@safe
final class YAMLEvents {
    private let parser: UnsafeMutablePointer<yaml_parser_t>

    /// Runs `body` on the events of a text; the text must be UTF-8 without a byte order mark.
    static func withEvents<Result>(
        of text: ArraySlice<UInt8>,
        _ body: (YAMLEvents) throws(YAMLFailure) -> Result
    ) throws(YAMLFailure) -> Result {
        let outcome = unsafe text.withUnsafeBufferPointer { buffer in
            let events = unsafe YAMLEvents(buffer)
            do throws(YAMLFailure) {
                return Swift.Result<Result, YAMLFailure>.success(try body(events))
            } catch {
                return .failure(error)
            }
        }
        return try outcome.get()
    }

    private init(_ text: UnsafeBufferPointer<UInt8>) {
        unsafe parser = .allocate(capacity: 1)
        precondition(unsafe yaml_parser_initialize(parser) == 1, "out of memory")
        unsafe yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        unsafe yaml_parser_set_input_string(parser, text.baseAddress, text.count)
    }

    deinit {
        unsafe yaml_parser_delete(parser)
        unsafe parser.deallocate()
    }

    /// Returns the next event.
    func next() throws(YAMLFailure) -> YAMLEvent {
        var event = unsafe yaml_event_t()
        guard unsafe yaml_parser_parse(parser, &event) == 1 else { throw failure }
        defer { unsafe yaml_event_delete(&event) }
        let position = unsafe SourcePosition(event.start_mark)
        switch unsafe event.type {
        case YAML_STREAM_START_EVENT: return YAMLEvent(kind: .streamStart, position: position)
        case YAML_DOCUMENT_START_EVENT: return YAMLEvent(kind: .documentStart, position: position)
        case YAML_DOCUMENT_END_EVENT: return YAMLEvent(kind: .documentEnd, position: position)
        case YAML_SEQUENCE_END_EVENT: return YAMLEvent(kind: .sequenceEnd, position: position)
        case YAML_MAPPING_END_EVENT: return YAMLEvent(kind: .mappingEnd, position: position)
        case YAML_ALIAS_EVENT:
            let name = unsafe Self.text(event.data.alias.anchor) ?? ""
            return YAMLEvent(kind: .alias(name), position: position)
        case YAML_SCALAR_EVENT:
            let scalar = unsafe event.data.scalar
            let bytes = unsafe UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            return unsafe YAMLEvent(
                kind: .scalar(
                    String(decoding: bytes, as: UTF8.self),
                    isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE
                ),
                position: position,
                anchor: Self.text(scalar.anchor),
                tag: Self.text(scalar.tag)
            )
        case YAML_SEQUENCE_START_EVENT:
            return unsafe YAMLEvent(
                kind: .sequenceStart,
                position: position,
                anchor: Self.text(event.data.sequence_start.anchor),
                tag: Self.text(event.data.sequence_start.tag)
            )
        case YAML_MAPPING_START_EVENT:
            return unsafe YAMLEvent(
                kind: .mappingStart,
                position: position,
                anchor: Self.text(event.data.mapping_start.anchor),
                tag: Self.text(event.data.mapping_start.tag)
            )
        default: return YAMLEvent(kind: .streamEnd, position: position)
        }
    }

    private static func text(_ characters: UnsafeMutablePointer<yaml_char_t>?) -> String? {
        unsafe characters.map { unsafe String(cString: $0) }
    }

    private var failure: YAMLFailure {
        let problem = unsafe parser.pointee.problem.map { unsafe String(cString: $0) }
        let context = unsafe parser.pointee.context.map { unsafe String(cString: $0) }
        switch unsafe parser.pointee.error {
        case YAML_MEMORY_ERROR:
            return YAMLFailure(nil, "too deeply nested, or out of memory")
        case YAML_READER_ERROR:
            return YAMLFailure(nil, "not YAML: \(problem ?? "unreadable")")
        default:
            if problem?.contains("nesting level") == true {
                return YAMLFailure(nil, YAMLComposer.depthMessage)
            }
            let words = [context, problem].compactMap(\.self).joined(separator: ", ")
            return YAMLFailure(
                unsafe SourcePosition(parser.pointee.problem_mark),
                "not YAML: \(words)"
            )
        }
    }
}

extension SourcePosition {
    fileprivate init(_ mark: yaml_mark_t) {
        self.init(line: Int(mark.line) + 1, column: Int(mark.column) + 1)
    }
}
