/// What a run says about one flagged image: `flagged/<id>/report.json`.
///
/// The fields of the ``ImageRecord``, the model, and the names of the pictures beside it.
public struct FlaggedReport: Codable, Sendable, Equatable {
    /// The image's record, as in `images.jsonl`.
    public let record: ImageRecord
    /// The model that flagged the image.
    public let model: ModelIdentity
    /// The pictures in the same folder.
    public let pictures: [FlaggedPicture]

    private enum CodingKeys: String, CodingKey { case model, pictures }

    /// Creates a report.
    public init(record: ImageRecord, model: ModelIdentity, pictures: [FlaggedPicture]) {
        self.record = record
        self.model = model
        self.pictures = pictures
    }

    /// Reads the record's fields and the report's own from one object.
    public init(from decoder: any Decoder) throws {
        record = try ImageRecord(from: decoder)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        model = try container.decode(ModelIdentity.self, forKey: .model)
        pictures = try container.decode([FlaggedPicture].self, forKey: .pictures)
    }

    /// Writes the record's fields and the report's own into one object.
    public func encode(to encoder: any Encoder) throws {
        try record.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(model, forKey: .model)
        try container.encode(pictures, forKey: .pictures)
    }
}
