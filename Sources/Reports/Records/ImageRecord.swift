public import Scoring

/// What a run says about one input: one line of `images.jsonl`.
///
/// Fields that don't apply are left out. Nothing in it depends on the time or place of the
/// run, so that equal inputs and models give equal bytes.
public struct ImageRecord: Codable, Sendable, Equatable {
    /// How an input came out.
    public enum Status: String, Codable, Sendable, CaseIterable {
        /// Scored and like the normal images.
        case ok
        /// Scored and unlike the normal images.
        case flagged
        /// Could not be scored.
        case failed
    }

    /// What is known of an input before it is scored.
    public struct Source: Sendable, Equatable {
        /// The file format, for instance `png`.
        public var format: String?
        /// The size in pixels, as shown after applying the orientation.
        public var width, height: Int?
        /// The EXIF orientation, 1 to 8.
        public var orientation: Int?
        /// The SHA-256 digest of the file, 64 hexadecimal digits.
        public var sha256: String?

        /// Creates a description; leave out what is not known.
        public init(
            format: String? = nil,
            width: Int? = nil,
            height: Int? = nil,
            orientation: Int? = nil,
            sha256: String? = nil
        ) {
            self.format = format
            self.width = width
            self.height = height
            self.orientation = orientation
            self.sha256 = sha256
        }
    }

    /// The outcome of scoring one image.
    public struct Verdict: Sendable, Equatable {
        /// Whether the image counts as unlike the normal ones.
        public var isFlagged: Bool
        /// The image's score; more is stranger.
        public var score: Float
        /// The score at which images are flagged.
        public var threshold: Float
        /// The share of normal images that are expected to score as high, in `0...1`.
        public var pValue: Double
        /// The parts above the pixel threshold.
        public var regions: [Region]
        /// Each map's peak, in units in which 1 is the pixel threshold.
        public var maps: [String: Float]
        /// What each map contributes where the image stands out most.
        public var shares: Shares?

        /// Creates an outcome.
        public init(
            isFlagged: Bool,
            score: Float,
            threshold: Float,
            pValue: Double,
            regions: [Region] = [],
            maps: [String: Float] = [:],
            shares: Shares? = nil
        ) {
            self.isFlagged = isFlagged
            self.score = score
            self.threshold = threshold
            self.pValue = pValue
            self.regions = regions
            self.maps = maps
            self.shares = shares
        }
    }

    /// What maps and layers contribute to the fused map where an image stands out most; each in `0...1`.
    public struct Shares: Codable, Sendable, Equatable {
        /// By the map's name; the sum is 1, or 0 where nothing stands out.
        public let maps: [String: Float]
        /// By encoder and layer, the sum of its maps' shares.
        public let layers: [String: Float]

        /// Creates shares from those of the maps, whose names are `encoder/layer/detector`.
        public init(maps: [String: Float]) {
            self.maps = maps
            var layers: [String: Float] = [:]
            for (name, share) in maps.sorted(by: { $0.key < $1.key }) {
                let layer = name.split(separator: "/").prefix(2).joined(separator: "/")
                layers[layer, default: 0] += share
            }
            self.layers = layers
        }
    }

    /// Where a flagged image's files are, relative to the report folder.
    public struct Links: Codable, Sendable, Equatable {
        /// The image's own report.
        public let report: String
        /// The pictures, in the order of ``FlaggedPicture``.
        public let pictures: [String]

        /// The files in the folder of the flagged image `id`.
        init(id: String, pictures: [FlaggedPicture]) {
            let folder = "\(ReportFolder.flagged)/\(id)"
            report = "\(folder)/\(ReportFolder.flaggedReport)"
            self.pictures = pictures.map { "\(folder)/\($0.fileName)" }
        }
    }

    /// Why an input could not be scored.
    public struct Failure: Codable, Sendable, Equatable {
        /// The step that failed, for instance `decode`.
        public let stage: String
        /// A stable reason for programs to act on.
        public let code: String
        /// The reason in words for a person.
        public let detail: String

        /// Creates a reason.
        public init(stage: String, code: String, detail: String) {
            self.stage = stage
            self.code = code
            self.detail = detail
        }
    }

    /// ``ReportSchema/version`` of the writer.
    public let schemaVersion: Int
    /// The input's path, relative to the scanned folder.
    public private(set) var path: String
    /// The path's own bytes in base64 where they are no UTF-8, so that ``path`` shows them only in part; left out otherwise.
    package var pathBase64: String?
    /// How the input came out.
    public let status: Status
    /// The name of the image's folder in `flagged/`; only for flagged images.
    public internal(set) var id: String?
    /// The file format, for instance `png`.
    public let format: String?
    /// The size in pixels, as shown after applying the orientation.
    public let width, height: Int?
    /// The EXIF orientation, 1 to 8.
    public let orientation: Int?
    /// The SHA-256 digest of the file, 64 hexadecimal digits.
    public let sha256: String?
    /// The image's score; more is stranger.
    public let score: Float?
    /// The score at which images are flagged.
    public let threshold: Float?
    /// The share of normal images that are expected to score as high.
    public let pValue: Double?
    /// Score divided by threshold.
    public let margin: Float?
    /// The parts above the pixel threshold.
    public let regions: [Region]?
    /// Each map's peak, in units in which 1 is the pixel threshold.
    public let maps: [String: Float]?
    /// What each map and layer contributes where the image stands out most.
    public let shares: Shares?
    /// Where a flagged image's files are; only for flagged images.
    public internal(set) var links: Links?
    /// The SHA-256 digest of the model file, 64 hexadecimal digits.
    public internal(set) var modelSHA256: String?
    /// Why the input could not be scored.
    public let failure: Failure?

    private enum CodingKeys: String, CodingKey {
        case schemaVersion = "schema_version"
        case path
        case pathBase64 = "path_base64"
        case status, id, format, width, height, orientation, sha256, score, threshold
        case pValue = "p_value"
        case margin, regions, maps, shares, links, failure
        case modelSHA256 = "model_sha256"
    }

    /// Creates the record of an image that was scored.
    public init(path: String, source: Source, verdict: Verdict) {
        schemaVersion = ReportSchema.version
        self.path = path
        status = verdict.isFlagged ? .flagged : .ok
        format = source.format
        width = source.width
        height = source.height
        orientation = source.orientation
        sha256 = source.sha256
        score = verdict.score
        threshold = verdict.threshold
        pValue = verdict.pValue
        margin = verdict.threshold > 0 ? verdict.score / verdict.threshold : nil
        regions = verdict.regions
        maps = verdict.maps
        shares = verdict.shares
        failure = nil
    }

    /// The record that the same file gives at another path; never of a flagged image, whose pictures go by the path.
    package func moved(to path: String, base64: String?) -> ImageRecord? {
        guard status != .flagged else { return nil }
        var moved = self
        moved.path = path
        moved.pathBase64 = base64
        return moved
    }

    /// Creates the record of an input that could not be scored.
    public init(path: String, source: Source = Source(), failure: Failure) {
        schemaVersion = ReportSchema.version
        self.path = path
        status = .failed
        format = source.format
        width = source.width
        height = source.height
        orientation = source.orientation
        sha256 = source.sha256
        score = nil
        threshold = nil
        pValue = nil
        margin = nil
        regions = nil
        maps = nil
        shares = nil
        self.failure = failure
    }
}
