#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// What is known of a run when it begins.
public struct RunStart: Sendable, Hashable {
    /// When the run began, kept to the millisecond.
    public var startedAt: Date
    /// The command that runs, for instance `scan`.
    public var command: String
    /// The model and settings that the run scores with.
    public var provenance: Provenance
    /// Where the run's report goes.
    public var reportPath: String
    /// The name of the machine.
    public var host: String
    /// The number of the process.
    public var processIdentifier: Int32

    /// Describes a run that begins.
    public init(
        startedAt: Date,
        command: String,
        provenance: Provenance,
        reportPath: String,
        host: String,
        processIdentifier: Int32
    ) {
        self.startedAt = startedAt
        self.command = command
        self.provenance = provenance
        self.reportPath = reportPath
        self.host = host
        self.processIdentifier = processIdentifier
    }
}
