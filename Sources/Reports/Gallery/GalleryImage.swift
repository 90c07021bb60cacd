internal import Files
internal import Scoring

/// A flagged image as the page's script reads it.
struct GalleryImage: Encodable {
    /// The pictures' paths from the page.
    struct Pictures: Encodable {
        var thumbnail, image, heatmap, overlay, map, reconstruction, panel: String?
        var crops: [String] = []

        /// Takes the known names of a record's links, wherever these say that the files are: a page leads only into its own
        /// folder.
        init(_ links: [String], folder: String) {
            for link in links {
                let name = GalleryText.parts(of: link).name
                let path = "\(folder)/\(name)"
                switch name {
                case "thumbnail.jpg": thumbnail = path
                case "image.jpg": image = path
                case "heatmap.png": heatmap = path
                case "overlay.png": overlay = path
                case "map.png": map = path
                case "reconstruction.png": reconstruction = path
                case "panel.png": panel = path
                default:
                    guard case .crop? = FlaggedPicture(fileName: name) else { continue }
                    crops.append(path)
                }
            }
        }
    }

    struct Share: Encodable {
        let name: String
        let share: Float
        var peak: Float?
    }

    /// The most regions of one image that the page has.
    static let regionLimit = 30

    let id, path, folder, report, model: String
    let name: String
    let format, sha256, original: String?
    let width, height: Int
    let orientation: Int?
    let score, threshold, margin: Float?
    let pValue: Double?
    let pValueText: String
    let regions: [Region]
    let regionCount: Int
    let layerShares, mapShares: [Share]
    let pictures: Pictures

    private enum CodingKeys: String, CodingKey {
        case id, path, folder, report, model, format, sha256, original, width, height, orientation
        case score, threshold, margin
        case pValue = "p_value"
        case pValueText = "p_value_text"
        case regions
        case regionCount = "region_count"
        case layerShares = "layer_shares"
        case mapShares = "map_shares"
        case pictures
    }

    /// Takes a record; nil where it is not of a flagged image that has a folder.
    init?(_ record: ImageRecord, normals: Int, roots: [String]) {
        guard record.status == .flagged, let id = record.id, ImageIdentifiers.isIdentifier(id)
        else { return nil }
        self.id = id
        let parts = GalleryText.parts(of: record.path)
        path = GalleryText.visible(record.path)
        folder = GalleryText.visible(parts.folder)
        name = GalleryText.visible(parts.name)
        let home = "\(ReportFolder.flagged)/\(id)"
        report = "\(home)/\(ReportFolder.flaggedReport)"
        model = record.modelSHA256 ?? ""
        format = record.format
        sha256 = record.sha256
        original = Self.address(of: record.path, roots: roots)
        width = max(record.width ?? 1, 1)
        height = max(record.height ?? 1, 1)
        orientation = record.orientation
        score = record.score
        threshold = record.threshold
        margin = record.margin
        pValue = record.pValue
        pValueText = record.pValue.map { GalleryText.pValue($0, normals: normals) } ?? ""
        let all = record.regions ?? []
        regions = Array(all.prefix(Self.regionLimit))
        regionCount = all.count
        let shares = record.shares
        layerShares = Self.shares(shares?.layers ?? [:], peaks: [:])
        mapShares = Self.shares(shares?.maps ?? [:], peaks: record.maps ?? [:])
        pictures = Pictures(record.links?.pictures ?? [], folder: home)
    }

    /// The largest share first.
    private static func shares(_ shares: [String: Float], peaks: [String: Float]) -> [Share] {
        shares.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            .map { Share(name: $0.key, share: $0.value, peak: peaks[$0.key]) }
    }

    /// Where the image itself is, if the report says so: below its only root, when that was given from the top, and only by a
    /// name that text can hold.
    static func address(of path: String, roots: [String]) -> String? {
        guard roots.count == 1, let root = roots.first, root.hasPrefix("/"),
            !path.unicodeScalars.contains("\u{FFFD}"), !root.unicodeScalars.contains("\u{FFFD}")
        else { return nil }
        let folder = Folder(root).path
        // A root that is a file is the image.
        let file = folder.hasSuffix("/\(path)") ? folder : Folder(folder).path(of: path)
        var address = "file://"
        for byte in file.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "-"),
                UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "~"):
                address.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                address += byte < 16 ? "%0" : "%"
                address += String(byte, radix: 16, uppercase: true)
            }
        }
        return address
    }
}
