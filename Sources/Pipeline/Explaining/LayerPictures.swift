internal import ImageCodec
internal import Reports
internal import SparseCoding

/// The pictures of one layer of a model.
struct LayerPictures {
    let encoder: (number: Int, name: String)
    let layer: Int
    let parameters: LayerParameters
    /// The atoms; nil where they would be too large, and ``patches`` are shown.
    let atoms: AtomPictures?
    /// The patches that excite each atom most; nil where the atoms themselves are shown.
    let patches: [[ExcitingPatches.Patch]]?
    let patchesPerAtom: Int

    /// Draws the atoms and the charts.
    ///
    /// - Returns: The layer's numbers with the names of its pictures.
    func draw(into pictures: inout PictureSet) throws(EncodeError) -> ModelPageRecord.Layer {
        let stem = PictureSet.stem(encoder: encoder.number, encoder.name, layer: layer)
        let count = min(parameters.dictionary.count, ModelInspectionOptions.atomLimit)
        let configuration = parameters.configuration
        var charts: [String] = []
        for (name, values) in [("rates", parameters.rates), ("penalties", parameters.penalties)] {
            let chart = Chart(
                title: "\(name) of the atoms",
                axis: "atom",
                values: values.map(Double.init),
                range: 0...Double(max(1, values.count)),
                form: .points,
                spreadsDecades: true
            )
            charts.append(try pictures.add("\(stem)-\(name).png", chart.picture()))
        }
        if parameters.learningCurve.count > 1 {
            let chart = Chart(
                title: "share of energy left",
                axis: "pass of learning",
                values: parameters.learningCurve.map(Double.init),
                range: 1...Double(parameters.learningCurve.count),
                form: .line
            )
            charts.append(try pictures.add("\(stem)-learning.png", chart.picture()))
        }
        return ModelPageRecord.Layer(
            encoder: encoder.name,
            layer: layer,
            atoms: parameters.dictionary.count,
            components: parameters.dictionary.components,
            inference: configuration.inference.summary,
            learning: configuration.learning.summary,
            density: parameters.density,
            noiseVariance: parameters.noiseVariance,
            rates: .init(of: parameters.rates),
            penalties: .init(of: parameters.penalties),
            learningCurve: parameters.learningCurve,
            atomForm: patches != nil ? .patches : layer == 1 ? .filters : .projections,
            atomsShown: count,
            atomPicture: try pictures.add("\(stem)-atoms.png", mosaic(count)),
            charts: charts
        )
    }

    private func mosaic(_ count: Int) -> PixelImage {
        let tiles: [PixelImage?]
        var side = atoms?.side ?? 1
        if let patches {
            let columns = Int(Double(patchesPerAtom).squareRoot().rounded(.up))
            tiles = patches.prefix(count).map { found in
                let shown = found.map { PixelImage(intensities: $0.picture) }
                // Atoms that few images excite leave places empty.
                let empty = [PixelImage?](repeating: nil, count: patchesPerAtom - shown.count)
                return shown.isEmpty
                    ? nil : Mosaic.arrange(shown + empty, columns: columns, gap: 1)
            }
            side = tiles.lazy.compactMap(\.self).first?.width ?? side
        } else {
            tiles = (0..<count).map { atom in
                atoms.map { PixelImage(signed: $0.picture(atom)) }
            }
        }
        let columns = Int(Double(count).squareRoot().rounded(.up))
        // Small atoms are enlarged, as far as the mosaic stays the width of a page.
        return Mosaic.arrange(
            tiles,
            columns: columns,
            scale: max(1, min(6, 1400 / (columns * (side + 2)))),
            gap: patches == nil ? 2 : 6,
            background: patches == nil ? 40 : 190
        )
    }
}
