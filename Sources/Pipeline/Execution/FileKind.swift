internal import RunLedger

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// What stands at a path.
enum FileKind: UInt8, Sendable {
    case regular, folder, link, pipe, socket, device, unknown

    /// The kind in the mode that `stat` returns.
    init(mode: mode_t) {
        self =
            switch mode & S_IFMT {
            case S_IFREG: .regular
            case S_IFDIR: .folder
            case S_IFLNK: .link
            case S_IFIFO: .pipe
            case S_IFSOCK: .socket
            case S_IFBLK, S_IFCHR: .device
            default: .unknown
            }
    }

    /// The kind that a folder's entry tells; some file systems always say `unknown`.
    init(entryType: UInt8) {
        self =
            switch Int32(entryType) {
            case Int32(DT_REG): .regular
            case Int32(DT_DIR): .folder
            case Int32(DT_LNK): .link
            case Int32(DT_FIFO): .pipe
            case Int32(DT_SOCK): .socket
            case Int32(DT_BLK), Int32(DT_CHR): .device
            default: .unknown
            }
    }

    /// Words for a person.
    var phrase: String {
        switch self {
        case .regular: "a file"
        case .folder: "a folder, not a file"
        case .link: "a symbolic link, which is not followed"
        case .pipe: "a pipe, not a file"
        case .socket: "a socket, not a file"
        case .device: "a device, not a file"
        case .unknown: "not a file"
        }
    }
}

/// A file's kind and its identity on this machine.
struct FileStatus {
    /// Tells files apart whatever path leads to them.
    struct Identity: Hashable {
        let device: UInt64
        let inode: UInt64
    }

    let kind: FileKind
    let identity: Identity
    let stamp: FileStamp

    /// Asks the file system.
    init(of path: RawPath, followsLinks: Bool) throws(InputError) {
        guard !path.bytes.contains(0) else {
            throw InputError(.notFound, detail: "the path holds a zero byte")
        }
        var status = stat()
        let result = unsafe path.withCString { text in
            unsafe followsLinks ? stat(text, &status) : lstat(text, &status)
        }
        guard result == 0 else { throw InputError(errno: errno) }
        self.init(status)
    }

    init(_ status: stat) {
        kind = FileKind(mode: status.st_mode)
        identity = Identity(
            device: UInt64(truncatingIfNeeded: status.st_dev),
            inode: UInt64(truncatingIfNeeded: status.st_ino)
        )
        #if canImport(Darwin)
            let time = status.st_mtimespec
        #else
            let time = status.st_mtim
        #endif
        stamp = FileStamp(
            size: Int64(status.st_size),
            modificationTime: Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
        )
    }
}
