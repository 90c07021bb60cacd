/// Another form of a report, for programs that do not read its own JSON.
public enum ExportFormat: String, Sendable, CaseIterable {
    /// A row for each input, for spreadsheets: RFC 4180, UTF-8.
    case csv
    /// Flagged and unreadable inputs for viewers of code scanning: SARIF 2.1.0.
    case sarif
    /// A test case for each input, for continuous integration: JUnit XML.
    case junit
    /// What happened in numbers, for Prometheus: its text format.
    case prometheus

    /// The file's name in a report folder.
    public var fileName: String {
        switch self {
        case .csv: "images.csv"
        case .sarif: "residua.sarif"
        case .junit: "residua.junit.xml"
        case .prometheus: "residua.prom"
        }
    }
}
