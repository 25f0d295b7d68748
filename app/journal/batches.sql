-- Batches: migration 2. What a batch performs is decided at once and kept; how far it is, its runs say.

CREATE TABLE batches (
    id      INTEGER PRIMARY KEY,
    batch   TEXT NOT NULL UNIQUE,       -- a ULID
    title   TEXT NOT NULL,
    mode    TEXT NOT NULL,
    items   INTEGER NOT NULL,           -- runs that it is to have
    created INTEGER NOT NULL,           -- wall clock, microseconds
    plan    BLOB NOT NULL,              -- JSON, compressed with zlib: see app/batch/plan.py
    holder  TEXT NOT NULL DEFAULT '',   -- the process that performs it, as in runs
    heartbeat INTEGER NOT NULL DEFAULT 0,
    stopped TEXT NOT NULL DEFAULT '',   -- why it was ended before all its runs were
    removed_usd    REAL NOT NULL DEFAULT 0,     -- what runs had used that were removed: it stays spent
    removed_tokens INTEGER NOT NULL DEFAULT 0,
    removed_calls  INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX runs_by_batch ON runs (batch) WHERE batch != '';
