/// A pattern of one name in a path.
struct NamePattern: Sendable, Hashable {
    private enum Element: Sendable, Hashable {
        case any
        case one
        case literal(PathCharacters.Unit)
        case oneOf([ClosedRange<PathCharacters.Unit>], isNegated: Bool)

        func matches(_ unit: PathCharacters.Unit) -> Bool {
            switch self {
            case .any, .one: true
            case .literal(let wanted): unit == wanted
            case .oneOf(let ranges, let isNegated):
                ranges.contains { $0.contains(unit) } != isNegated
            }
        }
    }

    private let elements: [Element]

    /// The pattern of every name.
    static let anything = NamePattern(elements: [.any])

    private init(elements: [Element]) { self.elements = elements }

    init(_ text: Substring) throws(PathPatternError) {
        let scalars = Array(text.unicodeScalars)
        var elements: [Element] = []
        var place = 0
        while place < scalars.count {
            let scalar = scalars[place]
            place += 1
            switch scalar {
            case "*": if elements.last != .any { elements.append(.any) }
            case "?": elements.append(.one)
            case "[": elements.append(try Self.characterClass(scalars, &place))
            case "\\":
                guard place < scalars.count else { throw PathPatternError("ends in a single \\") }
                elements.append(.literal(scalars[place].value))
                place += 1
            default: elements.append(.literal(scalar.value))
            }
        }
        self.elements = elements
    }

    /// Reads a class from behind its `[` to behind its `]`; a `]` that comes first is one of the class.
    private static func characterClass(
        _ scalars: [Unicode.Scalar],
        _ place: inout Int
    ) throws(PathPatternError) -> Element {
        var isNegated = false
        if place < scalars.count, scalars[place] == "!" || scalars[place] == "^" {
            isNegated = true
            place += 1
        }
        var ranges: [ClosedRange<PathCharacters.Unit>] = []
        while place < scalars.count {
            if scalars[place] == "]", !ranges.isEmpty {
                place += 1
                return .oneOf(ranges, isNegated: isNegated)
            }
            let first = try member(scalars, &place)
            // A dash before the `]` is one of the class.
            if place + 1 < scalars.count, scalars[place] == "-", scalars[place + 1] != "]" {
                place += 1
                let last = try member(scalars, &place)
                guard first <= last else {
                    throw PathPatternError("has a class whose range runs backwards")
                }
                ranges.append(first...last)
            } else {
                ranges.append(first...first)
            }
        }
        throw PathPatternError("has a [ without its ]; write \\[ for the character itself")
    }

    private static func member(
        _ scalars: [Unicode.Scalar],
        _ place: inout Int
    ) throws(PathPatternError) -> PathCharacters.Unit {
        if scalars[place] == "\\" { place += 1 }
        guard place < scalars.count else {
            throw PathPatternError("has a [ without its ]; write \\[ for the character itself")
        }
        defer { place += 1 }
        return scalars[place].value
    }

    /// Whether a whole name matches.
    ///
    /// - Complexity: O(name length x pattern length): only the last `*` is ever tried again.
    func matches(_ name: [PathCharacters.Unit]) -> Bool {
        var (place, element) = (0, 0)
        var retry: (place: Int, element: Int)?
        while place < name.count {
            if element < elements.count {
                if elements[element] == .any {
                    retry = (place, element + 1)
                    element += 1
                    continue
                }
                if elements[element].matches(name[place]) {
                    (place, element) = (place + 1, element + 1)
                    continue
                }
            }
            guard let last = retry else { return false }
            retry = (last.place + 1, last.element)
            (place, element) = (last.place + 1, last.element)
        }
        return elements[element...].allSatisfy { $0 == .any }
    }
}
