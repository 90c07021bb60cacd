internal import CImageShim

/// A buffer for the words of a codec.
struct CodecMessage {
    var characters = [CChar](repeating: 0, count: Int(CI_MESSAGE))

    /// The words, up to the terminating zero.
    var text: String {
        String(decoding: characters.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
