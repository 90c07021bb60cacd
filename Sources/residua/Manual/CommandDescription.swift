import ArgumentParser
import Foundation

/// A command as ArgumentParser describes it for other programs.
struct CommandDescription: Decodable {
    /// An option, flag or argument.
    struct Argument: Decodable, Hashable {
        struct Name: Decodable, Hashable {
            let kind: String
            let name: String

            /// The name as it is typed.
            var text: String { kind == "long" ? "--\(name)" : "-\(name)" }
        }

        let kind: String
        let shouldDisplay: Bool
        let isOptional: Bool
        let isRepeating: Bool
        let names: [Name]?
        let valueName: String?
        let abstract: String?
        let discussion: String?
        let defaultValue: String?
        let allValues: [String]?

        /// The longest name, as it is typed.
        var name: String? { names?.map(\.text).max { $0.count < $1.count } }
        var isPositional: Bool { kind == "positional" }
        var takesValue: Bool { kind != "flag" }
    }

    let commandName: String
    let abstract: String?
    let discussion: String?
    let shouldDisplay: Bool
    private let subcommands: [CommandDescription]?
    private let arguments: [Argument]?

    /// The commands below this one, without `help`.
    var commands: [CommandDescription] {
        (subcommands ?? []).filter { $0.shouldDisplay && $0.commandName != "help" }
    }

    /// What can be given, without what is hidden.
    var shownArguments: [Argument] { (arguments ?? []).filter(\.shouldDisplay) }

    /// The description of the whole program.
    static func program() throws -> CommandDescription {
        struct Dump: Decodable {
            let command: CommandDescription
        }
        return try JSONDecoder().decode(Dump.self, from: Data(Residua._dumpHelp().utf8)).command
    }
}
