internal import Digests
internal import ImageCodec
internal import Reports
internal import RunLedger
internal import Scoring
internal import Tensors

/// What becomes of one input: a record and, for a flagged image, its pictures.
struct ScoredImage: Sendable {
    let record: ImageRecord
    let pictures: [FlaggedPicture: [UInt8]]

    /// The fused map in units in which 1 is the threshold, shape of the model's grid or, of a divided image, joined from its
    /// tiles' maps; nil for failures.
    let map: Matrix?
    /// Where the image stands out most; nil for failures.
    let peak: AssessedImage.Peak?

    /// The record with the bytes of a path that is no text.
    func record(of entry: WalkEntry) -> ImageRecord {
        var record = record
        record.pathBase64 = entry.relativePath.base64
        return record
    }
}

/// Scores inputs by one model: what every worker of a run shares.
struct ImageScorer: Sendable {
    let model: AnomalyModel
    let threshold: ConformalThreshold
    let options: IngestOptions
    /// The most tiles of an image that are worked on at once.
    let jobs: Int
    /// Whether this is the only input, so that its encoders may run at once.
    var isAlone = false
    /// Draws flagged images; they get no pictures when nil.
    let pictures: FlaggedPictures?

    /// Reads, decodes and scores an input; what can't be scored becomes a failed record.
    func score(_ entry: WalkEntry) -> ScoredImage {
        do {
            let bytes = try read(entry).bytes
            return score(bytes, of: entry, sha256: SHA256Digest(of: bytes).description)
        } catch {
            return failed(error)
        }
    }

    /// Reads an input's bytes, with its size and time.
    func read(
        _ entry: WalkEntry
    ) throws(ItemFailure) -> (bytes: [UInt8], stamp: FileStamp, isSteady: Bool) {
        do {
            return try entry.readStamped(limit: options.limits.maximumBytes)
        } catch {
            throw ItemFailure(error, path: entry.relativePath)
        }
    }

    /// Decodes and scores an input that was read; what can't be scored becomes a failed record.
    func score(_ bytes: [UInt8], of entry: WalkEntry, sha256: String) -> ScoredImage {
        do {
            if let tiling = model.parameters.configuration.tiles,
                let banded = try BandedImage(
                    bytes,
                    of: entry,
                    sha256: sha256,
                    options: options,
                    channels: model.parameters.channels,
                    pixels: model.parameters.configuration.pixels,
                    tiling: tiling
                )
            {
                return try score(banded, path: entry.relativePath.description)
            }
            let loaded = try LoadedImage(
                bytes,
                of: entry,
                sha256: sha256,
                options: options,
                channels: model.parameters.channels,
                pixels: model.parameters.configuration.pixels,
                tiling: model.parameters.configuration.tiles
            )
            return score(loaded, bytes: bytes, path: entry.relativePath.description)
        } catch {
            return failed(error, sha256: sha256)
        }
    }

    /// Reads and decodes an input as the model wants it.
    func load(_ entry: WalkEntry) throws(ItemFailure) -> LoadedImage {
        try LoadedImage(
            entry,
            options: options,
            channels: model.parameters.channels,
            pixels: model.parameters.configuration.pixels,
            tiling: model.parameters.configuration.tiles,
            digest: true
        )
    }

    /// Scores an input that was read.
    ///
    /// - Parameters:
    ///   - loaded: The image.
    ///   - bytes: The file, for pictures that show more than the model looks at.
    ///   - path: The input's path.
    /// - Returns: Its record, with pictures where it is flagged.
    func score(_ loaded: LoadedImage, bytes: [UInt8]? = nil, path: String) -> ScoredImage {
        judge(
            AssessedImage(
                of: loaded,
                by: model,
                jobs: jobs,
                encoders: isAlone && loaded.tiles.count == 1 ? jobs : 1
            ),
            header: loaded.header,
            sha256: loaded.sha256,
            path: path
        ) { pictures, map, regions in
            pictures.drawing(
                of: loaded,
                bytes: bytes,
                options: options,
                map: map,
                regions: regions
            )
        }
    }

    /// Scores an input as it is decoded.
    private func score(_ banded: BandedImage, path: String) throws(ItemFailure) -> ScoredImage {
        judge(
            try AssessedImage(of: banded, by: model, jobs: jobs),
            header: banded.header,
            sha256: banded.sha256,
            path: path
        ) { pictures, map, regions throws(ItemFailure) in
            try pictures.drawing(of: banded, map: map, regions: regions)
        }
    }

    /// The record of an input, with pictures where it is flagged.
    private func judge(
        _ assessment: consuming AssessedImage,
        header: ImageHeader,
        sha256: String,
        path: String,
        drawing: (FlaggedPictures, Matrix, [Region]) throws(ItemFailure) -> FlaggedDrawing
    ) -> ScoredImage {
        let source = ImageRecord.Source(
            format: header.format.rawValue,
            width: header.orientedWidth,
            height: header.orientedHeight,
            orientation: header.orientation,
            sha256: sha256
        )
        guard assessment.score.isFinite else {
            return failed(
                ItemFailure(
                    stage: .score,
                    code: .init(rawValue: "not-finite"),
                    path: path,
                    detail: "the score is no number"
                )
            )
        }
        let unit = max(threshold.value, Self.smallestUnit)
        var map = assessment.takeMap()
        for index in map.elements.indices { map.elements[index] /= unit }
        let isFlagged = assessment.score > threshold.value
        // Maps of images that are like the normal ones are not worth a region: single positions may exceed what the
        // mean of the top positions does not.
        let regions =
            isFlagged
            ? Regions.find(
                in: map,
                above: 1,
                imageWidth: header.orientedWidth,
                imageHeight: header.orientedHeight,
                limit: Self.regionLimit
            ) : []
        let names = model.parameters.mapNames
        let shares = model.parameters.configuration.fusion.shares(of: assessment.atPeak)
        let verdict = ImageRecord.Verdict(
            isFlagged: isFlagged,
            score: assessment.score,
            threshold: threshold.value,
            pValue: model.parameters.conformal.pValue(of: assessment.score),
            regions: regions,
            maps: Dictionary(
                zip(names, assessment.peaks.map { $0 / unit }),
                uniquingKeysWith: max
            ),
            shares: .init(maps: Dictionary(zip(names, shares), uniquingKeysWith: +))
        )
        let record = ImageRecord(path: path, source: source, verdict: verdict)
        guard isFlagged, let pictures else {
            return ScoredImage(record: record, pictures: [:], map: map, peak: assessment.peak)
        }
        do {
            let drawn = try drawing(pictures, map, regions)
            return ScoredImage(
                record: record,
                pictures: try Self.files(of: drawn, by: pictures, path: path),
                map: map,
                peak: assessment.peak
            )
        } catch {
            return failed(error)
        }
    }

    private static func files(
        of drawing: FlaggedDrawing,
        by pictures: FlaggedPictures,
        path: String
    ) throws(ItemFailure) -> [FlaggedPicture: [UInt8]] {
        do {
            return try pictures.files(of: drawing)
        } catch {
            throw ItemFailure(
                stage: .write,
                code: .init(rawValue: "encode"),
                path: path,
                detail: error.detail
            )
        }
    }

    /// Thresholds below this are not divided by.
    static let smallestUnit = HeatLegend.smallestUnit
    /// The most regions of an image that are reported.
    static let regionLimit = 100

    /// The record of an input that could not be scored.
    func failed(_ failure: ItemFailure, sha256: String? = nil) -> ScoredImage {
        ScoredImage(
            record: ImageRecord(
                path: failure.path,
                source: .init(sha256: sha256),
                failure: .init(
                    stage: failure.stage.rawValue,
                    code: failure.code.rawValue,
                    detail: failure.detail
                )
            ),
            pictures: [:],
            map: nil,
            peak: nil
        )
    }
}
