/// Finds what a JSON decoder passes over: of two members of one name it keeps one without a word.
enum RepeatedName {
    /// Returns a name that an object has twice, or that is written with an escape, as no name of a model card is.
    ///
    /// - Parameter json: A text that a JSON decoder has read.
    /// - Returns: The name as it is written, or nil.
    static func first(in json: [UInt8]) -> String? {
        // The names of each object that is open.
        var objects: [Set<ArraySlice<UInt8>>] = []
        var last: ArraySlice<UInt8> = []
        var place = 0
        while place < json.count {
            switch json[place] {
            case UInt8(ascii: "{"):
                objects.append([])
            case UInt8(ascii: "}"):
                _ = objects.popLast()
            case UInt8(ascii: "\""):
                let start = place + 1
                place = start
                while place < json.count, json[place] != UInt8(ascii: "\"") {
                    place += json[place] == UInt8(ascii: "\\") ? 2 : 1
                }
                last = json[start..<min(place, json.count)]
            case UInt8(ascii: ":"):
                guard !objects.isEmpty else { break }
                let isNew = objects[objects.count - 1].insert(last).inserted
                if !isNew || last.contains(UInt8(ascii: "\\")) {
                    return String(decoding: last, as: UTF8.self)
                }
            default:
                break
            }
            place += 1
        }
        return nil
    }
}
