/// Decodes the values of a mapping by their keys.
struct KeyedNodeContainer<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let decoder: NodeDecoder
    let entries: [YAMLEntry]

    var codingPath: [any CodingKey] { decoder.codingPath }

    var allKeys: [Key] { entries.compactMap { Key(stringValue: $0.key) } }

    func contains(_ key: Key) -> Bool { entry(key) != nil }

    func decodeNil(forKey key: Key) throws -> Bool { try child(key).node.isNull }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        try Value(from: try child(key))
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type,
        forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> {
        try child(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try child(key).unkeyedContainer()
    }

    func superDecoder() throws -> any Decoder { decoder }

    func superDecoder(forKey key: Key) throws -> any Decoder { try child(key) }

    private func entry(_ key: Key) -> YAMLEntry? {
        decoder.record.ask(key.stringValue, in: decoder.path)
        return entries.first { $0.key == key.stringValue }
    }

    private func child(_ key: Key) throws -> NodeDecoder {
        guard let entry = entry(key) else {
            var failure = decoder.failure("the key \(key.stringValue.quoted) is missing here")
            failure.missing = decoder.path.appending(key: key.stringValue)
            throw failure
        }
        return decoder.child(entry, key)
    }
}
