internal import ImageCodec
internal import Reports
internal import Scoring
internal import Tensors

/// Draws flagged images: what every worker of a run shares.
struct FlaggedPictures: Sendable {
    private let selection: PictureSelection
    private let legend: HeatLegend
    private let reconstruction: ImageReconstruction?

    /// A JPEG may be decoded at a fraction of its size for the pictures too, as long as so many pixels remain.
    private static let leastPixels = HeatMap.defaultLongestSide * HeatMap.defaultLongestSide

    /// Prepares a model; nil where no pictures are wanted.
    init?(
        _ selection: PictureSelection,
        model: ModelParameters,
        threshold: ConformalThreshold,
        kernels: Kernels
    ) {
        guard selection != .none else { return nil }
        self.selection = selection
        legend = HeatLegend(calibration: model.conformal, threshold: threshold)
        reconstruction =
            selection.contains(.reconstruction)
            ? ImageReconstruction(of: model, kernels: kernels) : nil
    }

    /// Draws an image.
    ///
    /// - Parameters:
    ///   - loaded: The image as the model looked at it.
    ///   - bytes: The file.
    ///   - options: How it was read.
    ///   - map: 1 at the threshold.
    ///   - regions: The map's regions in the original's pixels.
    /// - Returns: Whole PNG and JPEG files.
    /// - Throws: `EncodeError` when there is no memory.
    func draw(
        _ loaded: LoadedImage,
        bytes: [UInt8]?,
        options: IngestOptions,
        map: Matrix,
        regions: [Region]
    ) throws(EncodeError) -> [FlaggedPicture: [UInt8]] {
        let size = (width: loaded.header.orientedWidth, height: loaded.header.orientedHeight)
        var image = loaded.image
        if let bytes, image.width != size.width || image.height != size.height {
            // The model looks at few pixels, people want to see more.
            let decoded = try? ImageReader.decode(
                bytes,
                channels: image.channels == 1 ? .grey : .colour,
                minimumPixels: Self.leastPixels,
                limits: options.limits,
                damage: options.damage
            )
            image = decoded?.image ?? image
        }
        return try FlaggedDrawing(
            image: image,
            size: size,
            map: map,
            regions: regions,
            reconstruction: reconstruction?.picture(of: loaded),
            legend: legend
        ).files(selection)
    }
}
