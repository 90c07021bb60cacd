public import SyntheticDefects

/// What a gallery of painted defects holds: the content of `defects.json`.
public struct DefectGalleryRecord: Sendable, Codable {
    /// A picture that was painted.
    public struct Picture: Sendable, Codable {
        /// The normal picture, relative to the folder that was given.
        public let path: String
        /// The defective picture, relative to the gallery.
        public let picture: String
        /// Its mask, relative to the gallery: 255 where a defect changed it and 0 elsewhere.
        public let mask: String
        /// The seed that gives this picture's defects.
        public let seed: UInt64
        /// In pixels, as painted.
        public let width: Int
        /// In pixels, as painted.
        public let height: Int
        /// The defects, in the order in which they were painted.
        public let defects: [DefectiveImage.Defect]
    }

    /// The picture that shows all kinds.
    public struct ContactSheet: Sendable, Codable {
        /// The file, relative to the gallery.
        public let picture: String
        /// The kind that each row shows, from above; in a row, normal, defective and mask by turns.
        public let rows: [DefectKind]
    }

    /// The version of this form.
    public let schemaVersion: Int
    /// The seed of the first picture.
    public let seed: UInt64
    /// What was painted.
    public let configuration: DefectConfiguration
    /// The picture that shows all kinds; nil when no picture could be read.
    public let contactSheet: ContactSheet?
    /// The painted pictures, in the order of their paths.
    public let pictures: [Picture]
    /// The inputs that could not be read.
    public let failures: [ItemFailure]

    private enum CodingKeys: String, CodingKey {
        case schemaVersion = "schema_version"
        case seed, configuration
        case contactSheet = "contact_sheet"
        case pictures, failures
    }
}
