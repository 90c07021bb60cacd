/// Puts variables of the environment into values.
///
/// `${NAME}` is the variable's value; `${NAME:-text}` is `text` where the variable is not set or
/// empty; `$$` is a dollar sign. Substitution happens in values that are already told apart, so it
/// never changes the structure: a value with `: ` or a line break in it stays one value. Keys are
/// left alone, and what was put in is not looked at again.
struct Substitution {
    /// The most bytes that variables may add to a file.
    static let byteLimit = 1 << 20

    private let environment: [String: String]
    private var bytesLeft = Self.byteLimit

    init(environment: [String: String]) { self.environment = environment }

    /// A scalar with its variables put in; one that can't be is reported and marked.
    mutating func scalar(
        _ text: String,
        isPlain: Bool,
        at position: SourcePosition,
        problems: ProblemLog
    ) throws(YAMLFailure) -> YAMLScalar {
        guard text.utf8.contains(UInt8(ascii: "$")) else {
            return YAMLScalar(text: text, isPlain: isPlain, isSubstituted: false, isUnusable: false)
        }
        var result = ""
        var rest = text.unicodeScalars[...]
        var substituted = false
        while let dollar = rest.firstIndex(of: "$") {
            result.unicodeScalars += rest[..<dollar]
            rest = rest[rest.index(after: dollar)...]
            if rest.first == "$" {
                rest.removeFirst()
                result += "$"
                continue
            }
            substituted = true
            guard rest.first == "{", let end = rest.firstIndex(of: "}") else {
                problems.add(
                    position,
                    "",
                    rest.first == "{"
                        ? "a variable that starts with ${ has no } at its end"
                        : "a variable is written ${NAME}, a dollar sign $$; found \(text.quoted)"
                )
                return .unusable
            }
            let inside = Substring(rest[rest.index(after: rest.startIndex)..<end])
            rest = rest[rest.index(after: end)...]
            switch value(of: inside) {
            case .success(let value):
                bytesLeft -= value.utf8.count
                if bytesLeft < 0 {
                    throw YAMLFailure(
                        position,
                        "variables add more than \(Self.byteLimit) bytes to the file"
                    )
                }
                result += value
            case .failure(let failure):
                problems.add(position, "", failure.message)
                return .unusable
            }
        }
        result.unicodeScalars += rest
        return YAMLScalar(
            text: result,
            isPlain: isPlain,
            isSubstituted: substituted,
            isUnusable: false
        )
    }

    private func value(of inside: Substring) -> Result<String, YAMLFailure> {
        var name = inside
        var fallback: Substring?
        if let mark = inside.firstRange(of: ":-") {
            (name, fallback) = (inside[..<mark.lowerBound], inside[mark.upperBound...])
        }
        guard Self.isName(name) else {
            return .failure(
                YAMLFailure(
                    nil,
                    "\(String(inside).quoted) is no name of a variable: a letter or _, then "
                        + "letters, digits and _"
                )
            )
        }
        if let fallback {
            let value = environment[String(name)] ?? ""
            return .success(value.isEmpty ? String(fallback) : value)
        }
        guard let value = environment[String(name)] else {
            return .failure(
                YAMLFailure(
                    nil,
                    "the variable \(name) is not set; set it, or give a default: ${\(name):-…}"
                )
            )
        }
        return .success(value)
    }

    private static func isName(_ name: Substring) -> Bool {
        guard let first = name.utf8.first,

            !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first)
        else { return false }
        return name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
    }
}

extension YAMLScalar {
    fileprivate static let unusable = YAMLScalar(
        text: "",
        isPlain: false,
        isSubstituted: true,
        isUnusable: true
    )
}
