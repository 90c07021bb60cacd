internal import GRDB

/// Opens the database of a ledger, or says why not.
struct LedgerDatabase {
    /// The file is damaged: it may be set aside.
    struct DamageError: Error {
        let reason: String
    }

    let files: LedgerFiles
    let options: Ledger.Options

    /// Opens the ledger for reading and writing; creates it where there is none or sets a
    /// damaged one aside.
    ///
    /// - Throws: ``LedgerError``, `FileError` or `DatabaseError`.
    func openForWriting() throws -> (queue: DatabaseQueue, setAside: SetAside?) {
        var connection: DatabaseQueue?
        do {
            return (try openForWriting(&connection), nil)
        } catch {
            guard let reason = Self.damage(in: error) else { throw error }
            let saved = labels(of: connection)
            let setAside = try self.setAside(connection, reason: reason, saving: saved)
            connection = nil
            let fresh = try openForWriting(&connection)
            try fresh.write { try Ledger.store(saved.entries, in: $0) }
            return (fresh, setAside)
        }
    }

    /// Puts the files out of the way, then ends the connection to them.
    ///
    /// In this order SQLite notices that its files have moved and leaves them as they are.
    func setAside(
        _ connection: DatabaseQueue?,
        reason: String,
        saving saved: SavedLabels
    ) throws -> SetAside {
        let damagedPath = try files.setAside()
        try? connection?.close()
        return SetAside(
            path: files.path,
            damagedPath: damagedPath,
            reason: reason,
            savedLabels: saved.entries.count,
            hasLostLabels: !saved.isComplete
        )
    }

    /// The labels that a damaged database can still tell.
    func labels(of connection: DatabaseQueue?) -> SavedLabels {
        let saved = try? connection?.unsafeRead { db in
            guard try Ledger.hasLabels(db) else { return SavedLabels(isComplete: true) }
            var saved = SavedLabels()
            do {
                let sql = "SELECT \(LabelEntry.columns) FROM labels"
                let rows = try Row.fetchCursor(db, sql: sql)
                saved.isComplete = true
                while let row = try rows.next() {
                    if let entry = try? LabelEntry(row) {
                        saved.entries.append(entry)
                    } else {
                        saved.isComplete = false
                    }
                }
            } catch {
                saved.isComplete = false
            }
            return saved
        }
        return saved ?? SavedLabels()
    }

    // The connection is left in the argument also on an error.
    private func openForWriting(_ connection: inout DatabaseQueue?) throws -> DatabaseQueue {
        // A look without writing first, so that another program's database stays as it is.
        // With a journal there, even reading would write.
        if try files.isThere(), !files.hasJournal {
            try connect(readonly: true).close()
        }
        let hadLeftovers = files.hasLeftovers
        let queue = try connect(readonly: false)
        connection = queue
        try queue.writeWithoutTransaction { try claim($0) }
        try migrate(queue)
        try queue.writeWithoutTransaction { db in
            try enterWAL(db)
            try checkContent(db, thoroughly: hadLeftovers)
            // What can't be written is noticed now, not when the first row is to be stored.
            try db.execute(sql: "DELETE FROM sightings WHERE 0")
        }
        return queue
    }

    /// Opens an existing ledger for reading.
    ///
    /// - Throws: ``DamageError``, ``LedgerError`` or `DatabaseError`.
    func openForReading() throws -> DatabaseQueue {
        guard try files.isThere() else { throw LedgerError.missing(path: files.path) }
        let queue = try connect(readonly: true)
        try queue.read { db in
            try requireLedger(db)
            try checkContent(db, thoroughly: false)
        }
        return queue
    }

    /// Opens an existing ledger for reading and writing beside a run.
    ///
    /// - Throws: ``DamageError``, ``LedgerError`` or `DatabaseError`.
    func openForEditing() throws -> DatabaseQueue {
        // Nothing may be made anew or changed in what turns out to be no ledger.
        try openForReading().close()
        let queue = try connect(readonly: false)
        try migrate(queue)
        try queue.writeWithoutTransaction { db in
            try enterWAL(db)
            try checkContent(db, thoroughly: false)
        }
        return queue
    }

    /// Brings a ledger to the present format.
    private func migrate(_ queue: DatabaseQueue) throws {
        do {
            try LedgerSchema.migrator.migrate(queue)
        } catch {
            // Another program may have been faster.
            guard try queue.read(LedgerSchema.migrator.hasCompletedMigrations) else {
                throw error
            }
        }
    }

    /// Throws where a file is there, but no ledger was made in it yet; one of an older format is one.
    private func requireLedger(_ db: Database) throws {
        guard try !LedgerSchema.migrator.completedMigrations(db).isEmpty else {
            throw LedgerError.missing(path: files.path)
        }
    }

    /// What is wrong with a database by an error that came from using it; nil for other errors.
    static func damage(in error: any Error) -> String? {
        switch error {
        case let error as DamageError:
            return error.reason
        case let error as DamagedValueError:
            return "a wrong kind of value in column \(error.column)"
        case let error as DatabaseError:
            switch error.resultCode {
            case .SQLITE_CORRUPT, .SQLITE_NOTADB: return error.message ?? "malformed"
            case .SQLITE_ERROR where error.message == "unsupported file format":
                return "unsupported file format"
            default: return nil
            }
        default:
            return nil
        }
    }

    static func isDamage(_ error: any Error) -> Bool { damage(in: error) != nil }

    /// Has SQLite check all of the database but the order of its indices.
    ///
    /// - Returns: What was found to be wrong; nil when nothing was.
    static func quickCheck(_ db: Database) throws -> String? {
        let finding = try String.fetchOne(db, sql: "PRAGMA quick_check(1)")
        return finding == "ok" ? nil : finding ?? "quick_check says nothing"
    }

    private func connect(readonly: Bool) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.readonly = readonly
        configuration.foreignKeysEnabled = true
        configuration.busyMode = .timeout(options.busyTimeout)
        let pageLimit = options.pageLimit
        configuration.prepareDatabase { db in
            // A row that was reported as stored survives a power failure.
            try db.execute(sql: "PRAGMA synchronous = FULL")
            try db.execute(sql: "PRAGMA fullfsync = ON")
            try db.execute(sql: "PRAGMA checkpoint_fullfsync = ON")
            try db.execute(sql: "PRAGMA journal_size_limit = 16777216")
            // The file may come from anywhere.
            try db.execute(sql: "PRAGMA trusted_schema = OFF")
            try db.execute(sql: "PRAGMA cell_size_check = ON")
            if let pageLimit { try db.execute(sql: "PRAGMA max_page_count = \(pageLimit)") }
        }
        let queue = try DatabaseQueue(path: files.path, configuration: configuration)
        // In one transaction: another program may be making a ledger of an empty file.
        try queue.read { try recognize($0) }
        return queue
    }

    /// Throws unless the database is a ledger of a known format, or empty.
    private func recognize(_ db: Database) throws {
        let application = try Int32.fetchOne(db, sql: "PRAGMA application_id") ?? 0
        let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        if application == 0, version == 0, try Self.tables(db).isEmpty { return }
        guard application == LedgerSchema.applicationIdentifier else {
            throw LedgerError.notALedger(
                path: files.path,
                detail: "it is a database of another program"
            )
        }
        guard version <= LedgerSchema.version else {
            throw LedgerError.newerVersion(
                path: files.path,
                found: version,
                supported: LedgerSchema.version
            )
        }
        guard version >= 0 else { throw DamageError(reason: "format \(version)") }
    }

    /// Marks an empty database as a ledger, before anything else is in it.
    private func claim(_ db: Database) throws {
        let isMarked = try Int32.fetchOne(db, sql: "PRAGMA application_id") != 0
        if isMarked { return }
        try db.inTransaction(.immediate) {
            try recognize(db)
            try db.execute(
                sql: "PRAGMA application_id = \(LedgerSchema.applicationIdentifier)"
            )
            return .commit
        }
    }

    private func enterWAL(_ db: Database) throws {
        let mode = try String.fetchOne(db, sql: "PRAGMA journal_mode")
        if mode == "wal" { return }
        guard try String.fetchOne(db, sql: "PRAGMA journal_mode = WAL") == "wal" else {
            throw LedgerError.unsuitableFileSystem(
                path: files.path,
                detail: "no write-ahead log"
            )
        }
    }

    private func checkContent(_ db: Database, thoroughly: Bool) throws {
        let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        let missing = LedgerSchema.tables(version: version).subtracting(try Self.tables(db))
            .sorted()
        guard missing.isEmpty else {
            throw DamageError(reason: "no table \(missing.joined(separator: ", "))")
        }
        if thoroughly, let finding = try Self.quickCheck(db) {
            throw DamageError(reason: finding)
        }
    }

    private static func tables(_ db: Database) throws -> Set<String> {
        try String.fetchSet(db, sql: "SELECT name FROM sqlite_master WHERE type = 'table'")
    }
}
