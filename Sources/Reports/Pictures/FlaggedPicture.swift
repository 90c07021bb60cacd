/// A picture in a flagged image's folder; in JSON its file name.
public enum FlaggedPicture: Sendable, Hashable, Comparable, Codable {
    /// The map in colours.
    case heatmap
    /// The image with the map over it where that is above the threshold.
    case overlay
    /// A part of the image around a region, counted from 1.
    case crop(Int)

    /// The picture's file name.
    public var fileName: String {
        switch self {
        case .heatmap: "heatmap.png"
        case .overlay: "overlay.png"
        case .crop(let number): "crop-\(number).png"
        }
    }

    /// The picture that has this file name, if one has.
    public init?(fileName: String) {
        switch fileName {
        case "heatmap.png": self = .heatmap
        case "overlay.png": self = .overlay
        default:
            guard fileName.hasPrefix("crop-"), fileName.hasSuffix(".png"),
                let number = Int(fileName.dropFirst(5).dropLast(4)), number > 0
            else { return nil }
            self = .crop(number)
            guard self.fileName == fileName else { return nil }
        }
    }

    /// Reads a file name.
    public init(from decoder: any Decoder) throws {
        let name = try decoder.singleValueContainer().decode(String.self)
        guard let picture = FlaggedPicture(fileName: name) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "no picture is \(name)")
            )
        }
        self = picture
    }

    /// Writes the file name.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(fileName)
    }
}
