import Foundation
import Reports

/// Runs over time as text of at most 100 columns.
struct HistoryTable {
    private let history: RunHistory
    private let marks: [Character]

    /// - Parameters:
    ///   - history: The runs.
    ///   - drawsBlocks: Whether block characters may be used.
    init(_ history: RunHistory, drawsBlocks: Bool) {
        self.history = history
        marks = Array(drawsBlocks ? "▁▂▃▄▅▆▇█" : "_.-=+*#@")
    }

    /// Whether a terminal in this environment shows UTF-8.
    static func isUTF8(_ environment: [String: String]) -> Bool {
        // The first that is set counts (POSIX, Environment Variables, 8.2).
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy
            .compactMap { environment[$0] }.first { !$0.isEmpty }
        let name = locale?.lowercased() ?? ""
        return name.contains("utf-8") || name.contains("utf8")
    }

    var text: String {
        if history.runs.isEmpty { return "no runs" }
        var lines = [
            "  run  began (UTC)          took    new flagged failed   same  share    p50    p90"
                + "    p99 drift exit"
        ]
        lines += history.runs.map(line)
        let charts = [
            chart("flagged share", history.runs.map(\.flaggedShare)),
            chart("score p50", history.runs.map { $0.scores.map { Double($0.p50) } }),
            chart("score p99", history.runs.map { $0.scores.map { Double($0.p99) } }),
        ].compactMap(\.self)
        if !charts.isEmpty { lines += [""] + charts }
        if let labels = history.labels { lines += ["", labels.text] }
        return lines.joined(separator: "\n")
    }

    private func line(_ run: RunHistory.Entry) -> String {
        var line = cell("\(run.run)", 5) + "  " + Self.time(run.startedAt).padded(to: 16)
        guard let fresh = run.fresh, let finished = run.finishedAt else {
            return line + "  not ended"
        }
        line += cell(Self.duration(finished.timeIntervalSince(run.startedAt)), 9)
        line += cell("\(fresh.images)", 7) + cell("\(fresh.flagged)", 8)
        line += cell("\(fresh.failed)", 7) + cell("\(run.unchanged ?? 0)", 7)
        line += cell(run.flaggedShare?.formatted(3), 7)
        for score in [run.scores?.p50, run.scores?.p90, run.scores?.p99] {
            line += cell(score.map(Self.score), 7)
        }
        line += cell(run.drift.map { $0.suspected ? "yes" : "no" }, 6)
        return line + cell(run.exitStatus.map { "\($0)" }, 5)
    }

    private func cell(_ text: String?, _ width: Int) -> String {
        (text ?? "-").padded(to: width, left: true)
    }

    /// A score in six characters.
    private static func score(_ score: Float) -> String {
        abs(score) < 999 ? score.formatted(2) : String(format: "%.0e", Double(score))
    }

    private static func time(_ date: Date) -> String {
        date.formatted(
            .iso8601.year().month().day().dateTimeSeparator(.space)
                .time(includingFractionalSeconds: false)
        ).prefix(16).description
    }

    private static func duration(_ seconds: Double) -> String {
        let seconds = max(0, seconds)
        if seconds < 60 { return "\(seconds.formatted(1)) s" }
        let whole = Int(min(seconds, 1e9))
        let parts = [whole / 3600, whole / 60 % 60, whole % 60]
        if parts[0] == 0 { return String(format: "%d:%02d", parts[1], parts[2]) }
        return String(format: "%d:%02d:%02d", parts[0], parts[1], parts[2])
    }

    /// A line of one mark for each run, from the lowest value to the highest; nil where fewer than two runs have one.
    private func chart(_ name: String, _ values: [Double?]) -> String? {
        // The newest runs where there are more than fit.
        let values = Array(values.suffix(60))
        let known = values.compactMap { $0 }.filter(\.isFinite)
        guard known.count > 1, let low = known.min(), let high = known.max() else { return nil }
        let line = values.map { value -> Character in
            guard let value, value.isFinite else { return " " }
            let share = high > low ? (value - low) / (high - low) : 0
            return marks[min(marks.count - 1, Int(share * Double(marks.count)))]
        }
        return "\(name.padded(to: 15))\(String(line))  \(Self.range(low, high))"
    }

    private static func range(_ low: Double, _ high: Double) -> String {
        func number(_ value: Double) -> String {
            abs(value) < 1e6 ? value.formatted(3) : String(format: "%.2e", value)
        }
        return "\(number(low)) ... \(number(high))"
    }
}
