internal import GRDB

/// The tables of the ledger and how they came about.
enum LedgerSchema {
    /// Marks the file as a ledger: `RSDU` in ASCII.
    static let applicationIdentifier: Int32 = 0x5253_4455

    /// The format that the migrations lead to; the database's `user_version`.
    static let version = 2

    /// The first format with labels.
    static let labelsVersion = 2

    /// The tables of a ledger.
    static func tables(version: Int) -> Set<String> {
        version < labelsVersion
            ? ["runs", "inputs", "sightings"] : ["runs", "inputs", "sightings", "labels"]
    }

    /// The steps from an empty file to the present format; released steps never change.
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 inputs and runs") { db in
            try db.execute(sql: first)
            try db.execute(sql: "PRAGMA user_version = 1")
        }
        // Adds only what refers to nothing: no reason to check all references of a large ledger.
        migrator.registerMigration("2 labels", foreignKeyChecks: .immediate) { db in
            try db.execute(sql: second)
            try db.execute(sql: "PRAGMA user_version = 2")
        }
        return migrator
    }

    /// Sightings are apart from inputs because each run renews all of them: a few bytes each
    /// there, but whole pages of records if they were in the same rows.
    private static let first = """
        CREATE TABLE runs (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            started_ms INTEGER NOT NULL,
            command TEXT NOT NULL,
            model BLOB NOT NULL CHECK (length(model) = 32),
            settings BLOB NOT NULL,
            report TEXT NOT NULL,
            host TEXT NOT NULL,
            pid INTEGER NOT NULL,
            finished_ms INTEGER,
            ok INTEGER,
            flagged INTEGER,
            failed INTEGER,
            unchanged INTEGER,
            postponed INTEGER,
            exit_status INTEGER,
            scores BLOB,
            drift BLOB
        );
        CREATE TABLE inputs (
            id INTEGER PRIMARY KEY,
            root BLOB NOT NULL,
            path BLOB NOT NULL,
            size INTEGER,
            mtime_ns INTEGER,
            sha256 BLOB CHECK (sha256 IS NULL OR length(sha256) = 32),
            model BLOB NOT NULL CHECK (length(model) = 32),
            settings BLOB NOT NULL,
            outcome TEXT NOT NULL CHECK (outcome IN ('ok', 'flagged', 'failed')),
            score REAL,
            p_value REAL CHECK (p_value IS NULL OR p_value BETWEEN 0 AND 1),
            flagged_id TEXT,
            run INTEGER REFERENCES runs (id),
            scored_ms INTEGER NOT NULL,
            record BLOB NOT NULL,
            UNIQUE (root, path),
            CHECK ((size IS NULL) = (mtime_ns IS NULL))
        );
        CREATE INDEX inputs_by_content ON inputs (sha256) WHERE sha256 IS NOT NULL;
        CREATE INDEX inputs_by_run ON inputs (run);
        CREATE TABLE sightings (
            input INTEGER PRIMARY KEY REFERENCES inputs (id) ON DELETE CASCADE,
            run INTEGER NOT NULL REFERENCES runs (id)
        );
        CREATE INDEX sightings_by_run ON sightings (run);
        """

    /// Labels go by content and refer to no row, so that a file may move and its row be removed.
    private static let second = """
        CREATE TABLE labels (
            sha256 BLOB PRIMARY KEY CHECK (length(sha256) = 32),
            label TEXT NOT NULL CHECK (label IN ('false-alarm', 'confirmed')),
            labelled_ms INTEGER NOT NULL,
            note TEXT,
            root BLOB NOT NULL,
            path BLOB NOT NULL,
            outcome TEXT NOT NULL CHECK (outcome IN ('ok', 'flagged')),
            score REAL,
            flagged_id TEXT,
            model BLOB NOT NULL CHECK (length(model) = 32)
        ) WITHOUT ROWID;
        CREATE INDEX inputs_by_flagged_id ON inputs (flagged_id) WHERE flagged_id IS NOT NULL;
        """
}
