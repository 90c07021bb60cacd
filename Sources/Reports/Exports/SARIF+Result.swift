internal import Scoring

extension SARIF {
    /// What is said of one input.
    struct Result: Encodable {
        struct Location: Encodable {
            struct PhysicalLocation: Encodable {
                let artifactLocation: ArtifactLocation
            }
            let physicalLocation: PhysicalLocation
        }

        struct Attachment: Encodable {
            let description: Message
            let artifactLocation: ArtifactLocation
            var rectangles: [Rectangle]?
        }

        struct Rectangle: Encodable {
            let top, left, bottom, right: Int
            let message: Message

            init(_ region: Region) {
                top = region.box.y
                left = region.box.x
                bottom = region.box.y + region.box.height
                right = region.box.x + region.box.width
                message = Message(text: region.summary)
            }
        }

        struct Properties: Encodable {
            var score: Float?
            var threshold: Float?
            var pValue: Double?
            var width: Int?
            var height: Int?
            var regions: [Region]?
            var failure: ImageRecord.Failure?
        }

        let ruleId: String
        let ruleIndex: Int
        let level: String
        let message: Message
        let locations: [Location]
        let rank: Double?
        let partialFingerprints: [String: String]?
        let attachments: [Attachment]?
        let properties: Properties

        /// The result of a record; nil where there is nothing to say.
        init?(_ record: ImageRecord) {
            let rule: Rule
            switch record.status {
            case .ok: return nil
            case .flagged:
                rule = .anomaly
                message = Message(text: "Unlike the normal images: \(record.verdictSummary).")
                rank = record.margin.map { margin in
                    margin > 1 ? 100 * (1 - 1 / Double(margin)) : 0
                }
                let image = Attachment(
                    description: Message(text: "Regions of the image"),
                    artifactLocation: ArtifactLocation(image: record.path),
                    rectangles: record.regions?.map(Rectangle.init)
                )
                attachments =
                    [image]
                    + (record.links?.pictures ?? []).map {
                        Attachment(
                            description: Message(text: "A picture of the report"),
                            artifactLocation: ArtifactLocation(report: $0)
                        )
                    }
            case .failed:
                rule = .unreadableInput
                let failure = record.failure
                message = Message(
                    text: "Could not be scored: \(failure?.detail ?? "") "
                        + "(\(failure?.stage ?? "")/\(failure?.code ?? ""))."
                )
                rank = nil
                attachments = nil
            }
            ruleId = rule.rawValue
            ruleIndex = rule.index
            level = rule.level
            locations = [
                Location(
                    physicalLocation: .init(artifactLocation: ArtifactLocation(image: record.path))
                )
            ]
            partialFingerprints = record.sha256.map { ["imageSha256/v1": $0] }
            properties = Properties(
                score: record.score,
                threshold: record.threshold,
                pValue: record.pValue,
                width: record.width,
                height: record.height,
                regions: record.regions,
                failure: record.failure
            )
        }
    }
}
