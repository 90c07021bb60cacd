#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

extension IngestOptions {
    /// Checks that the roots are there, may be read and share nothing, before any work.
    ///
    /// - Throws: ``RunError/unreadablePath(_:reason:)`` and ``RunError/overlappingPaths(_:_:)``.
    public func requireRoots() throws(RunError) {
        for root in roots {
            let number = unsafe root.withCString { text in
                unsafe access(text, R_OK) == 0 ? 0 : errno
            }
            guard number == 0 else {
                throw .unreadablePath(
                    root.description,
                    reason: InputError(errno: number).detail
                )
            }
        }
        try refuseSharedFiles()
    }

    /// Refuses an output folder among the inputs: the next run would take what this one wrote for images.
    ///
    /// - Throws: ``RunError/unwritablePath(_:reason:)``.
    func refuseOutput(in folder: String) throws(RunError) {
        func resolved(_ path: String) -> [String] {
            URL(fileURLWithPath: path).standardizedFileURL.resolvingSymlinksInPath().pathComponents
        }
        let target = resolved(folder)
        for root in roots where target.starts(with: resolved(root.description)) {
            throw .unwritablePath(
                folder,
                reason: "it lies in the folder of images that are read; choose another"
            )
        }
    }
}
