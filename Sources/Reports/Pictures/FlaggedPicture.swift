/// A picture in a flagged image's folder; in JSON its file name.
public enum FlaggedPicture: Sendable, Hashable, Comparable, Codable {
    /// The overlay, small: for lists of images.
    case thumbnail
    /// The image as shown, perhaps reduced.
    case image
    /// What is above the threshold, transparent elsewhere, in the size of ``image``: to be laid over it.
    case heatmap
    /// The image with what is above the threshold marked.
    case overlay
    /// The whole map in colours.
    case map
    /// The image as the model's codes have it.
    case reconstruction
    /// Image, overlay, map and reconstruction side by side, with the legend of the colours.
    case panel
    /// A part of the image around a region, counted from 1.
    case crop(Int)

    private static let names: [(picture: FlaggedPicture, name: String)] = [
        (.thumbnail, "thumbnail.jpg"), (.image, "image.jpg"), (.heatmap, "heatmap.png"),
        (.overlay, "overlay.png"), (.map, "map.png"), (.reconstruction, "reconstruction.png"),
        (.panel, "panel.png"),
    ]

    /// The picture's file name.
    public var fileName: String {
        if case .crop(let number) = self { return "crop-\(number).png" }
        return Self.names.first { $0.picture == self }?.name ?? ""
    }

    /// The picture that has this file name, if one has.
    public init?(fileName: String) {
        if let named = Self.names.first(where: { $0.name == fileName }) {
            self = named.picture
            return
        }
        guard fileName.hasPrefix("crop-"), fileName.hasSuffix(".png"),
            let number = Int(fileName.dropFirst(5).dropLast(4)), number > 0
        else { return nil }
        self = .crop(number)
        guard self.fileName == fileName else { return nil }
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
