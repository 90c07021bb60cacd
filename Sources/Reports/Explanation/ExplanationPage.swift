internal import Scoring

/// One image's explanation as a page: `index.html`.
public enum ExplanationPage {
    /// The error or energy, in units of the usual one, that has the colour of the threshold.
    public static let usualUnit: Float = 3

    /// Writes the page.
    ///
    /// - Parameters:
    ///   - record: What is explained.
    ///   - pictures: The PNG files that the record names, by their names; they become part of the page.
    /// - Returns: HTML that shows everything without any other file.
    public static func render(
        _ record: ExplanationRecord,
        pictures: [String: [UInt8]]
    ) -> [UInt8] {
        OfflinePage.render(
            body: body,
            title: "Residua: \(record.record.path)",
            values: View(record, pictures: pictures)
        )
    }

    fileprivate struct View: Sendable {
        struct Atom: Sendable {
            let sources: [String]
            let label, ratio: String
        }

        struct Atoms: Sendable {
            let title: String
            let atoms: [Atom]
        }

        struct Measure: Sendable {
            let name, mean, usual, atPeak: String
        }

        struct Trace: Sendable {
            let inference, start, end: String
            let charts: [String]
        }

        struct Layer: Sendable {
            let name, size, gain, reconstruction, error, energy: String
            let measures: [Measure]
            let trace: [Trace]
            let groups: [Atoms]
        }

        struct Detector: Sendable {
            let name, source, share, atPeak, peak: String
        }

        struct Region: Sendable {
            let box, area, peak, mean: String
        }

        let path, verdict, kind, score, threshold, pValue, image, overlay, fused: String
        let left, top, peakPlace, peakValue, tile, model, images, digest: String
        let unit: String
        let detectors: [Detector]
        let regions: [Region]
        let hasRegions: Bool
        let layers: [Layer]
    }

    private static let body = """
        <h1>{{path}}</h1>
        <p><span class="verdict {{kind}}">{{verdict}}</span>: score {{score}}, threshold \
        {{threshold}}, p-value {{pValue}}.</p>
        <p class="soft">Model {{model}}, learned from {{images}} images, {{digest}}.</p>

        <h2>What stands out</h2>
        <div class="row map">
        <figure><img src="{{{image}}}" alt="the image"><figcaption>The image.</figcaption></figure>
        <figure><div class="spot"><img src="{{{overlay}}}" alt="overlay">\
        <i style="left:{{left}}%;top:{{top}}%"></i></div>\
        <figcaption>Where the fused map is above the threshold. The ring is at its peak, \
        {{peakPlace}}: {{peakValue}} times the threshold{{tile}}.</figcaption></figure>
        <figure><div class="spot"><img src="{{{fused}}}" alt="fused map">\
        <i style="left:{{left}}%;top:{{top}}%"></i></div>\
        <figcaption>The map that shows where, sharpened by the finest scale; the score is the mean of its top.</figcaption></figure>
        </div>
        <p><span class="soft">Colours of all maps of this section and the next, in units of the \
        threshold; they never depend on the image:</span></p>
        <div class="scale"></div>
        <div class="ticks"><span>0</span><span>1</span><span>2</span><span>3 and more</span></div>
        {{#hasRegions}}
        <h3>Regions above the threshold</h3>
        <div class="scroll"><table><tr><th>left, top, width x height</th><th>area</th><th>peak</th>\
        <th>mean</th></tr>
        {{#regions}}<tr><td>{{box}}</td><td>{{area}}</td><td>{{peak}}</td><td>{{mean}}</td></tr>
        {{/regions}}</table></div>
        {{/hasRegions}}

        <h2>Detectors</h2>
        <p class="soft">The calibrated map of each detector. Its share is its part of what all of \
        them say above normal at the peak of the fused map.</p>
        <div class="row detector">
        {{#detectors}}<figure><img src="{{{source}}}" alt="map of {{name}}">\
        <figcaption><b>{{name}}</b><br>share at the peak {{share}} %, value there {{atPeak}}, \
        highest {{peak}}</figcaption></figure>
        {{/detectors}}</div>

        <h2>Layers</h2>
        <p>Each layer explains patches of what it reads as sums of few atoms. What it cannot \
        explain, or only with codes that are rare, is unusual: a reconstruction that lacks the \
        defect, a high error, or a high energy (the negative log posterior).</p>
        <p class="soft">The reconstruction decodes the codes of a layer, before pooling, down to \
        pixels; where patches are normalised, their means and contrasts are those of the image. \
        The colours of the maps of error and energy are in multiples of the mean of all training \
        patches: {{unit}} times that has the colour that 1 has above, so that rich parts of a \
        normal image may be bright too. Atoms are shown with how many times the usual their mean code is.</p>
        {{#layers}}
        <h3>{{name}} <span class="soft">at {{size}} pixels</span></h3>
        <div class="row layer">
        <figure><img src="{{{reconstruction}}}" alt="reconstruction">\
        <figcaption>Reconstruction from the codes (mean gain {{gain}}).</figcaption></figure>
        <figure><img src="{{{error}}}" alt="error map"><figcaption>Reconstruction error.\
        </figcaption></figure>
        <figure><img src="{{{energy}}}" alt="energy map"><figcaption>Energy.</figcaption></figure>
        <div><table><tr><th></th><th>image</th><th>at the peak</th><th>usual</th></tr>
        {{#measures}}<tr><td>{{name}}</td><td>{{mean}}</td><td>{{atPeak}}</td><td>{{usual}}</td></tr>
        {{/measures}}</table></div>
        </div>
        {{#trace}}<p class="soft">Objective of the codes at the peak ({{inference}}): {{start}} for \
        codes of zero, {{end}} in the end.</p>
        {{#charts}}<figure><img src="{{{.}}}" alt="objective after each iteration"></figure>{{/charts}}
        {{/trace}}
        {{#groups}}<p class="soft">{{title}}</p>
        <div class="atoms">{{#atoms}}<div class="atom">{{#sources}}<img src="{{{.}}}" alt="atom">{{/sources}}\
        {{ratio}} x<br><span class="soft">{{label}}</span></div>{{/atoms}}</div>
        {{/groups}}
        {{/layers}}
        """
}

extension ExplanationPage.View {
    init(_ explained: ExplanationRecord, pictures: [String: [UInt8]]) {
        let record = explained.record
        func source(_ name: String) -> String { OfflinePage.source(name, in: pictures) }
        path = record.path
        kind = record.status.rawValue
        verdict = record.status == .flagged ? "Flagged" : "Not flagged"
        score = OfflinePage.number(record.score ?? 0)
        threshold = OfflinePage.number(record.threshold ?? 0)
        pValue = OfflinePage.number(record.pValue ?? 0, 4)
        image = source(explained.pictures.image)
        overlay = source(explained.pictures.overlay)
        fused = source(explained.pictures.fused)
        let peak = explained.peak
        let (width, height) = (Double(record.width ?? 1), Double(record.height ?? 1))
        left = OfflinePage.number(100 * peak.x / max(1, width), 1)
        top = OfflinePage.number(100 * peak.y / max(1, height), 1)
        peakPlace = "(\(OfflinePage.number(peak.x, 0)), \(OfflinePage.number(peak.y, 0)))"
        peakValue = OfflinePage.number(peak.value)
        tile =
            peak.tile.map {
                ", in the tile of \($0.width) x \($0.height) pixels at (\($0.x), \($0.y)), "
                    + "which the layers below show"
            } ?? ""
        model = explained.model.path
        images = "\(explained.model.trainingImages)"
        digest = "sha256 \(explained.model.sha256.prefix(12))"
        unit = OfflinePage.number(ExplanationPage.usualUnit, 0)
        detectors = explained.detectors.map {
            Detector(
                name: $0.name,
                source: source($0.map),
                share: OfflinePage.number(100 * $0.share, 0),
                atPeak: OfflinePage.number($0.atPeak),
                peak: OfflinePage.number($0.peak)
            )
        }
        regions = (record.regions ?? []).map {
            Region(
                box: "\($0.box.x), \($0.box.y), \($0.box.width) x \($0.box.height)",
                area: "\($0.area)",
                peak: OfflinePage.number($0.peak),
                mean: OfflinePage.number($0.mean)
            )
        }
        hasRegions = !regions.isEmpty
        layers = explained.layers.map { layer in
            func measure(
                _ name: String,
                _ comparison: ExplanationRecord.Comparison,
                _ digits: Int
            ) -> Measure {
                Measure(
                    name: name,
                    mean: OfflinePage.number(comparison.mean, digits),
                    usual: OfflinePage.number(comparison.usual, digits),
                    atPeak: OfflinePage.number(comparison.atPeak, digits)
                )
            }
            func group(_ title: String, _ atoms: [ExplanationRecord.Atom]) -> Atoms {
                Atoms(
                    title: title,
                    atoms: atoms.map {
                        Atom(
                            sources: $0.picture.map { [source($0)] } ?? [],
                            label: "\($0.sign < 0 ? "-" : "+")\($0.atom)",
                            ratio: OfflinePage.number($0.ratio, $0.ratio < 100 ? 1 : 0)
                        )
                    }
                )
            }
            return Layer(
                name: "\(layer.encoder), layer \(layer.layer)",
                size: layer.size.map(String.init).joined(separator: " x "),
                gain: OfflinePage.number(layer.gain),
                reconstruction: source(layer.reconstruction),
                error: source(layer.errorMap),
                energy: source(layer.energyMap),
                measures: [
                    measure("codes that are not zero", layer.density, 3),
                    measure("reconstruction error", layer.error, 2),
                    measure("energy", layer.energy, 1),
                ],
                trace: layer.trace.map { trace in
                    [
                        Trace(
                            inference: trace.inference,
                            start: OfflinePage.number(trace.start),
                            end: OfflinePage.number(trace.objectives.last ?? trace.start),
                            charts: trace.chart.map { [source($0)] } ?? []
                        )
                    ]
                } ?? [],
                groups: [
                    group("Most active beyond the usual at the peak:", layer.strongestAtPeak),
                    group("Over the whole image:", layer.strongestInImage),
                ].filter { !$0.atoms.isEmpty }
            )
        }
    }
}
