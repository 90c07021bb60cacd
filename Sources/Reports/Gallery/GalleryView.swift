#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// What the variables of the gallery's template stand for.
struct GalleryView: Sendable {
    /// What the page consists of beside its words.
    struct Page: Sendable {
        let policy, style, script, data: String
    }

    struct Time: Sendable {
        let iso, text: String
    }

    struct Tile: Sendable {
        let label, value: String
        var note: String?
        var kind = ""
    }

    /// A title and a sentence that the reader should not miss.
    struct Notice: Sendable {
        let title, text: String
        var kind = ""
    }

    struct Trend: Sendable {
        let title, svg: String
    }

    struct Card: Sendable {
        let id, link, name, margin, regions, pValue: String
        let folder, picture: String?
        let width, height: Int
    }

    struct Reason: Sendable {
        let count, stage, code: String
    }

    struct Failure: Sendable {
        let path, stage, code, detail: String
    }

    struct Fact: Sendable {
        let name, value: String
    }

    let policy, style, script, data: String
    let pageTitle, model, footer, failedCount: String
    let roots: [String]
    let time: Time?
    let command, flaggedCount, limit, failedLimit, scores, legend: String?
    let tiles: [Tile]
    let notices: [Notice]
    let trends: [Trend]
    let images: [Card]
    let empty: Notice?
    let reasons: [Reason]
    let failures: [Failure]
    let facts: [Fact]
    let hasSummary, hasNotices, hasCharts, hasImages, hasFailed: Bool

    init(
        records: GalleryRecords,
        images: [GalleryImage],
        summary: RunSummary?,
        model: ModelIdentity?,
        page: Page
    ) {
        let counts = summary?.counts ?? records.counts
        policy = page.policy
        style = page.style
        script = page.script
        data = page.data
        self.model = GalleryText.visible(
            model.map { GalleryText.parts(of: $0.path).name } ?? "unknown model"
        )
        roots = (summary?.roots ?? []).prefix(5).map(GalleryText.visible)
        pageTitle = "Residua: \(counts.flagged) of \(counts.images) flagged, \(self.model)"
        time = (summary?.startedAt).map(Time.init)
        command = summary?.command
        tiles = summary.map(Self.tiles) ?? Self.tiles(of: records.counts)
        notices = Self.notices(summary, records: records)
        scores = summary.flatMap { summary in
            summary.histogram.flatMap {
                ScoreChart($0, threshold: summary.threshold)?.svg
            }
        }
        legend = (summary?.legend).flatMap { LegendScale($0)?.svg }
        trends = Self.trends(summary?.history ?? [])
        self.images = images.map(Card.init)
        flaggedCount = counts.flagged > 0 ? GalleryText.count(counts.flagged) : nil
        limit =
            counts.flagged > images.count
            ? "This page shows the \(GalleryText.count(images.count)) strangest of "
                + "\(GalleryText.count(counts.flagged)) flagged images; all are in images.jsonl."
            : nil
        empty = images.isEmpty ? Self.empty(counts, isFinished: summary != nil) : nil
        reasons = (summary?.failures ?? records.failures).map {
            Reason(count: GalleryText.count($0.count), stage: $0.stage, code: $0.code)
        }
        failures = records.failed.map {
            Failure(
                path: GalleryText.visible($0.path),
                stage: $0.failure?.stage ?? "",
                code: $0.failure?.code ?? "",
                detail: GalleryText.visible($0.failure?.detail ?? "")
            )
        }
        failedCount = GalleryText.count(counts.failed)
        failedLimit =
            counts.failed > failures.count
            ? "The first \(GalleryText.count(failures.count)) are listed; all are in images.jsonl."
            : nil
        facts = GalleryFacts.list(summary, model: model)
        footer =
            summary.map { "Made from the report of residua \($0.version)." }
            ?? "Made from an unfinished report of residua."
        hasSummary = summary != nil
        hasNotices = !notices.isEmpty
        hasCharts = scores != nil || !trends.isEmpty
        hasImages = !images.isEmpty
        hasFailed = counts.failed > 0
    }

    private static func tiles(of summary: RunSummary) -> [Tile] {
        var tiles = tiles(of: summary.counts)
        if let fresh = summary.fresh {
            tiles.append(
                Tile(
                    label: "New since the last run",
                    value: GalleryText.count(fresh.images),
                    note: "\(GalleryText.count(fresh.flagged)) flagged, "
                        + "\(GalleryText.count(fresh.failed)) failed"
                )
            )
        }
        if let deferred = summary.deferred, deferred > 0 {
            tiles.append(
                Tile(
                    label: "Still being written",
                    value: GalleryText.count(deferred),
                    note: "left for the next run"
                )
            )
        }
        let calibration = summary.calibration
        tiles.append(
            Tile(
                label: "False alarms",
                value: GalleryText.rate(summary.falseAlarmRate),
                note: calibration.sufficient
                    ? "good images; \(GalleryText.count(calibration.normals)) held-out images "
                        + "support it"
                    : "wanted; \(GalleryText.count(calibration.normals)) held-out images support "
                        + "\(GalleryText.rate(calibration.guaranteedRate))",
                kind: calibration.sufficient ? "" : "warn"
            )
        )
        tiles.append(
            Tile(
                label: "Duration",
                value: GalleryText.duration(summary.elapsedSeconds),
                note: "\(GalleryText.trimmed(summary.imagesPerSecond, 1)) images/s"
            )
        )
        return tiles
    }

    private static func tiles(of counts: RunSummary.Counts) -> [Tile] {
        let scored = counts.ok + counts.flagged
        return [
            Tile(label: "Images", value: GalleryText.count(counts.images)),
            Tile(label: "OK", value: GalleryText.count(counts.ok), kind: "good"),
            Tile(
                label: "Flagged",
                value: GalleryText.count(counts.flagged),
                note: scored > 0
                    ? "\(GalleryText.percent(Double(counts.flagged) / Double(scored))) of those scored"
                    : nil,
                kind: counts.flagged > 0 ? "bad" : ""
            ),
            Tile(
                label: "Failed",
                value: GalleryText.count(counts.failed),
                note: counts.failed > 0 ? "could not be scored" : nil,
                kind: counts.failed > 0 ? "warn" : ""
            ),
        ]
    }

    private static func trends(_ history: [RunHistory.Entry]) -> [Trend] {
        let runs = history.suffix(60)
        func points(_ value: (RunHistory.Entry) -> Double?) -> [TrendChart.Point] {
            runs.compactMap { run in
                value(run).map { .init(time: Time(run.startedAt).text, value: $0) }
            }
        }
        let share = "Flagged share, by run"
        let median = "Median score, by run"
        return [
            TrendChart(id: "share", title: share, points: points(\.flaggedShare)) {
                GalleryText.percent($0)
            }.map { Trend(title: share, svg: $0.svg) },
            TrendChart(
                id: "median",
                title: median,
                points: points { $0.scores.map { Double($0.p50) } },
                format: { OfflinePage.number($0) }
            ).map { Trend(title: median, svg: $0.svg) },
        ].compactMap(\.self)
    }

    private static func empty(_ counts: RunSummary.Counts, isFinished: Bool) -> Notice {
        if counts.flagged > 0 {
            return Notice(
                title: "The flagged images can't be shown",
                text: "Their records name no folder; images.jsonl has them."
            )
        }
        if counts.images == 0 {
            return Notice(
                title: "Nothing was scanned",
                text: isFinished
                    ? "There was no image to look at." : "No image was looked at so far."
            )
        }
        if counts.ok == 0 {
            return Notice(
                title: "No image could be scored",
                text: "All inputs failed; the reasons are below."
            )
        }
        let scored = GalleryText.count(counts.ok, "image looks", "images look")
        return Notice(
            title: isFinished ? "Nothing was flagged" : "Nothing was flagged so far",
            text: counts.failed == 0
                ? "All is well: \(scored) like the normal ones."
                : "\(scored) like the normal ones; "
                    + "\(GalleryText.count(counts.failed)) could not be scored."
        )
    }
}

extension GalleryView.Time {
    /// A time to the second, in UTC.
    init(_ date: Date) {
        iso = date.formatted(.iso8601)
        text = GalleryText.time(iso)
    }
}

extension GalleryView.Card {
    init(_ image: GalleryImage) {
        let pictures = image.pictures
        id = image.id
        // Without the script a card leads to the picture that shows most.
        link =
            pictures.panel ?? pictures.overlay ?? pictures.image ?? pictures.heatmap
            ?? image.report
        name = image.name
        folder = image.folder.isEmpty ? nil : image.folder
        margin = image.margin.map { "\(OfflinePage.number($0)) × threshold" } ?? "flagged"
        regions = GalleryText.count(image.regionCount, "region", "regions")
        pValue = image.pValueText
        picture = pictures.thumbnail ?? pictures.overlay ?? pictures.image
        let size = PictureSize(width: image.width, height: image.height, longestSide: 320)
        width = size.width
        height = size.height
    }
}
