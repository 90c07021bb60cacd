internal import PipelineFile
internal import Reports

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// The names in one folder that a walk will visit, sorted.
///
/// Names lie in one buffer, so that a folder of a million files takes some 40 MB.
struct FolderListing {
    /// One name with its kind.
    struct Item {
        let name: RawPath
        let kind: FileKind
        /// Whether `kind` was found by following a link.
        let isLink: Bool
    }

    private struct Place {
        let start: Int
        // A folder's name has its slash here.
        let length: UInt16
        let kind: FileKind
        let isLink: Bool

        var range: Range<Int> { start..<start + Int(length) }
    }

    /// The name of the file that marks a folder as a report's.
    private static let reportMarker = Array(ReportFolder.marker.utf8)

    let identity: FileStatus.Identity
    private(set) var failure: InputError?
    /// Whether the folder holds a report.
    private(set) var isReport = false
    private var names: [UInt8] = []
    private var places: [Place] = []

    /// Lists a folder and closes it again.
    ///
    /// - Throws: ``InputError`` when it can't be opened. When only some of it could be read, that
    ///   much is listed and ``failure`` says why.
    init(
        _ path: RawPath,
        isLinkAllowed: Bool,
        options: WalkOptions,
        counts: inout WalkCounts
    ) throws(InputError) {
        let descriptor = try FileBytes.open(
            path,
            flags: O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK,
            followsLinks: isLinkAllowed
        )
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0, let folder = unsafe fdopendir(descriptor)
        else {
            let error = InputError(errno: errno)
            close(descriptor)
            throw error
        }
        defer { unsafe closedir(folder) }
        identity = FileStatus(status).identity
        counts.folders += 1

        while true {
            errno = 0
            guard let entry = unsafe readdir(folder) else {
                if errno != 0 { failure = InputError(errno: errno) }
                break
            }
            let kind = FileKind(entryType: unsafe entry.pointee.d_type)
            unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                let name = unsafe bytes.prefix { $0 != 0 }
                unsafe admit(name, kind: kind, in: path, options: options, counts: &counts)
            }
        }
        sort()
    }

    var count: Int { places.count }

    subscript(index: Int) -> Item {
        let place = places[index]
        let name = names[place.range].dropLast(place.kind == .folder ? 1 : 0)
        return Item(name: RawPath(bytes: name), kind: place.kind, isLink: place.isLink)
    }

    /// Files one name, unless the options leave it out.
    private mutating func admit(
        _ name: some BidirectionalCollection<UInt8>,
        kind: FileKind,
        in folder: RawPath,
        options: WalkOptions,
        counts: inout WalkCounts
    ) {
        let dot = UInt8(ascii: ".")
        if name.elementsEqual([dot]) || name.elementsEqual([dot, dot]) { return }
        if name.elementsEqual(Self.reportMarker) { isReport = true }
        if name.first == dot, !options.includesHidden {
            counts.hidden += 1
            return
        }

        // Names that went away meanwhile are told by reading them.
        func look(followsLinks: Bool) -> FileKind? {
            try? FileStatus(
                of: folder.appending(RawPath(bytes: name)),
                followsLinks: followsLinks
            ).kind
        }
        var kind = kind
        if kind == .unknown { kind = look(followsLinks: false) ?? .unknown }
        let isLink = kind == .link
        if isLink {
            guard options.followsLinks else {
                counts.links += 1
                return
            }
            kind = look(followsLinks: true) ?? .link
        }

        let isTaken =
            switch kind {
            case .folder: true
            case .regular: options.takesAllEndings || WalkOptions.isImageName(name)
            case .link, .pipe, .socket, .device, .unknown:
                options.filter.include != nil || WalkOptions.isImageName(name)
            }
        let start = names.count
        guard isTaken, let length = UInt16(exactly: name.count + (kind == .folder ? 1 : 0)) else {
            counts.ignored += 1
            return
        }
        names.append(contentsOf: name)
        if kind == .folder { names.append(RawPath.slash) }
        places.append(Place(start: start, length: length, kind: kind, isLink: isLink))
    }

    /// Sorts by the bytes of the names, with a slash after folders' names: then whole paths come in
    /// the order of their bytes too.
    private mutating func sort() {
        let names = names
        places.sort { names[$0.range].lexicographicallyPrecedes(names[$1.range]) }
    }
}
