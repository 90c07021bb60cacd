internal import Files

/// The names in a report folder, and the removal of an older report.
package enum ReportFolder {
    /// Marks a folder as a report's, from before its first file is written; locked by a run.
    package static let marker = ".residua-report"
    package static let summary = "run.json"
    package static let lines = "images.jsonl"
    static let metrics = "metrics.json"
    /// The page for people.
    static let page = "index.html"
    /// Holds a folder for each flagged image.
    package static let flagged = "flagged"
    package static let flaggedReport = "report.json"

    /// Removes what an older report wrote and leaves everything else.
    ///
    /// The summary goes first: a report without one is not finished.
    ///
    /// - Parameters:
    ///   - folder: The report folder.
    ///   - keepsFlagged: Whether flagged images' folders stay.
    /// - Throws: ``FileError`` when the system refuses.
    static func removeReport(
        from folder: Folder,
        keepingFlagged keepsFlagged: Bool
    ) throws(FileError) {
        try folder.remove(summary)
        // A power failure must not bring it back beside what this run writes.
        folder.synchronize()
        // The last run's metrics stay until this run's: how old they are tells that runs fail.
        let exports = ExportFormat.allCases.filter { $0 != .prometheus }.map(\.fileName)
        for name in [page, metrics, lines] + exports { try folder.remove(name) }
        try removeTemporaryFiles(from: folder)
        if !keepsFlagged { try removeFlagged(from: folder) { _ in true } }
    }

    /// Removes flagged images' folders, but for files in them that no report wrote.
    static func removeFlagged(
        from folder: Folder,
        where isOld: (String) -> Bool
    ) throws(FileError) {
        let flagged = folder.folder(Self.flagged)
        // Not through a symbolic link: what is behind one is not the report's.
        guard flagged.isFolder(followingLinks: false) else { return }
        for name in try flagged.names() where ImageIdentifiers.isIdentifier(name) {
            let image = flagged.folder(name)
            guard image.isFolder(followingLinks: false) else { continue }
            try removeTemporaryFiles(from: image)
            guard isOld(name) else { continue }
            for file in try image.names() {
                let isOurs = file == flaggedReport || FlaggedPicture(fileName: file) != nil
                if isOurs { try image.remove(file) }
            }
            image.removeIfEmpty()
        }
        flagged.removeIfEmpty()
    }

    private static func removeTemporaryFiles(from folder: Folder) throws(FileError) {
        for name in try folder.names() where AtomicFile.isTemporary(name: name) {
            try folder.remove(name)
        }
    }
}
