internal import PipelineFile
internal import Reports

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Walks files and folders lazily, subfolders included, in an order that is the same everywhere.
///
/// Roots come in the order given, each on its own: what two of them share is handed out twice. The
/// entries of one root come in the byte order of their relative paths, files and folders mixed.
/// Memory is bounded by the listing of one folder for each level of depth, and no folder stays
/// open. Files are never opened.
///
/// Taken are regular files with an image's ending (see ``WalkOptions``); pipes, sockets and
/// devices under such a name are handed out as ``WalkEntry/Kind/special``. A folder is a folder
/// whatever its name. Report folders below the roots are passed by, and so are the pictures of a
/// report in a root itself: a run never scans what it or another wrote. What can't be looked at is an entry too, never an end of the walk. A root is
/// taken whatever its name, and may be a link.
///
/// A walk can be iterated once.
public final class DirectoryWalk: Sequence, IteratorProtocol {
    private struct Frame {
        let relativePath: RawPath
        let absolutePath: RawPath
        let listing: FolderListing
        var next = 0
    }

    /// What the walk came across so far.
    public private(set) var counts = WalkCounts()

    private let options: WalkOptions
    private let currentFolder: RawPath
    private var roots: ArraySlice<RawPath>
    private var root = RawPath("")
    private var stack: [Frame] = []

    /// Creates a walk; nothing is looked at before the first entry is asked for.
    ///
    /// - Parameters:
    ///   - roots: Files and folders, absolute or below the current folder.
    ///   - options: What to take.
    public init(roots: [RawPath], options: WalkOptions = WalkOptions()) {
        self.roots = roots[...]
        self.options = options
        currentFolder = RawPath.currentFolder
    }

    /// Returns the next entry, or nil at the end.
    public func next() -> WalkEntry? {
        while true {
            let entry: WalkEntry?
            if let top = stack.indices.last {
                let place = stack[top].next
                guard place < stack[top].listing.count else {
                    stack.removeLast()
                    continue
                }
                stack[top].next += 1
                entry = visit(stack[top].listing[place], in: stack[top])
            } else {
                guard let first = roots.popFirst() else { return nil }
                root = first
                entry = visitRoot()
            }
            if let entry {
                counts.entries += 1
                return entry
            }
        }
    }

    private func visitRoot() -> WalkEntry? {
        guard !root.bytes.isEmpty else {
            let error = InputError(.notFound, detail: "the path is empty")
            return makeEntry(root, at: root, kind: .unreadable(error), isLink: false)
        }
        let path = currentFolder.appending(root)
        let name = root.name.bytes.isEmpty ? root : root.name
        do {
            switch try FileStatus(of: path, followsLinks: true).kind {
            case .folder:
                return openFolder(RawPath(""), at: path, isLink: true)
            case .regular, .unknown:
                return makeEntry(name, at: path, kind: .file, isLink: true)
            case .link, .pipe, .socket, .device:
                return makeEntry(name, at: path, kind: .special, isLink: true)
            }
        } catch {
            return makeEntry(name, at: path, kind: .unreadable(error), isLink: true)
        }
    }

    private func visit(_ item: FolderListing.Item, in frame: Frame) -> WalkEntry? {
        let relative = frame.relativePath.appending(item.name)
        let path = frame.absolutePath.appending(item.name)
        guard isWanted(relative, kind: item.kind) else {
            counts.ignored += 1
            return nil
        }
        switch item.kind {
        case .folder:
            return openFolder(relative, at: path, isLink: item.isLink)
        case .regular, .unknown:
            return makeEntry(relative, at: path, kind: .file, isLink: item.isLink)
        case .pipe, .socket, .device:
            return makeEntry(relative, at: path, kind: .special, isLink: item.isLink)
        case .link:
            // It leads nowhere; reading it says why.
            return makeEntry(relative, at: path, kind: .file, isLink: true)
        }
    }

    /// Whether patterns and depth let an item pass.
    private func isWanted(_ relative: RawPath, kind: FileKind) -> Bool {
        if kind == .folder, !options.isRecursive { return false }
        guard options.hasPatterns else { return true }
        return kind == .folder
            ? !options.filter.skips(folder: relative.bytes)
            : options.filter.takes(file: relative.bytes)
    }

    /// Lists a folder to go on with; returns an entry only where that failed.
    private func openFolder(_ relative: RawPath, at path: RawPath, isLink: Bool) -> WalkEntry? {
        let shown = RawPath(bytes: (relative.bytes.isEmpty ? [0x2E] : relative.bytes) + [0x2F])
        do {
            let listing = try FolderListing(
                path,
                isLinkAllowed: isLink,
                options: options,
                counts: &counts
            )
            if stack.contains(where: { $0.listing.identity == listing.identity }) {
                counts.loops += 1
                return nil
            }
            let isFlagged = stack.last.map {
                $0.listing.isReport && relative.name == RawPath(ReportFolder.flagged)
            }
            if isFlagged == true || (listing.isReport && !relative.bytes.isEmpty) {
                counts.reports += 1
                return nil
            }
            stack.append(Frame(relativePath: relative, absolutePath: path, listing: listing))
            guard let failure = listing.failure else { return nil }
            return makeEntry(shown, at: path, kind: .unreadable(failure), isLink: isLink)
        } catch {
            return makeEntry(shown, at: path, kind: .unreadable(error), isLink: isLink)
        }
    }

    private func makeEntry(
        _ relative: RawPath,
        at path: RawPath,
        kind: WalkEntry.Kind,
        isLink: Bool
    ) -> WalkEntry {
        WalkEntry(
            root: root,
            relativePath: relative,
            absolutePath: path,
            kind: kind,
            followsLinks: isLink
        )
    }
}

extension RawPath {
    /// The folder that relative paths start from; empty when it is gone.
    static var currentFolder: RawPath {
        guard let text = unsafe getcwd(nil, 0) else { return RawPath("") }
        defer { unsafe free(text) }
        let bytes = unsafe UnsafeRawBufferPointer(start: text, count: strlen(text))
        return unsafe RawPath(bytes: bytes)
    }
}
