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
}

/// Scores inputs by one model: what every worker of a run shares.
struct ImageScorer: Sendable {
    let model: AnomalyModel
    let threshold: ConformalThreshold
    let options: IngestOptions
    /// The most tiles of an image that are worked on at once.
    let jobs: Int
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
        let source = ImageRecord.Source(
            format: loaded.header.format.rawValue,
            width: loaded.header.orientedWidth,
            height: loaded.header.orientedHeight,
            orientation: loaded.header.orientation,
            sha256: loaded.sha256
        )
        let assessment = AssessedImage(of: loaded, by: model, jobs: jobs)
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
        var map = assessment.map
        for index in map.elements.indices { map.elements[index] /= unit }
        let isFlagged = assessment.score > threshold.value
        // Maps of images that are like the normal ones are not worth a region: single positions may exceed what the
        // mean of the top positions does not.
        let regions =
            isFlagged
            ? Regions.find(
                in: map,
                above: 1,
                imageWidth: loaded.header.orientedWidth,
                imageHeight: loaded.header.orientedHeight,
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
        guard isFlagged, let drawing = pictures else {
            return ScoredImage(record: record, pictures: [:], map: map, peak: assessment.peak)
        }
        do {
            let pictures = try drawing.draw(
                loaded,
                bytes: bytes,
                options: options,
                map: map,
                regions: regions
            )
            return ScoredImage(
                record: record,
                pictures: pictures,
                map: map,
                peak: assessment.peak
            )
        } catch {
            return failed(
                ItemFailure(
                    stage: .write,
                    code: .init(rawValue: "encode"),
                    path: path,
                    detail: error.detail
                )
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
