import Foundation

/// The commands in the fenced blocks of a Markdown text.
struct ReadmeCommands {
    /// The arguments of each call of `residua`; variables became 1, absolute paths relative.
    private(set) var programs: [[String]] = []
    /// The paths of the repository's own scripts.
    private(set) var scripts: [String] = []

    init(_ markdown: String) {
        for line in Self.fencedLines(of: markdown) {
            for words in Self.simpleCommands(in: line) { add(words) }
        }
    }

    private mutating func add(_ words: [String]) {
        // What stands before the program: a prompt, or the five times of a crontab.
        let isTimed = words.count > 6 && words.prefix(5).allSatisfy { Self.isCronField($0) }
        let command = words.drop { $0 == "$" }.dropFirst(isTimed ? 5 : 0)
        guard let program = command.first else { return }
        let path = program.hasPrefix("./") ? String(program.dropFirst(2)) : program
        if path == "residua" || path.hasSuffix("/residua") {
            programs.append(command.dropFirst().map { Self.relative($0) })
        } else if path.hasSuffix(".sh"), !path.hasPrefix("/"), path.contains("/") {
            scripts.append(path)
        }
    }

    /// The lines of the fenced blocks; continued lines are one.
    private static func fencedLines(of markdown: String) -> [String] {
        var lines: [String] = []
        var isFenced = false
        var begun = ""
        for line in markdown.split(separator: "\n", omittingEmptySubsequences: false) {
            let text = line.trimmingCharacters(in: .whitespaces)
            if text.hasPrefix("```") {
                isFenced.toggle()
                begun = ""
            } else if isFenced, text.hasSuffix("\\") {
                begun += text.dropLast() + " "
            } else if isFenced {
                lines.append(begun + text)
                begun = ""
            }
        }
        return lines
    }

    /// Splits a line into commands and their words as a shell does, as far as a README needs it.
    private static func simpleCommands(in line: String) -> [[String]] {
        let plain = line.replacing(/\$\([^)]*\)|\$\{[^}]*\}|\$[A-Za-z_]\w*/, with: "1")
        var commands: [[String]] = [[]]
        var word: String?
        var quote: Character?
        func endWord() {
            if let ended = word { commands[commands.count - 1].append(ended) }
            word = nil
        }
        for character in plain {
            if let open = quote {
                if character == open { quote = nil } else { word = (word ?? "") + [character] }
            } else if character == "\"" || character == "'" {
                quote = character
                word = word ?? ""
            } else if character == "#", word == nil {
                break
            } else if "|;&".contains(character) {
                endWord()
                commands.append([])
            } else if character.isWhitespace {
                endWord()
            } else {
                word = (word ?? "") + [character]
            }
        }
        endWord()
        // What follows a redirection is none of the program's.
        return commands.map { words in
            Array(words.prefix { !$0.contains(">") && !$0.hasPrefix("<") })
        }
    }

    private static func isCronField(_ word: String) -> Bool {
        word.wholeMatch(of: /[-*\/,0-9]+/) != nil
    }

    /// An argument whose path, if it is one, lies below the current folder.
    private static func relative(_ argument: String) -> String {
        argument.replacing(/(^|=)[\/~.]+\//, with: { "\($0.1)" })
            .replacing(/(^|=)\//, with: { "\($0.1)" })
    }
}
