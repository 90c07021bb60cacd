internal import ImageCodec
internal import Patches
internal import Reports
internal import Scoring
internal import SparseCoding
internal import Tensors

/// An image's explanation, as files.
struct Explanation: Sendable {
    let record: ExplanationRecord
    let pictures: [String: [UInt8]]
    let page: [UInt8]
}

/// Explains images by one model: what every worker of a run shares.
struct ImageExplainer: Sendable {
    private let scorer: ImageScorer
    private let identity: ModelIdentity
    private let tracing: Bool
    private let encoders: [(decoder: HierarchyDecoder, atoms: [AtomPictures])]

    /// The longest side of a picture of the whole image.
    private static let longestSide = 1024
    /// The atoms named for a place.
    private static let atomCount = 8

    /// Prepares a model.
    ///
    /// - Parameters:
    ///   - scorer: Scores the images.
    ///   - identity: The model's path and digest.
    ///   - tracing: Whether the course of each layer's inference is told.
    ///   - kernels: The kernels.
    init(scorer: ImageScorer, identity: ModelIdentity, tracing: Bool, kernels: Kernels) {
        self.scorer = scorer
        self.tracing = tracing
        self.identity = identity
        let parameters = scorer.model.parameters
        encoders = zip(parameters.configuration.encoders, parameters.layers)
            .map { configuration, layers in
                let decoder = HierarchyDecoder(
                    configuration: configuration,
                    layers: layers,
                    kernels: kernels
                )
                return (decoder, AtomPictures.project(decoder.layers, kernels: kernels))
            }
    }

    /// Reads and explains an input.
    func explain(_ entry: WalkEntry) throws(ItemFailure) -> Explanation {
        let path = entry.relativePath.description
        let loaded = try scorer.load(entry)
        let scored = scorer.score(loaded, path: path)
        guard let fused = scored.map, let peak = scored.peak else {
            throw ItemFailure(
                stage: .score,
                code: .init(rawValue: scored.record.failure?.code ?? "not-scored"),
                path: path,
                detail: scored.record.failure?.detail ?? "the image has no score"
            )
        }
        do throws(EncodeError) {
            return try explanation(of: loaded, record: scored.record, fused: fused, peak: peak)
        } catch {
            throw ItemFailure(
                stage: .write,
                code: .init(rawValue: "encode"),
                path: path,
                detail: error.detail
            )
        }
    }

    private func explanation(
        of loaded: LoadedImage,
        record: ImageRecord,
        fused: Matrix,
        peak: AssessedImage.Peak
    ) throws(EncodeError) -> Explanation {
        var pictures = PictureSet()
        let cell = peak.cell
        // An image that is not divided may be decoded at a fraction of its size.
        let tile = peak.tile.scaled(
            from: (loaded.image.width, loaded.image.height),
            to: (loaded.header.orientedWidth, loaded.header.orientedHeight)
        )
        let names = ExplanationRecord.Pictures(
            image: try pictures.add(
                "image.png",
                loaded.image.reduced(longestSide: Self.longestSide).inColor()
            ),
            fused: try pictures.add("fused.png", Self.heat(fused, of: loaded.image)),
            overlay: try pictures.add(
                "overlay.png",
                HeatMap.overlay(on: loaded.image, map: fused, longestSide: Self.longestSide)
            )
        )
        let detectors = try detectors(of: loaded, at: peak, pictures: &pictures)
        var layers: [ExplanationRecord.Layer] = []
        let input = loaded.input(of: peak.tile)
        for number in encoders.indices {
            layers += try explain(number, input, cell: cell, pictures: &pictures)
        }
        let explained = ExplanationRecord(
            record: record,
            model: identity,
            peak: .init(
                row: cell.row,
                column: cell.column,
                x: Double(tile.x) + (Double(cell.column) + 0.5) * Double(tile.width)
                    / Double(cell.columns),
                y: Double(tile.y) + (Double(cell.row) + 0.5) * Double(tile.height)
                    / Double(cell.rows),
                // The joined map keeps the largest value of its parts.
                value: fused.elements.max() ?? 0,
                tile: loaded.tiles.count == 1
                    ? nil
                    : .init(x: tile.x, y: tile.y, width: tile.width, height: tile.height)
            ),
            pictures: names,
            detectors: detectors,
            layers: layers
        )
        return Explanation(
            record: explained,
            pictures: pictures.files,
            page: ExplanationPage.render(explained, pictures: pictures.files)
        )
    }

    private func detectors(
        of loaded: LoadedImage,
        at peak: AssessedImage.Peak,
        pictures: inout PictureSet
    ) throws(EncodeError) -> [ExplanationRecord.Detector] {
        let unit = max(scorer.threshold.value, ImageScorer.smallestUnit)
        let cell = peak.cell
        let maps = calibratedMaps(of: loaded, unit: unit)
        let atPeak =
            loaded.tiles.count == 1
            ? maps.map { $0[cell.row, cell.column] }
            : scorer.model.calibratedMaps(of: loaded.input(of: peak.tile))
                .map { $0[cell.row, cell.column] / unit }
        let shares = scorer.model.parameters.configuration.fusion.shares(of: atPeak)
        var detectors: [ExplanationRecord.Detector] = []
        for (index, map) in maps.enumerated() {
            let name = scorer.model.parameters.mapNames[index]
            detectors.append(
                .init(
                    name: name,
                    atPeak: atPeak[index],
                    share: shares[index],
                    peak: map.elements.max() ?? 0,
                    map: try pictures.add(
                        "detector-\(index + 1)-\(PictureSet.safe(name)).png",
                        Self.heat(map, of: loaded.image)
                    )
                )
            )
        }
        return detectors
    }

    /// The map of each detector and of the network, joined from those of the tiles.
    private func calibratedMaps(of loaded: LoadedImage, unit: Float) -> [Matrix] {
        var stitchers: [TileStitcher] = []
        var maps: [Matrix] = []
        for tile in loaded.tiles {
            maps = scorer.model.calibratedMaps(of: loaded.input(of: tile))
            if stitchers.isEmpty {
                stitchers = maps.compactMap { TileStitcher(of: loaded, parts: $0) }
            }
            for index in stitchers.indices { stitchers[index].add(maps[index], of: tile) }
        }
        if !stitchers.isEmpty { maps = stitchers.map(\.map) }
        for map in maps.indices {
            for index in maps[map].elements.indices { maps[map].elements[index] /= unit }
        }
        return maps
    }

    private func explain(
        _ number: Int,
        _ image: FeatureMap,
        cell: GridCell,
        pictures: inout PictureSet
    ) throws(EncodeError) -> [ExplanationRecord.Layer] {
        let (decoder, atoms) = encoders[number]
        let name = decoder.encoder.configuration.name
        var layers: [ExplanationRecord.Layer] = []
        for (index, analysis) in decoder.analyze(image).enumerated() {
            let stem = PictureSet.stem(encoder: number + 1, name, layer: index + 1)
            let parameters = decoder.layers[index].parameters
            let windows = cell.windows(height: analysis.codes.height, width: analysis.codes.width)
            let (error, energy) = (parameters.usualError, parameters.usualEnergy)
            var strongest: [[ExplanationRecord.Atom]] = []
            for (rows, columns) in [
                windows, (0..<analysis.codes.height, 0..<analysis.codes.width),
            ] {
                let activities = AtomActivity.strongest(
                    Self.atomCount,
                    in: analysis.codes,
                    rows: rows,
                    columns: columns,
                    of: parameters
                )
                strongest.append(
                    try show(
                        activities,
                        index < atoms.count ? atoms[index] : nil,
                        stem: stem,
                        pictures: &pictures
                    )
                )
            }
            let picture = analysis.reconstruction
            layers.append(
                .init(
                    encoder: name,
                    layer: index + 1,
                    size: [picture.width, picture.height],
                    density: .init(
                        mean: analysis.codes.density(analysis.codes.windows, of: parameters),
                        usual: parameters.density,
                        atPeak: analysis.codes.density(windows, of: parameters)
                    ),
                    error: .init(analysis.error, usual: error, at: windows),
                    energy: .init(analysis.energy, usual: energy, at: windows),
                    gain: analysis.gains.mean,
                    reconstruction: try pictures.add(
                        "\(stem)-reconstruction.png",
                        PixelImage(intensities: picture)
                    ),
                    errorMap: try pictures.add(
                        "\(stem)-error.png",
                        Self.heat(
                            analysis.error,
                            unit: error * ExplanationPage.usualUnit,
                            of: picture
                        )
                    ),
                    energyMap: try pictures.add(
                        "\(stem)-energy.png",
                        Self.heat(
                            analysis.energy,
                            unit: energy * ExplanationPage.usualUnit,
                            of: picture
                        )
                    ),
                    strongestAtPeak: strongest[0],
                    strongestInImage: strongest[1],
                    trace: tracing
                        ? try trace(
                            decoder.encoder.layers[index],
                            analysis.input,
                            at: windows,
                            stem: stem,
                            pictures: &pictures
                        ) : nil
                )
            )
        }
        return layers
    }

    private func trace(
        _ layer: Layer,
        _ input: FeatureMap,
        at windows: WindowRange,
        stem: String,
        pictures: inout PictureSet
    ) throws(EncodeError) -> ExplanationRecord.Trace {
        let values = layer.trace(input, rows: windows.rows, columns: windows.columns)
        var chart: String?
        if values.count > 2 {
            chart = try pictures.add(
                "\(stem)-objective.png",
                Chart(
                    title: "objective of the codes",
                    axis: "iteration",
                    values: values,
                    range: 0...Double(values.count - 1),
                    form: .line
                ).picture()
            )
        }
        return .init(
            inference: layer.parameters.configuration.inference.summary,
            start: values[0],
            objectives: Array(values.dropFirst()),
            chart: chart
        )
    }

    private func show(
        _ activities: [AtomActivity],
        _ atoms: AtomPictures?,
        stem: String,
        pictures: inout PictureSet
    ) throws(EncodeError) -> [ExplanationRecord.Atom] {
        var shown: [ExplanationRecord.Atom] = []
        for activity in activities {
            let sign = activity.sign < 0 ? "minus" : "plus"
            var name: String?
            if let atoms {
                name = try pictures.add(
                    "atoms/\(stem)-atom\(activity.atom)-\(sign).png",
                    PixelImage(signed: atoms.picture(activity.atom), sign: activity.sign)
                )
            }
            shown.append(
                .init(
                    atom: activity.atom,
                    sign: activity.sign,
                    mean: activity.mean,
                    usual: activity.usual,
                    ratio: activity.ratio,
                    picture: name
                )
            )
        }
        return shown
    }

    private static func heat(_ map: Matrix, of image: PixelImage) -> PixelImage {
        HeatMap.render(map, width: image.width, height: image.height, longestSide: longestSide)
    }

    private static func heat(_ map: Matrix, unit: Float, of picture: FeatureMap) -> PixelImage {
        var relative = map
        let unit = max(unit, .leastNormalMagnitude)
        for index in relative.elements.indices { relative.elements[index] /= unit }
        return HeatMap.render(relative, width: picture.width, height: picture.height)
    }
}

/// A range of rows and columns of a layer's windows.
typealias WindowRange = (rows: Range<Int>, columns: Range<Int>)

extension GridCell {
    /// The windows of a layer that lie in the position; at least the nearest one.
    func windows(height: Int, width: Int) -> WindowRange {
        func range(_ place: Int, _ count: Int, _ windows: Int) -> Range<Int> {
            let first = place * windows / count
            return first..<max(first + 1, (place + 1) * windows / count)
        }
        return (range(row, rows, height), range(column, columns, width))
    }
}

extension FeatureMap {
    fileprivate var windows: WindowRange { (0..<height, 0..<width) }

    /// The share of coefficients that are not zero; of a signed pair at most one is.
    fileprivate func density(_ range: WindowRange, of layer: LayerParameters) -> Float {
        var active = 0
        for row in range.rows {
            let start = (row * width + range.columns.lowerBound) * channels
            for code in elements[start..<start + range.columns.count * channels] where code != 0 {
                active += 1
            }
        }
        let coefficients = range.rows.count * range.columns.count * layer.dictionary.count
        return Float(active) / Float(max(1, coefficients))
    }
}

extension Matrix {
    fileprivate var mean: Float {
        Float(elements.reduce(0.0) { $0 + Double($1) } / Double(max(1, elements.count)))
    }
}

extension ExplanationRecord.Comparison {
    /// A map's means beside the usual one.
    fileprivate init(_ map: Matrix, usual: Float, at range: WindowRange) {
        var there = 0.0
        for row in range.rows { for column in range.columns { there += Double(map[row, column]) } }
        self.init(
            mean: map.mean,
            usual: usual,
            atPeak: Float(there / Double(max(1, range.rows.count * range.columns.count)))
        )
    }
}
