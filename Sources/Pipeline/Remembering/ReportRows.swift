internal import Digests
internal import Files
internal import Reports
internal import RunLedger

/// What a finished report tells of its inputs, for a ledger that was lost.
struct ReportRows {
    let folder: Folder
    let roots: [RawPath]

    /// The most bytes of a report's lines that are read.
    private static let mostBytes = 1 << 30

    /// A row for each input whose file can be told; nil where there is no finished report.
    ///
    /// Sizes and times are not known: the next run compares contents.
    var rows: [LedgerRow]? {
        guard
            let bytes = try? InputFile.read(folder.path(of: ReportFolder.summary), limit: 1 << 24),
            let summary = try? ReportJSON.decode(RunSummary.self, from: bytes),
            let model = SHA256Digest(hexDigits: summary.model.sha256),
            let settings = summary.settings.flatMap(SHA256Digest.init(hexDigits:)),
            let lines = try? InputFile.read(
                folder.path(of: ReportFolder.lines),
                limit: Self.mostBytes
            )
        else { return nil }
        let provenance = Provenance(model: model, settings: settings.bytes)
        return lines.split(separator: UInt8(ascii: "\n")).compactMap { line in
            guard let record = try? ReportJSON.decode(ImageRecord.self, from: Array(line)),
                record.sha256 != nil, let key = key(of: record.path)
            else { return nil }
            return try? LedgerRow(
                record,
                key: key,
                stamp: nil,
                provenance: provenance,
                run: nil,
                scoredAt: summary.startedAt
            )
        }
    }

    /// The root that the input is in; a path with bytes that are no text can't be told.
    private func key(of path: String) -> InputKey? {
        guard !path.unicodeScalars.contains("\u{FFFD}") else { return nil }
        let current = RawPath.currentFolder
        for root in roots {
            let absolute = current.appending(root)
            // A root that is a file has its own name as its path.
            var places = [absolute.appending(RawPath(path))]
            if root.name == RawPath(path) { places.append(absolute) }
            for place in places
            where (try? FileStatus(of: place, followsLinks: true))?.kind == .regular {
                return WalkEntry(
                    root: root,
                    relativePath: RawPath(path),
                    absolutePath: place,
                    kind: .file
                ).ledgerKey
            }
        }
        return nil
    }
}
