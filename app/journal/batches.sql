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
    stopped TEXT NOT NULL DEFAULT ''    -- why it was ended before all its runs were
);
CREATE INDEX runs_by_batch ON runs (batch) WHERE batch != '';
