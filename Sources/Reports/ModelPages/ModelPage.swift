internal import Scoring

/// What a model has learned as a page: `index.html`.
public enum ModelPage {
    /// Writes the page.
    ///
    /// - Parameters:
    ///   - record: What the model has learned.
    ///   - pictures: The PNG files that the record names, by their names; they become part of the page.
    /// - Returns: HTML that shows everything without any other file.
    public static func render(
        _ record: ModelPageRecord,
        pictures: [String: [UInt8]]
    ) -> [UInt8] {
        OfflinePage.render(
            body: body,
            title: "Residua: \(record.model.path)",
            values: View(record, pictures: pictures)
        )
    }

    fileprivate struct View: Sendable {
        struct Layer: Sendable {
            let name, atoms, inference, learning, density, noise, rates, penalties: String
            let picture, caption: String
            let charts: [String]
        }

        let model, digest, version, images, threshold, rate, guarantee, scores: String
        let calibration, density: String
        let layers: [Layer]
    }

    private static let body = """
        <h1>{{model}}</h1>
        <p class="soft">Learned from {{images}} images by residua {{version}}, sha256 {{digest}}.</p>

        <h2>Calibration</h2>
        <div class="row chart">
        <figure><img src="{{{calibration}}}" alt="histogram of the normal scores">\
        <figcaption>Scores of held-out normal images, and the threshold.</figcaption></figure>
        <div><p>Threshold {{threshold}} for a false-alarm rate of {{rate}}{{guarantee}}.</p>
        <p>Normal scores: {{scores}}.</p></div>
        </div>

        <h2>Layers</h2>
        <div class="scroll"><table><tr><th>layer</th><th>atoms</th><th>inference</th>\
        <th>learning</th><th>codes not zero</th><th>noise variance</th>\
        <th>rates: min, median, max</th><th>penalties: min, median, max</th></tr>
        {{#layers}}<tr><td>{{name}}</td><td>{{atoms}}</td><td>{{inference}}</td>\
        <td>{{learning}}</td><td>{{density}}</td><td>{{noise}}</td><td>{{rates}}</td>\
        <td>{{penalties}}</td></tr>
        {{/layers}}</table></div>
        <div class="row chart"><figure><img src="{{{density}}}" alt="sparsity of the layers">\
        <figcaption>Sparsity: the share of codes that are not zero, in the order of the table.\
        </figcaption></figure></div>
        <p class="soft">A rate is one over the usual size of an atom's codes: the prior. A penalty \
        is what an atom's response must exceed to make a code.</p>
        {{#layers}}
        <h2>{{name}}</h2>
        <figure class="crisp wide"><img src="{{{picture}}}" alt="atoms of {{name}}">\
        <figcaption>{{caption}}</figcaption></figure>
        <div class="row chart">
        {{#charts}}<figure><img src="{{{.}}}" alt="chart"></figure>
        {{/charts}}</div>
        {{/layers}}
        """
}

extension ModelPage.View {
    init(_ record: ModelPageRecord, pictures: [String: [UInt8]]) {
        func spread(_ spread: ModelPageRecord.Spread) -> String {
            [spread.min, spread.median, spread.max].map { Chart.label(Double($0)) }
                .joined(separator: ", ")
        }
        let limit = record.calibration.threshold
        let summary = record.calibration.scores
        model = record.model.path
        digest = String(record.model.sha256.prefix(12))
        version = record.model.createdWith
        images = "\(record.model.trainingImages)"
        threshold = OfflinePage.number(limit.value)
        rate = Chart.label(limit.wantedRate)
        guarantee =
            limit.isSufficient
            ? "" : " (too few images for it: good for \(Chart.label(limit.guaranteedRate)))"
        scores =
            "median \(OfflinePage.number(summary.median)), 95 % \(OfflinePage.number(summary.q95)), "
            + "highest \(OfflinePage.number(summary.max))"
        calibration = OfflinePage.source(record.calibration.chart, in: pictures)
        density = OfflinePage.source(record.densityChart, in: pictures)
        layers = record.layers.map { layer in
            let some =
                layer.atomsShown < layer.atoms
                ? "The \(layer.atomsShown) most used of \(layer.atoms) atoms" : "All atoms"
            let form =
                switch layer.atomForm {
                case .filters: "unwhitened; middle grey is 0"
                case .patches: "each by the patches of the normal images that excite it most"
                case .projections: "projected linearly down to pixels; middle grey is 0"
                }
            return Layer(
                name: "\(layer.encoder), layer \(layer.layer)",
                atoms: "\(layer.atoms)",
                inference: layer.inference,
                learning: layer.learning,
                density: OfflinePage.number(layer.density, 3),
                noise: OfflinePage.number(layer.noiseVariance, 3),
                rates: spread(layer.rates),
                penalties: spread(layer.penalties),
                picture: OfflinePage.source(layer.atomPicture, in: pictures),
                caption: "\(some), in the dictionary's order, \(form).",
                charts: layer.charts.map { OfflinePage.source($0, in: pictures) }
            )
        }
    }
}
