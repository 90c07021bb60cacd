"""Makes format-1.db: a ledger as the first format had it, with one run and three inputs.

The statements are those of that format, which never change. Made with Python 3.11 and its SQLite 3.40.1.
"""

import hashlib
import pathlib
import sqlite3

path = pathlib.Path(__file__).parent / "format-1.db"
path.unlink(missing_ok=True)
db = sqlite3.connect(path)
db.executescript(
    """
    PRAGMA page_size = 512;
    PRAGMA journal_mode = WAL;
    PRAGMA application_id = 0x52534455;
    CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
    INSERT INTO grdb_migrations VALUES ('1 inputs and runs');
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
    PRAGMA user_version = 1;
    """
)
model = hashlib.sha256(b"\x01").digest()
settings = bytes([0, 1, 254, 255])
day = 1_780_000_000_125
db.execute(
    "INSERT INTO runs VALUES (1, ?, 'scan', ?, ?, '/srv/report', 'press-3', 4711, ?, 2, 1, 0, 0, 0, 0, NULL, NULL)",
    (day, model, settings, day),
)
for number in range(3):
    outcome, name = ("flagged", "part-1f3a8c21") if number == 2 else ("ok", None)
    db.execute(
        "INSERT INTO inputs VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0.25, ?, 1, ?, ?)",
        (
            b"/srv/in",
            b"part-%06d.png" % number,
            1000 + number,
            1_780_000_000_123_456_789 + number,
            hashlib.sha256(b"%d" % number).digest(),
            model,
            settings,
            outcome,
            number / 3,
            name,
            day,
            bytes([number]) * 40,
        ),
    )
    db.execute("INSERT INTO sightings VALUES (?, 1)", (number + 1,))
db.commit()
db.close()
