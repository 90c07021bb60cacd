internal import Files
public import RunLedger

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// A ledger that this program holds the lock of.
public final class LedgerSession: Sendable {
    /// How the ledger is used.
    public let options: LedgerOptions
    /// The run that held the lock and ended without giving it back.
    public var previousHolder: LockHolder? { lock.previous }
    /// The damaged ledger that was set aside when the session began, if one was.
    public let recovered: SetAside?
    /// The damaged ledger that was set aside since then, if one was.
    public var recoveredMeanwhile: SetAside? {
        ledger.recovered == recovered ? nil : ledger.recovered
    }

    let ledger: Ledger
    let holder: LockHolder
    private let lock: RunLock

    /// Takes the lock and opens the ledger.
    ///
    /// - Parameters:
    ///   - options: Where the ledger is, and how long another run is waited for.
    ///   - command: What runs, for the lock's line.
    /// - Throws: `LedgerError` when another run holds the lock or the ledger can't be used, `CancellationError` when
    ///   cancelled while waiting.
    public init(_ options: LedgerOptions, command: String) async throws {
        self.options = options
        do throws(FileError) {
            try Folder(containing: options.path).create()
        } catch {
            throw LedgerError.file(error)
        }
        holder = LockHolder(
            host: ProcessInfo.processInfo.hostName,
            processIdentifier: ProcessInfo.processInfo.processIdentifier,
            startedAt: Date(),
            command: command
        )
        lock = try await RunLock.acquire(
            RunLock.path(forLedger: options.path),
            as: holder,
            wait: options.wait,
            poll: .milliseconds(200)
        )
        ledger = try Ledger.open(options.path)
        // Damage is found while the last report is still there to fill a new ledger from.
        try ledger.check()
        recovered = ledger.recovered
    }

    /// What people said of images.
    ///
    /// - Throws: `LedgerError` when the ledger can't be read.
    public func labelledImages() throws(LedgerError) -> LabelledImages {
        try LabelledImages(of: ledger)
    }

    /// Closes the ledger and gives the lock back.
    public func end() {
        try? ledger.close()
        lock.release()
    }
}
