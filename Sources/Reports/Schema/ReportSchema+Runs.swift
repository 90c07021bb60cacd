extension ReportSchema {
    /// `run.json`, a ledger's history, and what they are made of.
    static var runDefinitions: [String: SchemaNode] {
        [
            "run": run,
            "history": .object(
                "What a ledger knows of its runs.",
                required: [
                    "schema_version": versionField,
                    "runs": .list("The runs, oldest first.", of: .reference("past-run")),
                ],
                optional: ["labels": .reference("labels")]
            ),
            "past-run": pastRun,
            "counts": counts,
            "quantiles": quantiles,
            "drift": drift,
            "labels": labels,
        ]
    }

    private static var run: SchemaNode {
        .object(
            "What a run did as a whole; written last.",
            required: [
                "schema_version": versionField,
                "version": .string("The program's version."),
                "command": .string("The command that ran, for instance scan."),
                "model": .reference("model"),
                "counts": .reference("counts", "The inputs that the report lists."),
                "threshold": .number("The score above which images were flagged."),
                "false_alarm_rate": .share("The wanted share of normal images that are flagged."),
                "calibration": calibration,
                "kernels": .string(
                    "The instruction set of the numeric kernels, and float behind it where layers compute "
                        + "in single precision throughout; of merged shards all that there were."
                ),
                "jobs": .count("How many images were worked on at once.", atLeast: 1),
                "started_at": .time("When the run began."),
                "finished_at": .time("When the run ended."),
                "elapsed_seconds": .number("How long the run took, in seconds.", atLeast: 0),
                "images_per_second": .number("Inputs per second, failed ones too.", atLeast: 0),
                "exit_status": .count("The program's exit status."),
                "interrupted": .flag("Whether the run was stopped before its last input."),
                "failures": .list(
                    "How many inputs failed for each reason, by stage and code.",
                    of: .object(
                        "One reason.",
                        required: [
                            "stage": .string("The step that failed."),
                            "code": .string("The stable reason."),
                            "count": .count("The number of inputs.", atLeast: 1),
                        ]
                    )
                ),
            ],
            optional: [
                "model_card": modelCard,
                "roots": .list(
                    "The files and folders that were scanned, as given.",
                    of: .string("A path.")
                ),
                "shard": shard,
                "merged": merged,
                "settings": .sha256(of: "the settings that decide records beside input and model"),
                "fresh": .reference(
                    "counts",
                    "The inputs that this run looked at itself; left out where it looked at all."
                ),
                "deferred": .count("Files that are left for the next run."),
                "drift": .reference("drift"),
                "scores": .reference(
                    "quantiles",
                    "The spread of the scores of the report's images."
                ),
                "histogram": histogram,
                "legend": legend,
                "history": .list(
                    "The last runs with the same ledger, oldest first, this one last.",
                    of: .reference("past-run")
                ),
                "labels": .reference("labels"),
            ]
        )
    }

    private static let shard = SchemaNode.object(
        "The part of the inputs that the run took; left out where it took all.",
        required: [
            "index": .count("Which of the parts.", atLeast: 1),
            "count": .count("How many parts there are.", atLeast: 1),
            "inputs": .list(
                "How many lines of images.jsonl are about inputs of each root, in the order of roots.",
                of: .count("A number of lines.")
            ),
            "normals": .list(
                "The scores of the model's held-out normal images, rising; for residua merge.",
                of: .number("A score.")
            ),
            "files": .string("Which files below the roots are taken, in words."),
        ]
    )

    private static let merged = SchemaNode.object(
        "The shards whose reports this one joins; left out where it joins none.",
        required: [
            "shards": .count("How many shards there are.", atLeast: 1),
            "missing": .list(
                "The shards that were not there; their inputs are not in the report.",
                of: .count("A shard.", atLeast: 1)
            ),
        ]
    )

    private static let counts = SchemaNode.object(
        "How many inputs came out how.",
        required: [
            "images": .count("All inputs; the sum of the others."),
            "ok": .count("Scored and like the normal images."),
            "flagged": .count("Scored and unlike the normal images."),
            "failed": .count("Not scored."),
        ]
    )

    private static let calibration = SchemaNode.object(
        "How far the wanted false-alarm rate can be relied on.",
        required: [
            "normals": .count("The number of held-out normal images.", atLeast: 1),
            "sufficient": .flag("Whether these are enough for the wanted rate."),
            "guaranteed_rate": .share("The rate that their number guarantees."),
        ]
    )

    private static let quantiles = SchemaNode.object(
        "The spread of scores; each is a score that occurred.",
        required: [
            "minimum": .number("The lowest score."),
            "p10": .number("The score that 10 % of the images don't exceed."),
            "p50": .number("The score that 50 % of the images don't exceed."),
            "p90": .number("The score that 90 % of the images don't exceed."),
            "p99": .number("The score that 99 % of the images don't exceed."),
            "maximum": .number("The highest score."),
        ]
    )

    private static let histogram = SchemaNode.object(
        "How many of the report's images and of the held-out normal images scored how high.",
        required: [
            "edges": .list(
                "The bins' limits, rising, one more than there are bins. A bin holds its upper limit; the threshold is a limit where it is above 0.",
                of: .number("A score.")
            ),
            "images": .list("The report's images in each bin.", of: .count("A number of images.")),
            "normals": .list(
                "The held-out normal images in each bin.",
                of: .count("A number of images.")
            ),
        ]
    )

    private static let legend = SchemaNode.object(
        "What the colours of heat maps mean.",
        required: [
            "ticks": .list(
                "Values with a meaning, rising; the threshold is among them.",
                of: .object(
                    "A value.",
                    required: [
                        "value": .number("The map's value; 1 is the threshold."),
                        "rate": .share("The share of good images whose scores are above it."),
                        "label": .string("The same in words."),
                        "is_threshold": .flag("Whether it is the threshold."),
                    ]
                )
            ),
            "unseen_above": .number(
                "The value above which no good image was seen; 1 is the threshold."
            ),
            "saturation": .number(
                "The value from which on the colour is the hottest; the scale starts at 0."
            ),
            "colors": .list(
                "The colours of evenly spaced values from 0 to saturation.",
                of: .string("Red, green and blue in hexadecimal digits.", pattern: "#[0-9a-f]{6}")
            ),
        ]
    )

    private static let drift = SchemaNode.object(
        "How the scores of a run compare with those of the held-out normal images.",
        required: [
            "images": .count("The scores compared.", atLeast: 1),
            "statistic": .share("The Kolmogorov-Smirnov statistic."),
            "higher": .flag("Whether the run's scores are the higher ones where they differ most."),
            "p_value": .share("The probability of so large a statistic where nothing changed."),
            "small_share": .share("The share of images whose p-value is at most small_p_value."),
            "small_p_value": .share("The p-values that count as small."),
            "suspected": .flag("Whether the normal images themselves seem to have changed."),
        ]
    )

    private static let labels = SchemaNode.object(
        "What people said of flagged images.",
        required: [
            "confirmed": .count("Flagged images that are defective."),
            "false_alarms": .count("Flagged images that are normal."),
            "precision": .share("The share of the labelled images that are defective."),
        ]
    )

    private static var pastRun: SchemaNode {
        .object(
            "One run in a ledger.",
            required: [
                "run": .count("The run's number in the ledger.", atLeast: 1),
                "command": .string("The command that ran."),
                "started_at": .time("When the run began."),
                "model_sha256": .sha256(of: "the model file"),
            ],
            optional: [
                "finished_at": .time("When the run ended; left out where it did not end."),
                "fresh": .reference("counts", "The inputs that the run looked at itself."),
                "unchanged": .count("Inputs that had not changed since an earlier run."),
                "deferred": .count("Files left for the next run."),
                "flagged_share": .share(
                    "The share of the scored inputs in fresh that were flagged."
                ),
                "scores": .reference("quantiles"),
                "drift": .reference("drift"),
                "exit_status": .count("The program's exit status."),
            ]
        )
    }

    private static let modelCard = SchemaNode.object(
        "The model in short; the whole card: residua inspect.",
        required: [
            "pixels": .list(
                "The working sizes in pixels, largest first.",
                of: .count("A number of pixels.", atLeast: 1)
            ),
            "channels": .count("1 for grey, 3 for colour.", atLeast: 1),
            "encoders": .list("The hierarchies of sparse layers.", of: .string("A name.")),
            "layers": .count("The layers of all hierarchies together.", atLeast: 1),
            "maps": .list("The maps that are fused.", of: .string("A name.")),
            "fusion": .string("How maps become one: largest, evidence, mean or head."),
            "left_out": .count(
                "Training images that could not be read or were unlike all others."
            ),
        ],
        optional: [
            "effort": .string("How much work training was: quick, standard or thorough."),
            "synthetic_auroc": .share(
                "The AUROC of the fusion on defects painted into normal images."
            ),
            "tile_side": .count(
                "The side of the tiles that images are cut into, in pixels.",
                atLeast: 1
            ),
        ]
    )
}
