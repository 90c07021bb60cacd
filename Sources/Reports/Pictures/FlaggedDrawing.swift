public import ImageCodec
public import Scoring
public import Tensors

/// The pictures of one flagged image, as files.
public struct FlaggedDrawing: Sendable {
    /// The upright image, perhaps decoded at a fraction of its size; where ``crops`` are given, perhaps reduced to
    /// ``HeatMap/defaultLongestSide``.
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
    /// The first ``cropLimit`` regions as ``RegionCrop`` cuts them out; out of ``image`` when nil.
    public var crops: [PixelImage]?

    /// The most regions that are shown.
    public static let cropLimit = 3
    private static let thumbnailSide = 320
    private static let panelSide = 400
    private static let mapSide = 512
    /// Small images are enlarged for the panel up to this.
    private static let smallSide = 400

    /// Puts together what is drawn.
    public init(
        image: PixelImage,
        size: (width: Int, height: Int),
        map: Matrix,
        regions: [Region],
        reconstruction: FeatureMap? = nil,
        legend: HeatLegend,
        crops: [PixelImage]? = nil
    ) {
        self.image = image
        self.size = size
        self.map = map
        self.regions = regions
        self.reconstruction = reconstruction
        self.legend = legend
        self.crops = crops
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
        let base = DrawnImage(image.reduced(longestSide: HeatMap.defaultLongestSide), map: map)
        let medium = base.reduced(longestSide: Self.panelSide)
        let small = medium.reduced(longestSide: Self.thumbnailSide)
        files[.thumbnail] = try ImageWriter.jpeg(small.overlay, quality: 85)
        files[.image] = try ImageWriter.jpeg(base.image, quality: 90, halvesChroma: false)
        files[.heatmap] = try ImageWriter.quickPNG(base.layer.image)
        let crops =
            crops
            ?? regions.prefix(Self.cropLimit).map { region in
                RegionCrop.picture(of: region, in: image, width: size.width, height: size.height)
            }
        for (index, crop) in crops.enumerated() {
            files[.crop(index + 1)] = try ImageWriter.quickPNG(crop)
        }
        guard selection == .all else { return files }
        files[.overlay] = try ImageWriter.quickPNG(base.overlay)
        let colors = HeatMap.colors(
            of: map,
            width: base.image.width,
            height: base.image.height,
            longestSide: Self.mapSide
        )
        files[.map] = try ImageWriter.quickPNG(colors)
        if let reconstruction {
            let picture = PixelImage(intensities: reconstruction)
            files[.reconstruction] = try ImageWriter.quickPNG(picture)
        }
        let panel = panel(of: medium, colors: colors)
        files[.panel] = try ImageWriter.quickPNG(panel.draw(), repeat: panel.step)
        return files
    }

    private func panel(of drawn: DrawnImage, colors: IndexedImage) -> PicturePanel {
        // By whole factors, so that small images show their pixels.
        let (width, height) = (drawn.image.width, drawn.image.height)
        let scale = Self.smallSide / max(width, height)
        let shown =
            scale > 1
            ? DrawnImage(Mosaic.arrange([drawn.image], scale: scale, gap: 0), map: map) : drawn
        let size = (width: shown.image.width, height: shown.image.height)
        let fitting =
            (colors.width, colors.height) == size
            ? colors : HeatMap.colors(of: map, width: size.width, height: size.height)
        var pictures = [
            (caption: "image", picture: shown.image),
            ("overlay", shown.overlay),
            ("map", fitting.opaque),
        ]
        if let reconstruction {
            let resampler = Resampler(height: size.height, width: size.width)
            let resized = PixelImage(intensities: resampler.resample(reconstruction))
            pictures.append(("reconstruction", resized))
        }
        return PicturePanel(pictures: pictures, legend: legend)
    }
}
