/// Decodes any `Decodable` type from a YAML node, strictly.
///
/// Each key that a type's coding keys don't know is found where a container is opened, and each that
/// they know but that nothing asked for is found at the end. The types' own code thus says what is
/// valid; nothing here lists their keys but ``ModelKeys``, for advice only.
struct NodeDecoder: Decoder {
    let node: YAMLNode
    /// The key path as errors show it.
    let path: String
    let codingPath: [any CodingKey]
    let record: KeyRecord

    var userInfo: [CodingUserInfoKey: Any] { [:] }

    /// Decodes a value and reports what is wrong.
    ///
    /// - Returns: The value, or nil after a problem was reported.
    static func decode<Value: Decodable>(
        _ type: Value.Type,
        from node: YAMLNode,
        path: String,
        problems: ProblemLog
    ) -> Value? {
        let record = KeyRecord()
        let decoder = NodeDecoder(node: node, path: path, codingPath: [], record: record)
        do {
            let value = try Value(from: decoder)
            return record.report(to: problems, isComplete: true) ? value : nil
        } catch {
            let guessed = record.suggestedKeys
            _ = record.report(to: problems, isComplete: false)
            if let failure = NodeFailure(error, in: decoder),
                !failure.isExplained(by: record, guessed: guessed)
            {
                problems.add(failure.position, failure.path, failure.message)
            }
            return nil
        }
    }

    func container<Key: CodingKey>(
        keyedBy type: Key.Type
    ) throws -> KeyedDecodingContainer<Key> {
        guard case .mapping(let entries) = node.content else {
            let names = ModelKeys.all.filter { Key(stringValue: $0) != nil }
            throw failure("found \(node.phrase), want keys with values: \(names.listed)")
        }
        record.open(path, entries: entries, at: node.position) { Key(stringValue: $0) != nil }
        return KeyedDecodingContainer(KeyedNodeContainer(decoder: self, entries: entries))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard case .sequence(let items) = node.content else {
            throw failure("found \(node.phrase), want a list")
        }
        return UnkeyedNodeContainer(decoder: self, items: items)
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer {
        ScalarNodeContainer(decoder: self)
    }

    func failure(_ message: String) -> NodeFailure {
        NodeFailure(position: node.position, path: path, message: message)
    }

    /// The decoder of the value of a key.
    func child(_ entry: YAMLEntry, _ key: any CodingKey) -> NodeDecoder {
        NodeDecoder(
            node: entry.value,
            path: path.appending(key: entry.key),
            codingPath: codingPath + [key],
            record: record
        )
    }

    /// The decoder of an item of a list.
    func child(_ item: YAMLNode, at index: Int) -> NodeDecoder {
        NodeDecoder(
            node: item,
            path: "\(path)[\(index)]",
            codingPath: codingPath + [IndexKey(intValue: index)],
            record: record
        )
    }
}

/// The place of an item in a list.
struct IndexKey: CodingKey {
    let index: Int

    init(intValue: Int) { index = intValue }

    init?(stringValue: String) { nil }

    var intValue: Int? { index }

    var stringValue: String { "\(index)" }
}

extension String {
    /// A key path with one more key.
    func appending(key: String) -> String { isEmpty ? key : "\(self).\(key)" }
}

extension [String] {
    /// The words, separated by commas.
    var listed: String { joined(separator: ", ") }
}
