extension ReportSchema {
    /// A line of `images.jsonl`, a flagged image's report, and what they are made of.
    static var imageDefinitions: [String: SchemaNode] {
        [
            "image": image(also: [:]),
            "flagged": image(also: [
                "model": .reference("model"),
                "pictures": .list(
                    "The names of the pictures in the same folder.",
                    of: .string("A file name.")
                ),
            ]),
            "worker": image(
                also: [:],
                perhaps: [
                    "pictures": .dictionary(
                        "A flagged image's pictures by their file names; left out unless asked for.",
                        of: .string("A whole PNG or JPEG file in base64.")
                    )
                ]
            ),
            "region": region,
            "model": model,
        ]
    }

    private static func image(
        also fields: [String: SchemaNode],
        perhaps others: [String: SchemaNode] = [:]
    ) -> SchemaNode {
        SchemaNode.object(
            "What a run says about one input. Equal inputs, settings and models give equal bytes.",
            required: [
                "schema_version": versionField,
                "path": .string(
                    "The input's path, relative to the scanned folder. What is no UTF-8 shows as U+FFFD."
                ),
                "status": .string(
                    "How the input came out: scored and like the normal images, scored and unlike them, or not scored.",
                    oneOf: ImageRecord.Status.allCases.map(\.rawValue)
                ),
                "model_sha256": .sha256(of: "the model file"),
            ].merging(fields) { first, _ in first },
            optional: [
                "path_base64": .string(
                    "The bytes of the path in base64; left out where the path is UTF-8."
                ),
                "id": .string(
                    "The name of the image's folder in flagged/; only for flagged images.",
                    pattern: "[A-Za-z0-9_-]{1,80}"
                ),
                "format": .string("The file format, by its content: png or jpeg."),
                "width": .count("The width in pixels.", atLeast: 1),
                "height": .count("The height in pixels.", atLeast: 1),
                "orientation": .count("The EXIF orientation, 1 to 8.", atLeast: 1),
                "sha256": .sha256(of: "the file"),
                "score": .number(
                    "How unlike the normal images; in standard deviations of what normal images show at the same position."
                ),
                "threshold": .number("The score above which images are flagged; units of score."),
                "p_value": .share(
                    "The share of normal images expected to score as high, from the model's held-out normal images."
                ),
                "margin": .number(
                    "Score divided by threshold, unitless; left out where the threshold is 0 or below."
                ),
                "regions": .list(
                    "The parts above the threshold, highest peak first, at most 100; empty for images that are not flagged.",
                    of: .reference("region")
                ),
                "maps": .dictionary(
                    "Each calibrated map's highest value, by its name; 1 is the threshold.",
                    of: .number("A value in units in which 1 is the threshold.")
                ),
                "shares": .object(
                    "What maps and layers contribute where the image stands out most; each kind adds up to 1, or to 0 where nothing stands out.",
                    required: [
                        "maps": .dictionary("By the map's name.", of: .share("A share.")),
                        "layers": .dictionary("By encoder and layer.", of: .share("A share.")),
                    ]
                ),
                "links": .object(
                    "Where a flagged image's files are, relative to the report folder.",
                    required: [
                        "report": .string("The image's own report."),
                        "pictures": .list("The pictures.", of: .string("A path.")),
                    ]
                ),
                "failure": .object(
                    "Why the input could not be scored.",
                    required: [
                        "stage": .string("The step that failed, for instance decode."),
                        "code": .string("A stable reason for programs to act on."),
                        "detail": .string("The reason in words for a person; may change."),
                    ]
                ),
            ].merging(others) { first, _ in first }
        )
        .requiring(
            ["failure"],
            where: "status",
            is: ImageRecord.Status.failed.rawValue,
            else: [
                "format", "width", "height", "orientation", "sha256", "score", "threshold",
                "p_value", "regions", "maps", "shares",
            ]
        )
    }

    private static let region = SchemaNode.object(
        "A connected part of the image above the threshold, in pixels of the original image.",
        required: [
            "box": .object(
                "The smallest rectangle of whole pixels around the region.",
                required: [
                    "x": .count("The leftmost column of pixels."),
                    "y": .count("The topmost row of pixels."),
                    "width": .count("The number of columns.", atLeast: 1),
                    "height": .count("The number of rows.", atLeast: 1),
                ]
            ),
            "area": .count("The area in pixels, rounded.", atLeast: 1),
            "centroid": .object(
                "The centre of the area in pixels from the top left corner; the middle of the first pixel is (0.5, 0.5).",
                required: [
                    "x": .number("From the left edge, in pixels.", atLeast: 0),
                    "y": .number("From the top edge, in pixels.", atLeast: 0),
                ]
            ),
            "peak": .number("The highest value in the region; 1 is the threshold."),
            "mean": .number("The mean value over the region; 1 is the threshold."),
        ]
    )

    private static let model = SchemaNode.object(
        "The model that judged.",
        required: [
            "path": .string("The model's path as given to the run."),
            "sha256": .sha256(of: "the model file"),
            "created_with": .string("The version of the program that learned the model."),
            "seed": .count("The seed of the learning."),
            "training_images": .count("The number of normal images learned from.", atLeast: 1),
        ]
    )
}
