extension ReportSchema {
    /// `metrics.json`.
    static var metricsDefinitions: [String: SchemaNode] {
        [
            "metrics": .object(
                "How well a model tells normal images from defective ones.",
                required: [
                    "schema_version": versionField, "image": imageMetrics, "timing": timing,
                    "counts": metricsCounts,
                ],
                optional: ["pixel": pixelMetrics]
            )
        ]
    }

    private static let imageMetrics = SchemaNode.object(
        "Metrics that count whole images.",
        required: [
            "auroc": .share("The area under the receiver operating characteristic."),
            "average_precision": .share("The average precision."),
            "best_f1": .share("The largest F1 over all thresholds."),
            "best_f1_threshold": .number("The score at which F1 is largest."),
            "false_alarm_rate": .share("The share of normal images flagged at the threshold."),
            "miss_rate": .share("The share of defective images not flagged at the threshold."),
            "threshold": .number("The model's own threshold."),
            "by_defect": .list(
                "The same by type of defect, by name.",
                of: .object(
                    "One type of defect against all normal images.",
                    required: [
                        "name": .string("The folder's name."),
                        "count": .count("The number of images.", atLeast: 1),
                        "auroc": .share("The area under the receiver operating characteristic."),
                        "flagged": .count("How many are flagged at the threshold."),
                    ]
                )
            ),
        ]
    )

    private static let pixelMetrics = SchemaNode.object(
        "Metrics that count pixels; left out where there are no masks.",
        required: [
            "auroc": .share("The area under the receiver operating characteristic."),
            "aupro": .share("The area under the per-region overlap, up to 30 % false positives."),
            "average_precision": .share("The average precision."),
        ]
    )

    private static let timing = SchemaNode.object(
        "How long it took.",
        required: [
            "scan_seconds": .number("The scan of the test images, in seconds.", atLeast: 0),
            "images_per_second": .number("Test images per second.", atLeast: 0),
        ],
        optional: [
            "train_seconds": .number(
                "The training, in seconds; left out where a model was given.",
                atLeast: 0
            )
        ]
    )

    private static let metricsCounts = SchemaNode.object(
        "How many images were used.",
        required: [
            "train": .count("Normal images that the model learned from."),
            "normal": .count("Normal test images."),
            "anomalous": .count("Defective test images."),
            "masked": .count("Defective test images with a mask."),
            "failed": .count("Test images that could not be scored."),
        ]
    )
}
