"""Makes databases of another program: foreign.db and foreign-wal.db.

Made with Python 3.11 and its SQLite 3.40.1.
"""

import pathlib
import sqlite3

for name, mode in [("foreign.db", "delete"), ("foreign-wal.db", "wal")]:
    path = pathlib.Path(__file__).parent / name
    path.unlink(missing_ok=True)
    db = sqlite3.connect(path)
    db.execute("PRAGMA page_size = 512")
    db.execute(f"PRAGMA journal_mode = {mode}")
    db.execute("CREATE TABLE recipes (name TEXT)")
    db.execute("INSERT INTO recipes VALUES ('bread')")
    db.commit()
    db.close()
