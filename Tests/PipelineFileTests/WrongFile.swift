import Foundation
import Testing

/// A file that is wrong, with what is to be said about it: one block of `Golden/wrong-files.txt`.
///
/// A block is a line `[whole]`, `[scan]` or `[train]`, the latter for a right file that the lines are added to;
/// then the lines of the file behind `| ` and those of the message behind `> `. Blank lines divide.
struct WrongFile: Sendable, CustomTestStringConvertible {
    let text: String
    let message: String

    var testDescription: String { String(text.suffix(60)).debugDescription }

    /// All of them.
    static let all: [WrongFile] = {
        guard
            let url = Bundle.module.url(forResource: "Golden", withExtension: nil)?
                .appendingPathComponent("wrong-files.txt"),
            let golden = try? String(contentsOf: url, encoding: .utf8)
        else { return [] }
        return golden.components(separatedBy: "\n\n").map { block in
            let lines = block.split(separator: "\n", omittingEmptySubsequences: false)
            func behind(_ mark: String) -> String {
                lines.filter { $0.hasPrefix(mark) }.map { String($0.dropFirst(mark.count)) }
                    .joined(separator: "\n")
            }
            let own = behind("| ")
            let text =
                switch lines.first {
                case "[scan]": Parsing.scan(own)
                case "[train]": Parsing.train(own)
                default: own
                }
            return WrongFile(text: text, message: behind("> "))
        }
    }()
}
