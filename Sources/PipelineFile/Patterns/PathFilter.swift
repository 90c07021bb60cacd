/// Which files below a root are taken.
public struct PathFilter: Sendable, Hashable {
    /// A file must match one of these; nil where names are not chosen by patterns.
    public var include: [PathPattern]?
    /// A file is left out that matches one of these, or that lies in a folder that does.
    public var exclude: [PathPattern]

    /// Creates a filter.
    public init(include: [PathPattern]? = nil, exclude: [PathPattern] = []) {
        self.include = include
        self.exclude = exclude
    }

    /// Whether a file is taken.
    ///
    /// - Parameter path: The path relative to its root; it need not be UTF-8.
    /// - Returns: Whether patterns take it; without ``include`` that does not look at the ending of its name.
    public func takes(file path: some Collection<UInt8>) -> Bool {
        let names = PathCharacters.names(of: path)
        if let include, !include.contains(where: { $0.matches(names: names, isFolder: false) }) {
            return false
        }
        return !excludes(names, isFolder: false)
    }

    /// Whether a folder is left out with everything in it, so that it need not be walked.
    ///
    /// - Parameter path: The path relative to its root; it need not be UTF-8.
    /// - Returns: Whether the folder, or one that it lies in, is excluded.
    public func skips(folder path: some Collection<UInt8>) -> Bool {
        excludes(PathCharacters.names(of: path), isFolder: true)
    }

    private func excludes(_ names: [[PathCharacters.Unit]], isFolder: Bool) -> Bool {
        guard !exclude.isEmpty else { return false }
        return names.indices.contains { last in
            let isWhole = last == names.count - 1
            return exclude.contains {
                $0.matches(names: Array(names[...last]), isFolder: isFolder || !isWhole)
            }
        }
    }
}
