internal import ImageCodec
internal import Patches
internal import Scoring
internal import Tensors

/// What a model says of one image, whole or tile by tile.
struct AssessedImage: Sendable {
    /// The place where the map is highest.
    struct Peak: Sendable {
        /// The tile that it lies in.
        let tile: Tile
        /// The cell of that tile's map.
        let cell: GridCell
    }

    /// The largest score of the tiles; no number where one of them has none.
    private(set) var score: Float
    /// The largest value of each calibrated map over all tiles.
    private(set) var peaks: [Float]
    /// The first highest cell of the first tile that has the highest one.
    private(set) var peak: Peak
    /// The values of the calibrated maps there.
    private(set) var atPeak: [Float]

    private let first: Matrix
    private var highest: Float
    private var stitcher: TileStitcher?

    /// Assesses an image.
    ///
    /// - Parameters:
    ///   - loaded: The image.
    ///   - model: The model.
    ///   - jobs: The most tiles that are worked on at once.
    ///   - encoders: The most encoders of a tile that run at once.
    init(of loaded: LoadedImage, by model: AnomalyModel, jobs: Int, encoders: Int) {
        let tiles = loaded.tiles
        // The tiles of a part have maps that wait for one another.
        let part = Self.partShare * jobs
        var assessed: AssessedImage?
        for first in stride(from: 0, to: tiles.count, by: part) {
            let count = min(part, tiles.count - first)
            let assessments = mapConcurrently(count, jobs: jobs) {
                model.assess(loaded.input(of: tiles[first + $0]), jobs: encoders)
            }
            for (tile, assessment) in zip(tiles[first..<first + count], assessments) {
                Self.add(assessment, of: tile, to: &assessed) {
                    TileStitcher(of: loaded, parts: assessment.map)
                }
            }
        }
        guard let assessed else { preconditionFailure("an image has at least one tile") }
        self = assessed
    }

    /// Tiles in a part, for each job.
    private static let partShare = 16

    /// Assesses an image as it is decoded.
    ///
    /// - Parameters:
    ///   - banded: The image.
    ///   - model: The model.
    ///   - jobs: The most tiles of a band that are worked on at once.
    /// - Throws: ``ItemFailure`` when the file turns out to be damaged.
    init(of banded: BandedImage, by model: AnomalyModel, jobs: Int) throws(ItemFailure) {
        var assessed: AssessedImage?
        try banded.forEachBand { band in
            let assessments = mapConcurrently(band.tiles.count, jobs: jobs) {
                model.assess(band.input(of: band.tiles[$0]))
            }
            for (tile, assessment) in zip(band.tiles, assessments) {
                Self.add(assessment, of: tile, to: &assessed) {
                    TileStitcher(
                        width: banded.header.width,
                        height: banded.header.height,
                        tile: tile,
                        rows: assessment.map.rows,
                        columns: assessment.map.columns
                    )
                }
            }
        }
        guard let assessed else { preconditionFailure("an image has at least one tile") }
        self = assessed
    }

    /// Gives the joined map away, so that it can be changed without a copy: that of many tiles is large.
    mutating func takeMap() -> Matrix {
        let map = stitcher?.map ?? first
        stitcher = nil
        return map
    }

    /// Takes the next tile; starts with the first one.
    private static func add(
        _ assessment: AnomalyModel.Assessment,
        of tile: Tile,
        to assessed: inout AssessedImage?,
        stitcher: () -> TileStitcher?
    ) {
        if assessed == nil {
            assessed = AssessedImage(assessment, of: tile, stitcher: stitcher())
        } else {
            assessed?.add(assessment, of: tile)
        }
    }

    /// Starts with the first tile.
    private init(_ assessment: AnomalyModel.Assessment, of tile: Tile, stitcher: TileStitcher?) {
        score = assessment.score
        peaks = assessment.peaks
        atPeak = assessment.atPeak
        first = assessment.map
        peak = Peak(tile: tile, cell: GridCell(peakOf: first))
        highest = first[peak.cell.row, peak.cell.column]
        self.stitcher = stitcher
        self.stitcher?.add(first, of: tile)
    }

    /// Takes the next tile.
    private mutating func add(_ assessment: AnomalyModel.Assessment, of tile: Tile) {
        // Of a NaN the other argument would be left, and the image count as normal.
        let isNumber = !score.isNaN && !assessment.score.isNaN
        score = isNumber ? max(score, assessment.score) : .nan
        for index in peaks.indices { peaks[index] = max(peaks[index], assessment.peaks[index]) }
        let cell = GridCell(peakOf: assessment.map)
        if assessment.map[cell.row, cell.column] > highest {
            highest = assessment.map[cell.row, cell.column]
            peak = Peak(tile: tile, cell: cell)
            atPeak = assessment.atPeak
        }
        stitcher?.add(assessment.map, of: tile)
    }
}

extension TileStitcher {
    /// Joins the maps of an image's tiles; nil where the image is one tile, whose map is the image's as it is.
    init?(of loaded: LoadedImage, parts: Matrix) {
        guard loaded.tiles.count > 1 else { return nil }
        self.init(
            width: loaded.image.width,
            height: loaded.image.height,
            tile: loaded.tiles[0],
            rows: parts.rows,
            columns: parts.columns
        )
    }
}

/// A position of a map.
struct GridCell: Sendable {
    let row: Int
    let column: Int
    let rows: Int
    let columns: Int

    init(row: Int, column: Int, rows: Int, columns: Int) {
        self.row = row
        self.column = column
        self.rows = rows
        self.columns = columns
    }

    /// The first place with the highest value.
    init(peakOf map: Matrix) {
        var best = 0
        for (index, value) in map.elements.enumerated() where value > map.elements[best] {
            best = index
        }
        self.init(
            row: best / map.columns,
            column: best % map.columns,
            rows: map.rows,
            columns: map.columns
        )
    }
}
