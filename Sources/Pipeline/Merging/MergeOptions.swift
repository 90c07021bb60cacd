public import Reports

/// Where a joined report goes.
public struct MergeOptions: Sendable {
    /// The report folder.
    public var reportPath: String
    /// The other forms that the report is written in as well.
    public var exports: Set<ExportFormat>
    /// The exit status of a run that scored so many inputs with these outcomes.
    public var exitStatus: @Sendable (RunSummary.Counts) -> Int

    /// Creates options.
    public init(
        reportPath: String,
        exports: Set<ExportFormat> = [],
        exitStatus: @escaping @Sendable (RunSummary.Counts) -> Int
    ) {
        self.reportPath = reportPath
        self.exports = exports
        self.exitStatus = exitStatus
    }
}
