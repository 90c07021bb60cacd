import ArgumentParser

/// Prints the manual.
struct ManualCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "manual",
        abstract: "Print the manual page.",
        discussion: """
            The page is made from what the program itself understands. Read it with: residua manual \
            | man -l - (on macOS: residua manual > residua.1 && man ./residua.1). To install it: \
            residua manual > /usr/local/share/man/man1/residua.1
            """
    )

    func run() throws {
        do {
            try Terminal.output(Array(try ManualPage().text.utf8))
        } catch is Terminal.ReaderLeftError {
            // Who reads has seen enough.
        }
    }
}
