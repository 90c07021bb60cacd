internal import Digests
internal import Files
internal import Mustache

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// A report as a page for people: `index.html` in the report folder.
///
/// The page depends on the folder's JSON alone, so that it can be made anew at any time with the same bytes. It shows the
/// pictures beside it and needs nothing else.
public enum Gallery {
    /// Writes the page of a report that is there; one without `run.json` is shown as unfinished.
    ///
    /// - Parameter path: The report folder.
    /// - Returns: The page's path.
    /// - Throws: ``ReportError``, also where the folder holds no report or one that can't be understood.
    @discardableResult
    public static func write(reportAt path: String) throws(ReportError) -> String {
        let folder = Folder(path)
        guard folder.contains(ReportFolder.marker), folder.contains(ReportFolder.lines) else {
            throw .notAReport(path: folder.path)
        }
        var summary: RunSummary?
        if folder.contains(ReportFolder.summary) {
            let file = folder.path(of: ReportFolder.summary)
            let bytes: [UInt8]
            do throws(FileError) {
                bytes = try InputFile.read(file, limit: 1 << 26)
            } catch {
                throw .file(error)
            }
            do {
                summary = try ReportJSON.decode(RunSummary.self, from: bytes)
            } catch {
                throw .unreadableRecord(path: file)
            }
        }
        let page = try render(folder, summary: summary)
        do throws(FileError) {
            try AtomicFile.write(page, to: folder.path(of: ReportFolder.page))
        } catch {
            throw .file(error)
        }
        return folder.path(of: ReportFolder.page)
    }

    /// Returns the page of the report in a folder.
    ///
    /// - Parameters:
    ///   - folder: The report folder; its `images.jsonl` is read.
    ///   - summary: What `run.json` says or will say; nil where the report is not finished.
    /// - Returns: HTML.
    /// - Throws: ``ReportError`` when `images.jsonl` can't be read.
    static func render(_ folder: Folder, summary: RunSummary?) throws(ReportError) -> [UInt8] {
        let records: GalleryRecords
        do throws(FileError) {
            records = try GalleryRecords(of: folder)
        } catch {
            throw .file(error)
        }
        let model = summary?.model ?? model(of: records, in: folder)
        return try render(records, summary: summary, model: model)
    }

    /// The model of an unfinished report, as a flagged image's own report names it.
    private static func model(of records: GalleryRecords, in folder: Folder) -> ModelIdentity? {
        guard let id = records.flagged.first?.id, ImageIdentifiers.isIdentifier(id) else {
            return nil
        }
        let image = folder.folder(ReportFolder.flagged).folder(id)
        let path = image.path(of: ReportFolder.flaggedReport)
        guard let bytes = try? InputFile.read(path, limit: 1 << 24) else { return nil }
        return try? ReportJSON.decode(FlaggedReport.self, from: bytes).model
    }

    private static func render(
        _ records: GalleryRecords,
        summary: RunSummary?,
        model: ModelIdentity?
    ) throws(ReportError) -> [UInt8] {
        let images = records.flagged.compactMap {
            GalleryImage(
                $0,
                normals: summary?.calibration.normals ?? 0,
                roots: summary?.roots ?? []
            )
        }
        let style = text(PackageResources.gallery_css) + OfflinePage.heatStyle
        let script = text(PackageResources.gallery_js)
        let view = GalleryView(
            records: records,
            images: images,
            summary: summary,
            model: model,
            page: .init(
                policy: policy(style: style, script: script),
                style: style,
                script: script,
                data: try data(images)
            )
        )
        return Array(template.render(view).utf8)
    }

    private static let template: MustacheTemplate = {
        do {
            return try MustacheTemplate(string: text(PackageResources.gallery_mustache))
        } catch {
            preconditionFailure("the gallery's template is malformed: \(error)")
        }
    }()

    /// Reads the template, which the first page would wait for; may be called beside other work.
    public static func prepare() { _ = template }

    private struct Content: Encodable {
        let images: [GalleryImage]
    }

    /// JSON that can stand in a script element: a `<` could end it.
    private static func data(_ images: [GalleryImage]) throws(ReportError) -> String {
        let json = try ReportJSON.line(Content(images: images), what: ReportFolder.page)
        var safe: [UInt8] = []
        safe.reserveCapacity(json.count)
        for byte in json.dropLast() {
            if byte == UInt8(ascii: "<") {
                safe += Array(#"\u003c"#.utf8)
            } else {
                safe.append(byte)
            }
        }
        return text(safe)
    }

    /// Nothing is loaded but pictures, which a page that was opened as a file names by `file:`; only the page's own style and
    /// script count.
    private static func policy(style: String, script: String) -> String {
        "default-src 'none'; img-src 'self' file: data:; style-src '\(digest(style))'; "
            + "script-src '\(digest(script))'; base-uri 'none'; form-action 'none'"
    }

    private static func digest(_ text: String) -> String {
        let bytes = SHA256Digest(of: Array(text.utf8)).bytes
        return "sha256-\(Data(bytes).base64EncodedString())"
    }

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
