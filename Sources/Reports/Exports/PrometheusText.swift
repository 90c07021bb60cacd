/// Lines of Prometheus' text exposition format, version 0.0.4.
struct PrometheusText {
    typealias Label = (name: String, value: String)
    typealias Sample = (labels: [Label], value: Double?)

    /// The lines so far, each with its end.
    private(set) var lines = ""
    private let common: [Label]

    /// Starts with no lines.
    ///
    /// - Parameter labels: Labels of every series.
    init(labels: [Label]) { common = labels }

    /// Adds a metric of one series; nothing where there is no value.
    mutating func gauge(_ name: String, _ help: String, _ value: Double?) {
        gauge(name, help, [([], value)])
    }

    /// Adds a metric; series without a value are left out.
    mutating func gauge(_ name: String, _ help: String, _ samples: [Sample]) {
        let known = samples.compactMap { sample in sample.value.map { (sample.labels, $0) } }
        if known.isEmpty { return }
        lines += "# HELP \(name) \(Self.escaped(help))\n# TYPE \(name) gauge\n"
        for (labels, value) in known {
            let list = (common + labels).map { label in
                "\(label.name)=\"\(Self.escaped(label.value).replacing("\"", with: "\\\""))\""
            }
            lines += "\(name){\(list.joined(separator: ","))} \(Self.text(value))\n"
        }
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
    }

    private static func text(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        if value == value.rounded(), abs(value) < 1e15 { return "\(Int(value))" }
        return "\(value)"
    }
}
