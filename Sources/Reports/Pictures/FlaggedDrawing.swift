public import ImageCodec
public import Scoring
public import Tensors

/// The pictures of one flagged image, as files.
public struct FlaggedDrawing: Sendable {
    /// The upright image, perhaps decoded at a fraction of its size.
    public var image: PixelImage
    /// The original's size in pixels.
    public var size: (width: Int, height: Int)
    /// 1 at the threshold, spans the whole image.
    public var map: Matrix
    /// The regions of the map, the strangest first.
    public var regions: [Region]
    /// The image as the model's codes have it, in `[0, 1]`; left out when nil.
    public var reconstruction: FeatureMap?
    /// What the colours mean.
    public var legend: HeatLegend

    private static let thumbnailSide = 320
    private static let panelSide = 400
    private static let mapSide = 512
    /// Small images are enlarged for the panel up to this.
    private static let smallSide = 400
    private static let cropLimit = 3

    /// Puts together what is drawn.
    public init(
        image: PixelImage,
        size: (width: Int, height: Int),
        map: Matrix,
        regions: [Region],
        reconstruction: FeatureMap? = nil,
        legend: HeatLegend
    ) {
        self.image = image
        self.size = size
        self.map = map
        self.regions = regions
        self.reconstruction = reconstruction
        self.legend = legend
    }

    /// Draws and encodes the pictures.
    ///
    /// - Parameter selection: Which ones; of reconstruction and crops those that there are.
    /// - Returns: Whole PNG and JPEG files.
    /// - Throws: `EncodeError` when there is no memory.
    /// - Complexity: One pass over the image; everything else works on pictures of at most
    ///   ``HeatMap/defaultLongestSide`` pixels a side.
    public func files(
        _ selection: PictureSelection
    ) throws(EncodeError) -> [FlaggedPicture: [UInt8]] {
        guard selection != .none else { return [:] }
        var files: [FlaggedPicture: [UInt8]] = [:]
        let base = image.reduced(longestSide: HeatMap.defaultLongestSide)
        let layer = HeatLayer(of: map, size: PictureSize(base))
        let medium = base.reduced(longestSide: Self.panelSide)
        let small = medium.reduced(longestSide: Self.thumbnailSide)
        files[.thumbnail] = try ImageWriter.jpeg(
            HeatMap.overlay(on: small, map: map),
            quality: 85
        )
        files[.image] = try ImageWriter.jpeg(base, quality: 90, halvesChroma: false)
        files[.heatmap] = try ImageWriter.png(layer.image, compression: 1)
        for (index, region) in regions.prefix(Self.cropLimit).enumerated() {
            let crop = RegionCrop.picture(
                of: region,
                in: image,
                width: size.width,
                height: size.height
            )
            files[.crop(index + 1)] = try Self.photograph(crop)
        }
        guard selection == .all else { return files }
        files[.overlay] = try Self.photograph(layer.laid(over: base))
        files[.map] = try ImageWriter.png(
            HeatMap.colors(
                of: map,
                width: base.width,
                height: base.height,
                longestSide: Self.mapSide
            ),
            compression: 1,
            filter: .above
        )
        if let reconstruction {
            files[.reconstruction] = try Self.photograph(PixelImage(intensities: reconstruction))
        }
        files[.panel] = try Self.photograph(panel(of: medium))
        return files
    }

    private func panel(of image: PixelImage) -> PixelImage {
        // By whole factors, so that small images show their pixels.
        let longest = max(image.width, image.height)
        let shown =
            longest * 2 <= Self.smallSide
            ? Mosaic.arrange([image], scale: Self.smallSide / longest, gap: 0) : image
        var pictures = [
            (caption: "image", picture: shown),
            ("overlay", HeatMap.overlay(on: shown, map: map)),
            ("map", HeatMap.render(map, width: shown.width, height: shown.height)),
        ]
        if let reconstruction {
            let resampler = Resampler(height: shown.height, width: shown.width)
            let resized = PixelImage(intensities: resampler.resample(reconstruction))
            pictures.append(("reconstruction", resized))
        }
        return PicturePanel(pictures: pictures, legend: legend).draw()
    }

    /// Of all filters and levels these take a third of the usual time, for files of about the same size.
    private static func photograph(_ image: PixelImage) throws(EncodeError) -> [UInt8] {
        try ImageWriter.png(image, compression: 1, filter: .above)
    }
}

extension PictureSize {
    fileprivate init(_ image: PixelImage) {
        self.init(
            width: image.width,
            height: image.height,
            longestSide: max(image.width, image.height)
        )
    }
}
