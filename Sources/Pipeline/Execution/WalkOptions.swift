/// What a walk takes and what it passes by.
public struct WalkOptions: Sendable, Hashable {
    /// Whether symbolic links below the roots are followed; a root itself may always be one.
    public var followsLinks: Bool
    /// Whether names that start with a dot are taken.
    public var includesHidden: Bool
    /// Whether files of every name are taken, so that their content decides alone.
    public var includesAllNames: Bool

    /// Creates options; each is off unless set.
    public init(
        followsLinks: Bool = false,
        includesHidden: Bool = false,
        includesAllNames: Bool = false
    ) {
        self.followsLinks = followsLinks
        self.includesHidden = includesHidden
        self.includesAllNames = includesAllNames
    }

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
