public import PipelineFile

/// What a walk takes and what it passes by.
public struct WalkOptions: Sendable, Hashable {
    /// Whether symbolic links below the roots are followed; a root itself may always be one.
    public var followsLinks: Bool
    /// Whether names that start with a dot are taken.
    public var includesHidden: Bool
    /// Whether files of every name are taken, so that their content decides alone.
    public var includesAllNames: Bool
    /// Whether folders below the roots are walked too.
    public var isRecursive: Bool
    /// Patterns of paths below a root; where there are some to include, endings don't matter.
    public var filter: PathFilter

    /// Creates options; each is off unless set, but for walking subfolders.
    public init(
        followsLinks: Bool = false,
        includesHidden: Bool = false,
        includesAllNames: Bool = false,
        isRecursive: Bool = true,
        filter: PathFilter = PathFilter()
    ) {
        self.followsLinks = followsLinks
        self.includesHidden = includesHidden
        self.includesAllNames = includesAllNames
        self.isRecursive = isRecursive
        self.filter = filter
    }

    /// The options in words, the same where the options are.
    public var choice: String {
        var words: [String] = []
        if followsLinks { words.append("links") }
        if includesHidden { words.append("hidden files") }
        if includesAllNames { words.append("all names") }
        if isRecursive { words.append("subfolders") }
        for pattern in filter.include ?? [] { words.append("include \(pattern)") }
        for pattern in filter.exclude { words.append("exclude \(pattern)") }
        return words.isEmpty ? "no subfolders" : words.joined(separator: ", ")
    }

    /// Whether the name of a file decides nothing by its ending.
    var takesAllEndings: Bool { includesAllNames || filter.include != nil }

    /// Whether there are patterns at all.
    var hasPatterns: Bool { filter.include != nil || !filter.exclude.isEmpty }

    /// The endings of names that are taken for images, in lower case.
    public static let imageEndings = ["png", "jpg", "jpeg", "jpe", "jfif"]

    private static let endings = imageEndings.map { Array($0.utf8) }

    /// Whether a name looks like an image's: an ending of ``imageEndings`` in any case.
    static func isImageName(_ name: some BidirectionalCollection<UInt8>) -> Bool {
        guard let dot = name.lastIndex(of: UInt8(ascii: ".")), dot != name.startIndex else {
            return false
        }
        let ending = name[name.index(after: dot)...]
        return endings.contains { known in
            known.elementsEqual(ending) { lower, byte in
                lower == byte || (lower >= UInt8(ascii: "a") && lower == byte | 0x20)
            }
        }
    }
}
