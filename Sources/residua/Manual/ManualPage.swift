/// The manual page of the program: one page for all commands, in the language of `man`.
struct ManualPage {
    /// The whole page.
    let text: String
    private let common: Set<CommandDescription.Argument>

    /// An option that so many commands have is described once for all.
    private static let commonCount = 3

    init() throws {
        let program = try CommandDescription.program()
        let leaves = program.commands.flatMap { $0.commands.isEmpty ? [$0] : $0.commands }
        var uses: [CommandDescription.Argument: Int] = [:]
        for argument in leaves.flatMap(\.shownArguments) where !argument.isPositional {
            uses[argument, default: 0] += 1
        }
        common = Set(uses.filter { $0.value >= Self.commonCount }.keys)
        var page = Roff()
        page.title("RESIDUA", section: 1, source: "residua \(Residua.version)")
        page.heading("NAME")
        page.paragraph("residua - \(Self.phrase(program.abstract))")
        page.heading("SYNOPSIS")
        page.synopsis([("residua", false), ("command", true), ("[options]", false)])
        page.heading("DESCRIPTION")
        page.text(ManualText.description)
        page.heading("COMMANDS")
        for command in program.commands { Self.add(command, after: "", common: common, to: &page) }
        page.heading("COMMON OPTIONS")
        page.paragraph("Commands take those of these options that they name.")
        for argument in leaves.flatMap(\.shownArguments).uniqued() where common.contains(argument) {
            Self.add(argument, to: &page)
        }
        for section in ManualText.sections {
            page.heading(section.name)
            if let start = section.text { page.text(start) }
            for (term, meaning) in section.terms { page.item(term, meaning) }
            page.text(section.end)
        }
        text = page.text
    }

    private static func add(
        _ command: CommandDescription,
        after parent: String,
        common: Set<CommandDescription.Argument>,
        to page: inout Roff
    ) {
        let name = parent + command.commandName
        if !command.commands.isEmpty {
            page.subheading(name)
            page.paragraph(command.abstract ?? "")
            if let discussion = command.discussion { page.text(discussion) }
            for child in command.commands {
                add(child, after: "\(name) ", common: common, to: &page)
            }
            return
        }
        page.subheading(name)
        let own = command.shownArguments.filter { !common.contains($0) }
        var parts = [("residua \(name)", false)]
        for argument in own where argument.isPositional || !argument.isOptional {
            let value = argument.valueName ?? "value"
            if let option = argument.name { parts.append((option, false)) }
            parts.append((value + (argument.isRepeating ? " ..." : ""), true))
        }
        parts.append(("[options]", false))
        page.synopsis(parts)
        page.paragraph(command.abstract ?? "")
        if let discussion = command.discussion { page.text(discussion) }
        for argument in own { add(argument, to: &page) }
        let shared = command.shownArguments.filter(common.contains)
            .compactMap(\.name)
        if !shared.isEmpty { page.paragraph("Common options: \(shared.joined(separator: ", ")).") }
    }

    private static func add(
        _ argument: CommandDescription.Argument,
        to page: inout Roff
    ) {
        let value = argument.takesValue ? argument.valueName : nil
        var meaning = argument.abstract ?? ""
        if let values = argument.allValues, !values.isEmpty {
            meaning += " One of: \(values.joined(separator: ", "))."
        }
        if let usual = argument.defaultValue, !usual.isEmpty { meaning += " Default: \(usual)." }
        let names = (argument.names ?? []).map(\.text)
        page.option(names.isEmpty ? nil : names, value: value, meaning)
    }

    /// A sentence as a phrase after a dash.
    private static func phrase(_ sentence: String?) -> String {
        let sentence = sentence ?? ""
        let body = sentence.hasSuffix(".") ? sentence.dropLast() : sentence[...]
        return body.prefix(1).lowercased() + body.dropFirst()
    }
}

extension Sequence where Element: Hashable {
    /// The elements in their order, each once.
    fileprivate func uniqued() -> [Element] {
        var seen: Set<Element> = []
        return filter { seen.insert($0).inserted }
    }
}
