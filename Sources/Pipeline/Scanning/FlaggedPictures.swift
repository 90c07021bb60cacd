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

    /// Encodes what is drawn, as far as it is wanted.
    ///
    /// - Returns: Whole PNG and JPEG files.
    /// - Throws: `EncodeError` when there is no memory.
    func files(of drawing: FlaggedDrawing) throws(EncodeError) -> [FlaggedPicture: [UInt8]] {
        try drawing.files(selection)
    }

    /// Puts together what is drawn of an image.
    ///
    /// - Parameters:
    ///   - loaded: The image as the model looked at it.
    ///   - bytes: The file.
    ///   - options: How it was read.
    ///   - map: 1 at the threshold.
    ///   - regions: The map's regions in the original's pixels.
    /// - Returns: What ``files(of:)`` encodes.
    func drawing(
        of loaded: LoadedImage,
        bytes: [UInt8]?,
        options: IngestOptions,
        map: Matrix,
        regions: [Region]
    ) -> FlaggedDrawing {
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
        return FlaggedDrawing(
            image: image,
            size: size,
            map: map,
            regions: regions,
            reconstruction: reconstruction?.picture(of: loaded),
            legend: legend
        )
    }

    /// Puts together what is drawn of an image that was assessed as it was decoded: decodes it once more.
    ///
    /// - Parameters:
    ///   - banded: The image.
    ///   - map: 1 at the threshold.
    ///   - regions: The map's regions in the image's pixels.
    /// - Returns: What ``files(of:)`` encodes.
    /// - Throws: ``ItemFailure`` when there is no memory.
    func drawing(
        of banded: BandedImage,
        map: Matrix,
        regions: [Region]
    ) throws(ItemFailure) -> FlaggedDrawing {
        let (width, height) = (banded.header.width, banded.header.height)
        var whole = RowReduction(
            width: width,
            height: height,
            channels: banded.channels,
            longestSide: HeatMap.defaultLongestSide
        )
        var crops = regions.prefix(FlaggedDrawing.cropLimit).map { region in
            RegionCrop.reduction(
                of: region,
                channels: banded.channels,
                width: width,
                height: height
            )
        }
        try banded.forEachRows { rows, top in
            whole.add(rows, at: top)
            for index in crops.indices { crops[index].add(rows, at: top) }
        }
        return FlaggedDrawing(
            image: whole.picture,
            size: (width, height),
            map: map,
            regions: regions,
            legend: legend,
            crops: crops.map(\.picture)
        )
    }
}
