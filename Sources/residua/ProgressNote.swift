import Foundation
import Synchronization

/// A text that the events of a run change and its progress line shows.
final class ProgressNote: Sendable {
    private let content = Mutex("")

    var text: String { content.withLock { $0 } }

    func set(_ text: String) { content.withLock { $0 = text } }
}

/// Counts and pace of a scan, for its progress line.
final class ScanProgress: Sendable {
    private let start = ContinuousClock.now
    private let counts = Mutex((done: 0, flagged: 0, failed: 0))

    func add(flagged: Bool, failed: Bool) {
        counts.withLock {
            $0.done += 1
            if flagged { $0.flagged += 1 }
            if failed { $0.failed += 1 }
        }
    }

    /// How far the scan is; with the time left where the number of inputs is known.
    func text(total: Int?) -> String {
        let (done, flagged, failed) = counts.withLock { $0 }
        let seconds = max(0.001, (ContinuousClock.now - start).seconds)
        let rate = Double(done) / seconds
        var text = "\(done)"
        if let total { text += " of \(total)" }
        text += " images, \(rate.formatted(1))/s, \(flagged) flagged, \(failed) failed"
        if let total, rate > 0, total >= done {
            let left = Int(Double(total - done) / rate)
            text += ", \(left / 60):\(left % 60 < 10 ? "0" : "")\(left % 60) left"
        }
        return text
    }
}

extension Duration {
    /// The duration in seconds.
    var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}

extension BinaryFloatingPoint {
    /// The number with so many digits after the point.
    func formatted(_ digits: Int) -> String { String(format: "%.\(digits)f", Double(self)) }
}

extension DecodingError {
    /// Where decoding failed and why, in one line.
    var summary: String {
        switch self {
        case .keyNotFound(let key, let context):
            "\(Self.place(context.codingPath + [key])) is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context),
            .dataCorrupted(let context):
            context.codingPath.isEmpty
                ? context.debugDescription
                : "\(Self.place(context.codingPath)): \(context.debugDescription)"
        @unknown default: "\(self)"
        }
    }

    private static func place(_ path: [any CodingKey]) -> String {
        path.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
    }
}
