/// What a PNG stores instead of levels, so that zlib finds more that is alike.
public enum PNGFilter: Sendable, CaseIterable {
    /// For each row what seems best; the smallest files of photographs, at several times the time.
    case adaptive
    /// The levels themselves.
    case none
    /// Differences from the pixel to the left.
    case left
    /// Differences from the pixel above.
    case above
}
