extension GalleryView {
    /// What the reader should know before looking at pictures.
    static func notices(_ summary: RunSummary?, records: GalleryRecords) -> [Notice] {
        var notices: [Notice] = []
        if summary == nil {
            notices.append(
                Notice(
                    title: "This report is not finished",
                    text:
                        "The run is still going on, or it was stopped before its end: there is no "
                        + "run.json. The page shows the \(records.counts.images) inputs that are in "
                        + "images.jsonl so far.",
                    kind: "warn"
                )
            )
        }
        if records.unreadable > 0 {
            notices.append(
                Notice(
                    title: "Damaged records",
                    text: "\(GalleryText.count(records.unreadable, "line", "lines")) of "
                        + "images.jsonl can't be understood and are left out.",
                    kind: "warn"
                )
            )
        }
        guard let summary else { return notices }
        if summary.interrupted {
            notices.append(
                Notice(
                    title: "The run was interrupted",
                    text: "Inputs after the last one in this report were not looked at. Run it "
                        + "again to see them.",
                    kind: "warn"
                )
            )
        }
        if let merged = summary.merged, !merged.missing.isEmpty {
            notices.append(
                Notice(
                    title: "Some shards are missing",
                    text: "\(GalleryText.count(merged.missing.count)) of "
                        + "\(GalleryText.count(merged.shards, "shard", "shards")) "
                        + "\(merged.missing.count == 1 ? "was" : "were") not there when "
                        + "this report was joined: their inputs are not in it.",
                    kind: "warn"
                )
            )
        }
        if let drift = summary.drift, drift.suspected { notices.append(notice(of: drift)) }
        if !summary.calibration.sufficient {
            let calibration = summary.calibration
            notices.append(
                Notice(
                    title: "Too few normal images for the wanted false-alarm rate",
                    text: "\(GalleryText.count(calibration.normals)) held-out normal images can't "
                        + "show that only \(GalleryText.rate(summary.falseAlarmRate)) good images is "
                        + "flagged; expect about \(GalleryText.rate(calibration.guaranteedRate)). "
                        + "A model that learned from more normal images holds the rate.",
                    kind: "warn"
                )
            )
        }
        if let labels = summary.labels {
            let looked = labels.confirmed + labels.falseAlarms
            notices.append(
                Notice(
                    title: "Precision so far: \(GalleryText.percent(labels.precision))",
                    text: "Of \(GalleryText.count(looked, "flagged image", "flagged images")) that "
                        + "people looked at, "
                        + "\(GalleryText.count(labels.confirmed, "was", "were")) confirmed as "
                        + "defective and \(GalleryText.count(labels.falseAlarms)) marked as a "
                        + "false alarm."
                )
            )
        }
        return notices
    }

    private static func notice(of drift: RunSummary.Drift) -> Notice {
        Notice(
            title: "The images may have changed as a whole",
            text: "The scores of these \(GalleryText.count(drift.images)) images are higher than "
                + "those of the normal images that the model was calibrated on: "
                + "\(GalleryText.percent(drift.smallShare)) of them have a p-value of at most "
                + "\(GalleryText.trimmed(drift.smallPValue, 3)), where "
                + "\(GalleryText.percent(drift.smallPValue)) would be usual "
                + "(Kolmogorov-Smirnov statistic \(OfflinePage.number(drift.statistic))). If most of "
                + "them are good, light, camera or product are not what they were: put that right, "
                + "or learn a new model from good images of today.",
            kind: "warn"
        )
    }
}
