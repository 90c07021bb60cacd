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
    let score: Float
    /// The joined map.
    let map: Matrix
    /// The largest value of each calibrated map over all tiles.
    let peaks: [Float]
    /// The first highest cell of the first tile that has the highest one.
    let peak: Peak
    /// The values of the calibrated maps there.
    let atPeak: [Float]

    /// Assesses an image.
    ///
    /// - Parameters:
    ///   - loaded: The image.
    ///   - model: The model.
    ///   - jobs: The most tiles that are in memory and worked on at once.
    init(of loaded: LoadedImage, by model: AnomalyModel, jobs: Int) {
        let assessments = mapConcurrently(loaded.tiles.count, jobs: jobs) {
            model.assess(loaded.input(of: loaded.tiles[$0]))
        }
        let first = assessments[0]
        var score = first.score
        var peaks = first.peaks
        var atPeak = first.atPeak
        var peak = Peak(tile: loaded.tiles[0], cell: GridCell(peakOf: first.map))
        var highest = first.map[peak.cell.row, peak.cell.column]
        var stitcher = TileStitcher(of: loaded, parts: first.map)
        stitcher?.add(first.map, of: loaded.tiles[0])
        for (tile, assessment) in zip(loaded.tiles, assessments).dropFirst() {
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
        self.score = score
        map = stitcher?.map ?? first.map
        self.peaks = peaks
        self.peak = peak
        self.atPeak = atPeak
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
