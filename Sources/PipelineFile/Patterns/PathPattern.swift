/// A pattern of paths, much as in a `.gitignore` file.
///
/// - `*` stands for any characters but `/`, `?` for one, `[a-z]` for one of a class and `[!a-z]` or
///   `[^a-z]` for one that is not in it; neither ever stands for `/`. `\` takes the next character
///   as it is.
/// - `**` between slashes stands for any number of folders, none included: `a/**/b`. At the start,
///   `**/b`, it means any depth; at the end, `a/**`, everything below `a`, but not `a` itself.
///   Elsewhere it means the same as `*`.
/// - A pattern with no `/` but at its end matches the name at any depth; any other is matched with
///   the whole path, relative to its root. A `/` at the start only says so.
/// - A `/` at the end matches folders only.
///
/// Paths are bytes. A character is a character of well-formed UTF-8, any other byte counts as one
/// character of its own. Upper and lower case differ; names that start with a dot are nothing special.
public struct PathPattern: Sendable, Hashable, CustomStringConvertible {
    /// The most bytes of a pattern.
    public static let byteLimit = 4096

    /// The pattern as it is written.
    public let description: String
    /// Whether the pattern matches folders only: it ends in `/`.
    public let matchesOnlyFolders: Bool

    private enum Part: Sendable, Hashable {
        case anyFolders
        case name(NamePattern)
    }

    private let parts: [Part]

    /// Creates a pattern.
    ///
    /// - Throws: ``PathPatternError`` for a pattern that is empty or too long, has an unfinished class
    ///   or an empty part, or starts with `!`, which has no meaning here.
    public init(_ text: String) throws(PathPatternError) {
        guard text.utf8.count <= Self.byteLimit else {
            throw PathPatternError("is longer than \(Self.byteLimit) bytes")
        }
        guard text.first != "!" else {
            throw PathPatternError("starts with !; list it under exclude instead")
        }
        var pieces = text.split(separator: "/", omittingEmptySubsequences: false)
        matchesOnlyFolders = pieces.count > 1 && pieces.last?.isEmpty == true
        if matchesOnlyFolders { pieces.removeLast() }
        let isAnchored = pieces.count > 1
        if isAnchored, pieces.first?.isEmpty == true { pieces.removeFirst() }
        var parts: [Part] = isAnchored || pieces == ["**"] ? [] : [.anyFolders]
        for (index, piece) in pieces.enumerated() {
            guard !piece.isEmpty else { throw PathPatternError("has an empty part") }
            guard piece != ".", piece != ".." else {
                throw PathPatternError("has the part \(piece), which no path has")
            }
            if piece != "**" {
                parts.append(.name(try NamePattern(piece)))
            } else if index < pieces.count - 1 {
                if parts.last != .anyFolders { parts.append(.anyFolders) }
            } else {
                // At least one name below.
                if parts.last != .anyFolders { parts.append(.anyFolders) }
                parts.append(.name(NamePattern.anything))
            }
        }
        self.parts = parts
        description = text
    }

    /// Whether a path matches.
    ///
    /// - Parameters:
    ///   - path: The path relative to its root, without a `/` at either end; it need not be UTF-8.
    ///   - isFolder: Whether a folder stands there.
    /// - Returns: Whether the whole path, or its name where the pattern is of names, matches.
    /// - Complexity: O(path length x pattern length).
    public func matches(_ path: some Collection<UInt8>, isFolder: Bool = false) -> Bool {
        matches(names: PathCharacters.names(of: path), isFolder: isFolder)
    }

    /// Whether a path matches that is taken apart already.
    func matches(names: [[PathCharacters.Unit]], isFolder: Bool) -> Bool {
        guard isFolder || !matchesOnlyFolders else { return false }
        // The last `**` may always take one name more: what came before it stays matched.
        var (name, part) = (0, 0)
        var retry: (name: Int, part: Int)?
        while name < names.count {
            if part < parts.count {
                switch parts[part] {
                case .anyFolders:
                    retry = (name, part + 1)
                    part += 1
                    continue
                case .name(let pattern):
                    if pattern.matches(names[name]) {
                        (name, part) = (name + 1, part + 1)
                        continue
                    }
                }
            }
            guard let last = retry else { return false }
            retry = (last.name + 1, last.part)
            (name, part) = (last.name + 1, last.part)
        }
        return part == parts.count
    }
}
