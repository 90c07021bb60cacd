internal import Files

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// What a worker says about one input: the line that `images.jsonl` would have, with the pictures where they are wanted.
///
/// Name and links are those of a report in which no earlier image has the same name.
public struct WorkerRecord: Codable, Sendable, Equatable {
    /// The input's record.
    public let record: ImageRecord
    /// A flagged image's pictures, whole PNG and JPEG files; in JSON base64 by their file names, left out where there are none.
    public let pictures: [FlaggedPicture: [UInt8]]

    private enum CodingKeys: String, CodingKey { case pictures }

    /// Names a record and its pictures as a report would.
    ///
    /// - Parameters:
    ///   - record: The record of one input.
    ///   - model: The model that judged.
    ///   - pictures: Of a flagged image; none otherwise.
    public init(_ record: ImageRecord, model: ModelIdentity, pictures: [FlaggedPicture: [UInt8]]) {
        precondition(
            record.status == .flagged || pictures.isEmpty,
            "only flagged images have pictures"
        )
        var record = record
        record.modelSHA256 = model.sha256
        if record.status == .flagged {
            let id = ImageIdentifiers().next(for: record.path)
            record.id = id
            record.links = .init(id: id, pictures: pictures.keys.sorted())
        }
        self.record = record
        self.pictures = pictures
    }

    /// Writes the pictures into a flagged image's folder, each all or nothing, over those of an earlier run.
    ///
    /// - Parameter folder: Gets a folder of the record's `id`.
    /// - Throws: ``ReportError`` when the system refuses.
    public func writePictures(into folder: String) throws(ReportError) {
        guard let id = record.id, !pictures.isEmpty else { return }
        let image = Folder(folder).folder(id)
        do throws(FileError) {
            try image.create()
            for (picture, bytes) in pictures.sorted(by: { $0.key < $1.key }) {
                let path = image.path(of: picture.fileName)
                try AtomicFile.write(bytes, to: path, durability: .buffered)
            }
        } catch {
            throw .file(error)
        }
    }

    /// The record as a line.
    ///
    /// - Parameter hasPictures: Whether the pictures are in it.
    /// - Returns: The line with its end.
    /// - Throws: ``ReportError/invalidRecord(what:reason:)`` when a number is not finite.
    public func line(withPictures hasPictures: Bool) throws(ReportError) -> [UInt8] {
        hasPictures
            ? try ReportJSON.line(self, what: record.path)
            : try ReportJSON.line(record, what: record.path)
    }

    /// Reads a line, with pictures or without.
    public init(from decoder: any Decoder) throws {
        record = try ImageRecord(from: decoder)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let files = try container.decodeIfPresent([String: Data].self, forKey: .pictures) ?? [:]
        var pictures: [FlaggedPicture: [UInt8]] = [:]
        for (name, bytes) in files {
            guard let picture = FlaggedPicture(fileName: name) else {
                throw DecodingError.dataCorruptedError(
                    forKey: .pictures,
                    in: container,
                    debugDescription: "no picture is \(name)"
                )
            }
            pictures[picture] = [UInt8](bytes)
        }
        self.pictures = pictures
    }

    /// Writes the record's fields and the pictures into one object.
    public func encode(to encoder: any Encoder) throws {
        try record.encode(to: encoder)
        guard !pictures.isEmpty else { return }
        var container = encoder.container(keyedBy: CodingKeys.self)
        let files = pictures.map { ($0.key.fileName, Data($0.value)) }
        try container.encode(Dictionary(uniqueKeysWithValues: files), forKey: .pictures)
    }
}
