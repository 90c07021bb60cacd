import Foundation
import Reports
import Synchronization

/// A text that the events of a run change and its progress line shows.
final class ProgressNote: Sendable {
    private let content = Mutex("")

    var text: String { content.withLock { $0 } }

    func set(_ text: String) { content.withLock { $0 = text } }
}

/// Counts, pace and worst images of a scan.
final class ScanProgress: Sendable {
    private let start = ContinuousClock.now
    private let counts = Mutex((done: 0, flagged: 0, failed: 0))
    private let strangest = Mutex<[ImageRecord]>([])
    private static let fewest = 3

    func add(_ record: ImageRecord) {
        counts.withLock {
            $0.done += 1
            if record.status == .flagged { $0.flagged += 1 }
            if record.status == .failed { $0.failed += 1 }
        }
        guard record.status == .flagged else { return }
        strangest.withLock { worst in
            let score = record.score ?? 0
            let place = worst.firstIndex { ($0.score ?? 0) < score } ?? worst.count
            worst.insert(record, at: place)
            if worst.count > Self.fewest { worst.removeLast() }
        }
    }

    /// The three images with the highest scores, where there are so many flagged that one has to look for them.
    var worst: String? {
        guard counts.withLock({ $0.flagged }) > Self.fewest else { return nil }
        let images = strangest.withLock { $0 }.map {
            "\($0.path.printable) (\(($0.score ?? 0).formatted(2)))"
        }
        return "highest scores: \(images.joined(separator: ", "))"
    }

    /// How far the scan is; with the time left where the number of inputs is known.
    ///
    /// What matters most comes first: a narrow terminal shows only that.
    func text(total: Int?) -> String {
        let (done, flagged, failed) = counts.withLock { $0 }
        let seconds = max(0.001, (ContinuousClock.now - start).seconds)
        let rate = Double(done) / seconds
        var text = "\(done)"
        if let total { text += " of \(total)" }
        text += " images"
        if let total, rate > 0, total >= done {
            text += ", \(Self.clock(Int(Double(total - done) / rate))) left"
        }
        return text + ", \(flagged) flagged, \(failed) failed, \(rate.formatted(1))/s"
    }

    /// Seconds as minutes and seconds, or with hours before them.
    private static func clock(_ seconds: Int) -> String {
        let (hours, minutes) = (seconds / 3600, seconds / 60 % 60)
        return hours > 0
            ? String(format: "%d:%02d:%02d", hours, minutes, seconds % 60)
            : String(format: "%d:%02d", minutes, seconds % 60)
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
