#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

extension IngestOptions {
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
