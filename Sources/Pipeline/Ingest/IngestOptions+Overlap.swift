internal import PipelineFile

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

extension IngestOptions {
    /// Refuses roots of which one is given twice or would be come across in the walk of another.
    ///
    /// What an outer root's walk passes by (excluded, hidden or too deep) may be a root of its own. Links are
    /// followed in the roots themselves, not below them.
    ///
    /// - Throws: ``RunError/overlappingPaths(_:_:)``.
    func refuseSharedFiles() throws(RunError) {
        guard roots.count > 1 else { return }
        let resolved = roots.map(\.resolved)
        var owners: [RawPath: Int] = [:]
        for (number, path) in resolved.enumerated() {
            if let other = owners.updateValue(number, forKey: path) {
                throw .overlappingPaths(roots[number].description, roots[other].description)
            }
        }
        for (number, path) in resolved.enumerated() {
            for (folder, relative) in path.splits {
                guard let outer = owners[folder], comesAcross(relative, isFolder: path.isFolder)
                else { continue }
                throw .overlappingPaths(roots[number].description, roots[outer].description)
            }
        }
    }

    /// Whether the walk of a root takes what is at a path below it, or enters it.
    private func comesAcross(_ relative: RawPath, isFolder: Bool) -> Bool {
        let names = relative.bytes.split(separator: RawPath.slash)
        if !walk.isRecursive, isFolder || names.count > 1 { return false }
        if !walk.includesHidden, names.contains(where: { $0.first == UInt8(ascii: ".") }) {
            return false
        }
        if isFolder { return !walk.filter.skips(folder: relative.bytes) }
        return walk.filter.takes(file: relative.bytes)
            && (walk.takesAllEndings || WalkOptions.isImageName(relative.name.bytes))
    }
}

extension RawPath {
    /// The absolute path without links; the path itself where it leads nowhere.
    fileprivate var resolved: RawPath {
        unsafe withCString { path in
            guard let text = unsafe realpath(path, nil) else { return self }
            defer { unsafe free(text) }
            let bytes = unsafe UnsafeRawBufferPointer(start: text, count: strlen(text))
            return unsafe RawPath(bytes: bytes)
        }
    }

    /// Whether there is a folder.
    fileprivate var isFolder: Bool {
        (try? FileStatus(of: self, followsLinks: true).kind) == .folder
    }

    /// An absolute path as each of the folders that it lies in, and the rest.
    fileprivate var splits: [(folder: RawPath, rest: RawPath)] {
        bytes.indices.filter { bytes[$0] == Self.slash && $0 < bytes.count - 1 }.map { place in
            (
                RawPath(bytes: place == 0 ? [Self.slash] : Array(bytes[..<place])),
                RawPath(bytes: bytes[(place + 1)...])
            )
        }
    }
}
