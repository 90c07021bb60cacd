/// The model and the run in names and values.
enum GalleryFacts {
    static func list(_ summary: RunSummary?, model: ModelIdentity?) -> [GalleryView.Fact] {
        var facts: [GalleryView.Fact] = []
        func add(_ name: String, _ value: String?) {
            guard let value, !value.isEmpty else { return }
            facts.append(.init(name: name, value: GalleryText.visible(value)))
        }
        add("Model file", model?.path)
        add("SHA-256", model?.sha256)
        add("Learned from", model.map { GalleryText.count($0.trainingImages, "image", "images") })
        add("Learned by", model.map { "residua \($0.createdWith), seed \($0.seed)" })
        if let card = summary?.modelCard {
            add("Effort", card.effort)
            add(
                "Working size",
                card.pixels.map { "\(GalleryText.count($0)) pixels" }.joined(separator: ", ")
            )
            add("Channels", card.channels == 1 ? "grey" : card.channels == 3 ? "colour" : nil)
            add("Tiles", card.tileSide.map { "\($0) × \($0) pixels" })
            add("Encoders", card.encoders.joined(separator: ", "))
            add("Layers", "\(card.layers)")
            add("Maps", card.maps.joined(separator: ", "))
            add("Fusion", card.fusion)
            add(
                "Self-test",
                card.syntheticAUROC.map { "AUROC \(OfflinePage.number($0, 3)) on painted defects" }
            )
            add(
                "Left out",
                card.leftOut > 0
                    ? GalleryText.count(card.leftOut, "normal image", "normal images") : nil
            )
        }
        guard let summary else { return facts }
        add("Threshold", OfflinePage.number(summary.threshold, 3))
        add(
            "Wanted rate",
            "\(GalleryText.rate(summary.falseAlarmRate)) good images flagged "
                + "(\(GalleryText.percent(summary.falseAlarmRate)))"
        )
        add(
            "Calibration",
            "\(GalleryText.count(summary.calibration.normals)) held-out normal images guarantee "
                + GalleryText.rate(summary.calibration.guaranteedRate)
        )
        add("Drift", summary.drift.map(text))
        add("Scanned", summary.roots?.joined(separator: ", "))
        add("Command", "residua \(summary.command), version \(summary.version)")
        add("Began", GalleryView.Time(summary.startedAt).text)
        add("Ended", GalleryView.Time(summary.finishedAt).text)
        add("Machine", "\(summary.jobs) at once, kernels \(summary.kernels)")
        add("Exit status", "\(summary.exitStatus)")
        return facts
    }

    private static func text(_ drift: RunSummary.Drift) -> String {
        let statistic = OfflinePage.number(drift.statistic)
        let verdict = drift.suspected ? "suspected" : "none seen"
        return "\(verdict) (Kolmogorov-Smirnov statistic \(statistic))"
    }
}
