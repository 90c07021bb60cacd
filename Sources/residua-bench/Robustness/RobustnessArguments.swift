/// What the robustness of is measured, and how thoroughly.
struct RobustnessArguments: Equatable {
    var sets: [String] = []
    var out = ""
    var trainLimit = 100
    var testLimit = 24
    var seeds = 2
    var steps = 800
    var questions = Contestant.Question.allCases
    var jobs = 2
    var wantsHelp = false

    static let usage = """
        usage: residua-bench robustness <set>... --out folder [--only question] [--train n]
                                        [--test n] [--seeds n] [--steps n] [--jobs n]
          <set>          a folder with train/good, test/good and test/<defect>
          --out folder   gets robustness.csv, robustness.md and robustness.svg
          --only question  inference or prior instead of both
          --train n      the most normal images to learn from, spread evenly (100)
          --test n       the most test images of each kind, normal and defective (24)
          --seeds n      networks trained for each choice of the prior (2)
          --steps n      steps of their training (800)
          --jobs n       images at the same time (2)
        """

    init(_ words: some Sequence<String>) throws(ArgumentError) {
        var rest = Array(words)[...]
        while let word = rest.popFirst() {
            switch word {
            case "--out": out = try BenchArguments.value(of: word, from: &rest)
            case "--only":
                let name = try BenchArguments.value(of: word, from: &rest)
                guard let question = Contestant.Question(rawValue: name) else {
                    throw ArgumentError(description: "there is no question \(name)")
                }
                questions = [question]
            case "--train":
                trainLimit = try BenchArguments.number(of: word, from: &rest, atLeast: 4)
            case "--test": testLimit = try BenchArguments.number(of: word, from: &rest, atLeast: 1)
            case "--seeds": seeds = try BenchArguments.number(of: word, from: &rest, atLeast: 1)
            case "--steps": steps = try BenchArguments.number(of: word, from: &rest, atLeast: 1)
            case "--jobs": jobs = try BenchArguments.number(of: word, from: &rest, atLeast: 1)
            case "--help", "-h": wantsHelp = true
            default:
                if word.hasPrefix("-") {
                    throw ArgumentError(description: "unknown argument \(word)")
                }
                sets.append(word)
            }
        }
        if wantsHelp { return }
        if sets.isEmpty { throw ArgumentError(description: "no set is given") }
        if out.isEmpty { throw ArgumentError(description: "--out is missing") }
    }
}
