import Discrimination
import Foundation
import ModelFile
import Scoring

extension InspectCommand {
    /// How maps are fused, and how that was chosen; nothing where there was no choice.
    static func fusion(of card: ModelCard) -> [String] {
        guard let record = card.fusion else { return [] }
        var lines = [
            "fusion        \(record.chosen.summary), \(reason(record))"
        ]
        if !record.candidates.isEmpty {
            lines.append(
                "              AUROC of \(record.paintedImages) held-out images with painted defects "
                    + "against \(record.normalImages) without:"
            )
            lines += record.candidates.map { row($0, chosen: record.chosen) }
        }
        if let anomalous = record.anomalous {
            lines.append(
                "              AUROC of \(anomalous.images) images with real defects "
                    + "(\(anomalous.masked) with a mask):"
            )
            lines += [anomalous.declared, anomalous.head].compactMap(\.self)
                .map { row($0, chosen: record.chosen) }
        }
        if let head = card.head {
            lines.append(
                "head          learned from \(head.positives) defective (\(head.labels.rawValue)) and "
                    + "\(head.negatives) normal positions; objective \(head.objective.formatted(6)), "
                    + "gradient norm "
                    + String(format: "%.1e", head.gradientNorm)
            )
        }
        if let network = card.network {
            let course = network.course
            let origin = network.configuration.startedFrom.map { ", started from \($0)" } ?? ""
            lines.append(
                "network       \(network.configuration.network.layers.count) layers\(origin); "
                    + "\(course.steps) steps on \(course.images) images, best "
                    + "\(course.bestStep.map { "after \($0)" } ?? "the last"), loss "
                    + course.losses.map { $0.formatted(3) }.joined(separator: " to ")
                    + (course.dependsOnTime ? "; depends on the time that it had" : "")
            )
        }
        if let reason = card.noNetwork {
            lines.append("network       none: \(reason)")
        }
        return lines
    }

    private static func row(_ measure: FusionRecord.Measure, chosen: ScoreFusion) -> String {
        "  " + measure.fusion.summary.padded(to: 32)
            + "\(measure.auroc.formatted(4)) +- \(measure.standardError.formatted(4))"
            + (measure.fusion == chosen ? "  in use" : "")
    }

    private static func reason(_ record: FusionRecord) -> String {
        switch record.reason {
        case .pinned: "pinned"
        case .kept:
            record.anomalous == nil
                ? "as declared: none was better by the margin"
                : "as declared: no head was as good on real defects"
        case .better: "better than the declared \(record.declared.summary)"
        case .head: "no worse on real defects than the declared \(record.declared.summary)"
        }
    }
}

extension ScoreFusion {
    /// One line for a person.
    fileprivate var summary: String {
        "\(rule.rawValue), top \(Double(topShare * 100).formatted(1)) %"
            + (isRelative ? ", relative" : "")
    }
}
