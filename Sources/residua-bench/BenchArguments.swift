/// What is measured.
struct BenchArguments: Equatable {
    var model: String?
    var images: String?
    var limit = 24
    var repetitions = 7
    var json = false
    var isQuick = false
    var wantsHelp = false

    static let usage = """
        usage: residua-bench [--model file] [--images folder] [--limit n] [--repetitions n]
                             [--quick] [--json]
          --model file       also measure loading and, with --images, scoring
          --images folder    also measure decoding, on images spread evenly over the folder
          --limit n          the most images (24)
          --repetitions n    of each measurement, at least 3 (7)
          --quick            the fastest kernels only
          --json             one line of JSON per measurement instead of a table
        residua-bench robustness --help tells of another measurement.
        """

    init(_ words: some Sequence<String>) throws(ArgumentError) {
        var rest = Array(words)[...]
        while let word = rest.popFirst() {
            switch word {
            case "--model": model = try Self.value(of: word, from: &rest)
            case "--images": images = try Self.value(of: word, from: &rest)
            case "--limit": limit = try Self.number(of: word, from: &rest, atLeast: 1)
            case "--repetitions": repetitions = try Self.number(of: word, from: &rest, atLeast: 3)
            case "--json": json = true
            case "--quick": isQuick = true
            case "--help", "-h": wantsHelp = true
            default: throw ArgumentError(description: "unknown argument \(word)")
            }
        }
    }

    static func value(
        of option: String,
        from rest: inout ArraySlice<String>
    ) throws(ArgumentError) -> String {
        guard let value = rest.popFirst() else {
            throw ArgumentError(description: "\(option) needs a value")
        }
        return value
    }

    static func number(
        of option: String,
        from rest: inout ArraySlice<String>,
        atLeast least: Int
    ) throws(ArgumentError) -> Int {
        let text = try value(of: option, from: &rest)
        guard let number = Int(text), number >= least else {
            throw ArgumentError(description: "\(option) must be at least \(least), found \(text)")
        }
        return number
    }
}

/// The command line makes no sense.
struct ArgumentError: Error, CustomStringConvertible {
    let description: String
}
