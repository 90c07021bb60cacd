/// What is measured.
package struct BenchArguments: Equatable {
    package var model: String?
    package var images: String?
    package var train: String?
    package var residua: String?
    package var out: String?
    package var sections = Set(BenchSection.allCases)
    package var limit = 24
    package var repetitions = 5
    package var json = false
    package var isQuick = false
    package var wantsHelp = false

    package static let usage = """
        usage: residua-bench [--model file] [--images folder] [--train folder] [--residua file]
                             [--section name]... [--limit n] [--repetitions n] [--quick]
                             [--json] [--out file]
          --model file       the model to score with; one is trained on made pictures if there is
                             none and the program residua is there
          --images folder    images to measure on; made pictures if there are none
          --train folder     normal images to train on; made pictures if there are none
          --residua file     the program residua; the one beside this program if it is there
          --section name     only this part, one of:
                             \(BenchSection.allCases.map(\.rawValue).joined(separator: ", "))
          --limit n          the most images of the folder, spread evenly over it (24)
          --repetitions n    of each measurement, at least 3 (5)
          --quick            three repetitions, the fastest kernels and the smaller steps only
          --json             one line of JSON per measurement instead of a table
          --out file         also write the lines of JSON to a file
        residua-bench robustness --help tells of another measurement.
        """

    package init(_ words: some Sequence<String>) throws(ArgumentError) {
        var rest = Array(words)[...]
        var chosen: Set<BenchSection> = []
        var repetitions: Int?
        while let word = rest.popFirst() {
            switch word {
            case "--model": model = try Self.value(of: word, from: &rest)
            case "--images": images = try Self.value(of: word, from: &rest)
            case "--train": train = try Self.value(of: word, from: &rest)
            case "--residua": residua = try Self.value(of: word, from: &rest)
            case "--out": out = try Self.value(of: word, from: &rest)
            case "--section": chosen.insert(try Self.section(of: word, from: &rest))
            case "--limit": limit = try Self.number(of: word, from: &rest, atLeast: 1)
            case "--repetitions": repetitions = try Self.number(of: word, from: &rest, atLeast: 3)
            case "--json": json = true
            case "--quick": isQuick = true
            case "--help", "-h": wantsHelp = true
            default: throw ArgumentError(description: "unknown argument \(word)")
            }
        }
        if !chosen.isEmpty { sections = chosen }
        self.repetitions = repetitions ?? (isQuick ? 3 : 5)
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

    private static func section(
        of option: String,
        from rest: inout ArraySlice<String>
    ) throws(ArgumentError) -> BenchSection {
        let text = try value(of: option, from: &rest)
        guard let section = BenchSection(rawValue: text) else {
            throw ArgumentError(description: "there is no section \(text)")
        }
        return section
    }
}

/// A part of the measurements that can be run alone, in the order in which they run.
package enum BenchSection: String, CaseIterable, Sendable {
    /// Whole runs of the program `residua`: start, rates, memory.
    case program
    /// Each kernel against the peak of its instructions.
    case kernels
    /// Decoding alone, by format.
    case decoding
    /// Coding and scoring of decoded images.
    case scoring
    /// Whole scans against decoding alone.
    case scanning
    /// Where the time of a scan goes.
    case profile
    /// How cost grows with folder, image, dictionary and jobs.
    case growth
    /// Training by phase.
    case training

    /// Whether it does nothing without a model.
    var needsModel: Bool {
        switch self {
        case .program, .scoring, .scanning, .profile, .growth: true
        case .kernels, .decoding, .training: false
        }
    }
}

/// The command line makes no sense.
package struct ArgumentError: Error, CustomStringConvertible {
    package let description: String
}
