internal import Files
internal import GRDB
internal import Synchronization

/// What runs know of the inputs that they came across: an SQLite database.
///
/// A row that a method has stored survives the end of the program and of the power. Each
/// method that stores does it in one transaction: all of it or nothing. A ledger may be used
/// from several tasks at once, and by several programs, of which one writes at a time.
///
/// A damaged file is set aside wherever it shows itself, a new ledger takes its place, and
/// ``recovered`` tells. The new ledger knows the runs that were begun here and the labels that the
/// damaged one could still tell, but no inputs.
public final class Ledger: Sendable {
    /// What the ledger is opened for.
    public enum Access: Sendable {
        /// It is created where there is none; a damaged one is set aside. The program should
        /// hold the ``RunLock``.
        case writing
        /// It must be there, and a damaged one is an error; an older format is brought up to date. Needs no lock as long
        /// as each change is one transaction of its own that no run counts on.
        case editing
        /// It must be there, and a damaged one is an error. Needs no lock.
        case reading
    }

    /// How the database is used.
    package struct Options: Sendable {
        /// How long another program's lock is waited for, in seconds.
        package var busyTimeout = 10.0
        /// The most pages that the database may have; nil for SQLite's own limit.
        package var pageLimit: Int?

        /// Creates the usual options.
        package init() {}
    }

    /// The path of the database file; links are resolved.
    public let path: String
    let access: Access
    private let files: LedgerFiles
    private let options: Options
    private let state: Mutex<State>

    private struct State {
        var queue: DatabaseQueue?
        var identity: LedgerFiles.Identity?
        var recovered: SetAside?
        /// Runs that were begun here and have not ended.
        var openRuns: [RunIdentifier: RunStart] = [:]
    }

    /// Opens the ledger at `path`.
    ///
    /// - Throws: ``LedgerError`` when it can't be used.
    public static func open(
        _ path: String,
        for access: Access = .writing
    ) throws(LedgerError) -> Ledger {
        try Ledger(path, for: access, options: Options())
    }

    /// Opens the ledger at `path`.
    ///
    /// - Throws: ``LedgerError`` when it can't be used.
    package init(
        _ path: String,
        for access: Access,
        options: Options
    ) throws(LedgerError) {
        let files = LedgerFiles(path)
        let database = LedgerDatabase(files: files, options: options)
        var state = State()
        do {
            switch access {
            case .reading:
                state.queue = try database.openForReading()
            case .editing:
                state.queue = try database.openForEditing()
            case .writing:
                (state.queue, state.recovered) = try database.openForWriting()
            }
        } catch {
            throw LedgerError(error, files: files, writing: access != .reading)
        }
        state.identity = files.identity
        self.path = files.path
        self.access = access
        self.files = files
        self.options = options
        self.state = Mutex(state)
    }

    /// The damaged ledger that was last set aside since this one was opened; nil when none was.
    public var recovered: SetAside? { state.withLock { $0.recovered } }

    /// Closes the database; nothing can be done with the ledger afterwards.
    ///
    /// - Throws: ``LedgerError`` when the database can't be closed.
    public func close() throws(LedgerError) {
        let queue = state.withLock { state in
            defer { state.queue = nil }
            return state.queue
        }
        do {
            try queue?.close()
        } catch {
            throw LedgerError(error, files: files, writing: access != .reading)
        }
    }

    /// Looks for damage in all of the file, which takes as long as reading it.
    ///
    /// - Throws: ``LedgerError``; a damaged ledger is set aside as anywhere else.
    public func check() throws(LedgerError) {
        try read { db in
            if let finding = try LedgerDatabase.quickCheck(db) {
                throw LedgerDatabase.DamageError(reason: finding)
            }
        }
    }

    /// Returns how SQLite is set up, for tests.
    package func value(ofPragma name: String) throws(LedgerError) -> String? {
        try read { try String.fetchOne($0, sql: "PRAGMA \(name)") }
    }
}

extension Ledger {
    /// Reads the database with one statement, which sees one state without a transaction too.
    func read<Result>(_ body: (Database) throws -> Result) throws(LedgerError) -> Result {
        try perform { try $0.unsafeRead(body) }
    }

    /// Changes the database in one transaction.
    func write<Result>(_ body: (Database) throws -> Result) throws(LedgerError) -> Result {
        try perform { queue in
            if access == .reading { throw LedgerError.readOnly(path: path) }
            return try queue.write(body)
        }
    }

    /// Uses the database; begins anew, once, when it turns out to be damaged.
    func perform<Result>(
        _ body: (DatabaseQueue) throws -> Result
    ) throws(LedgerError) -> Result {
        var repetitions = 0
        while true {
            guard let queue = state.withLock({ $0.queue }) else { throw .closed(path: path) }
            do {
                return try body(queue)
            } catch {
                let wasReplaced = try recover(queue, from: error)
                guard wasReplaced, repetitions < 2 else {
                    throw LedgerError(error, files: files, writing: access != .reading)
                }
                repetitions += 1
            }
        }
    }

    func remember(_ start: RunStart, as run: RunIdentifier) {
        state.withLock { $0.openRuns[run] = start }
    }

    func forget(_ run: RunIdentifier) {
        state.withLock { $0.openRuns[run] = nil }
    }

    /// Puts a new database in the place of a damaged one.
    ///
    /// - Returns: Whether there is another database now than the one that failed.
    private func recover(
        _ failed: DatabaseQueue,
        from error: any Error
    ) throws(LedgerError) -> Bool {
        try state.withLock { (state) throws(LedgerError) -> Bool in
            guard let queue = state.queue else { throw .closed(path: path) }
            // Another task may have been here first.
            if queue !== failed { return true }
            guard access == .writing, let reason = LedgerDatabase.damage(in: error) else {
                return false
            }
            do {
                let database = LedgerDatabase(files: files, options: options)
                var saved = SavedLabels()
                if let identity = files.identity, identity == state.identity {
                    saved = database.labels(of: failed)
                    state.recovered = try database.setAside(failed, reason: reason, saving: saved)
                }  // else another program was here first
                let (fresh, another) = try database.openForWriting()
                state.queue = fresh
                state.identity = files.identity
                state.recovered = another ?? state.recovered
                let runs = state.openRuns
                try fresh.write { db in
                    for (run, start) in runs { try Self.insert(start, as: run, in: db) }
                    try Self.store(saved.entries, in: db)
                }
            } catch {
                throw LedgerError(error, files: files, writing: true)
            }
            return true
        }
    }
}
