extension Section {
    /// A key's true or false.
    func flag(_ key: String, default fallback: Bool) -> Bool {
        value(key, wanted: Bool.wanted, Bool.read) ?? fallback
    }

    /// A key's whole number.
    func whole(_ key: String, in range: ClosedRange<Int>) -> Int? {
        value(key, wanted: "a whole number in \(range.lowerBound)...\(range.upperBound)") {
            Int.read($0).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    /// A key's number in a range whose description is `bounds`.
    func number(_ key: String, _ bounds: String, _ isValid: (Double) -> Bool) -> Double? {
        value(key, wanted: "a number \(bounds)") {
            Double.read($0).flatMap { isValid($0) ? $0 : nil }
        }
    }

    /// A key's number of bytes, which may have a unit.
    func bytes(_ key: String, in range: ClosedRange<Int>) -> Int? {
        let bounds =
            "\(Quantities.text(bytes: range.lowerBound)) to "
            + Quantities.text(bytes: range.upperBound)
        return value(key, wanted: "a size of \(bounds), such as 4096, 64KiB, 256MiB or 2GiB") {
            Quantities.bytes($0.text).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    /// A key's number, which may have a unit.
    func count(_ key: String, in range: ClosedRange<Int>) -> Int? {
        value(
            key,
            wanted: "a whole number in \(range.lowerBound)...\(range.upperBound), "
                + "such as 500, 65k or 200M"
        ) {
            Quantities.count($0.text).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    /// A key's duration.
    func duration(_ key: String, in range: ClosedRange<Duration>) -> Duration? {
        let bounds = "\(Quantities.text(range.lowerBound)) to \(Quantities.text(range.upperBound))"
        return value(key, wanted: "a duration of \(bounds), such as 500ms, 10s, 5m, 2h or 7d") {
            Quantities.duration($0.text).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    /// A key's choice among some words.
    func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ key: String,
        of type: Choice.Type
    ) -> Choice? {
        choice(key, of: type.allCases.map { ($0.rawValue, $0) })
    }

    /// A key's choice among some words.
    func choice<Choice>(_ key: String, of choices: [(word: String, value: Choice)]) -> Choice? {
        let words = choices.map(\.word)
        guard let node = node(key) else { return nil }
        let near: String
        if case .scalar(let scalar) = node.content,
            let word = Suggestion.nearest(to: scalar.text, in: words)
        {
            near = " (did you mean \(word)?)"
        } else {
            near = ""
        }
        return value(key, wanted: "one of \(words.listed)\(near)") { scalar in
            choices.first { $0.word == scalar.text }?.value
        }
    }

    /// A key's list of choices among some words, each at most once.
    func choices<Choice: RawRepresentable<String> & CaseIterable & Equatable>(
        _ key: String,
        of type: Choice.Type
    ) -> [Choice]? {
        let words = type.allCases.map(\.rawValue)
        guard let items = items(key, wanted: words.listed) else { return nil }
        var chosen: [Choice] = []
        for (node, path) in items {
            let choice = value(of: node, path: path, wanted: "one of \(words.listed)") { scalar in
                Choice(rawValue: scalar.text)
            }
            if let choice, !chosen.contains(choice) { chosen.append(choice) }
        }
        return chosen
    }

    /// A key's path, made absolute.
    func path(_ key: String) -> String? {
        node(key).flatMap { path(of: $0, path: path.appending(key: key)) }
    }

    /// A key's list of paths, made absolute; at least one.
    func paths(_ key: String) -> [String]? {
        guard let items = items(key, wanted: "paths") else { return nil }
        if items.isEmpty { report(key, "the list is empty, want at least one path") }
        return items.compactMap { path(of: $0.node, path: $0.path) }
    }

    /// A key's list of patterns.
    func patterns(_ key: String) -> [PathPattern]? {
        guard let items = items(key, wanted: "patterns") else { return nil }
        if items.count > 1000 {
            report(key, "found \(items.count) patterns, want at most 1000")
            return nil
        }
        return items.compactMap { node, path in
            guard let text = value(of: node, path: path, wanted: "a pattern", String.read) else {
                return nil
            }
            do throws(PathPatternError) {
                return try PathPattern(text)
            } catch {
                reading.problems.add(
                    node.position,
                    path,
                    "the pattern \(text.quoted) \(error.description)"
                )
                return nil
            }
        }
    }

    private func path(of node: YAMLNode, path: String) -> String? {
        guard let text = value(of: node, path: path, wanted: "a path", String.read) else {
            return nil
        }
        if let problem = FilePaths.problem(of: text) {
            reading.problems.add(node.position, path, problem)
            return nil
        }
        return FilePaths.absolute(text, in: reading.folder)
    }
}
