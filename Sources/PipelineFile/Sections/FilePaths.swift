/// Makes the paths of a file absolute.
enum FilePaths {
    /// What is wrong with a path, or nil.
    static func problem(of path: String) -> String? {
        if path.isEmpty { return "found an empty path, want a path" }
        if path.utf8.contains(0) { return "a path can't hold a zero byte" }
        if path == "~" || path.hasPrefix("~/") {
            return "~ is not expanded; write ${HOME}, or ./~ for a file of that name"
        }
        if path.utf8.count > 4095 { return "found a path of \(path.utf8.count) bytes, want 4095" }
        return nil
    }

    /// A path in a folder, without `.` parts and double slashes; an absolute one is only tidied.
    ///
    /// `..` is kept: what it means is known only to the file system, where a folder may be a link.
    static func absolute(_ path: String, in folder: String) -> String {
        let whole = path.hasPrefix("/") ? path : folder + "/" + path
        let parts = whole.split(separator: "/").filter { $0 != "." }
        let start = whole.hasPrefix("/") ? "/" : ""
        return parts.isEmpty && start.isEmpty ? "." : start + parts.joined(separator: "/")
    }

    /// The path up to the last `/`: the folder that a file lies in.
    static func folder(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// The name of a file without its last ending.
    static func stem(of path: String) -> String {
        let name =
            path.utf8.lastIndex(of: UInt8(ascii: "/"))
            .map { String(path[path.utf8.index(after: $0)...]) } ?? path
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return name }
        return String(name[..<dot])
    }
}
