-- The archive: one database a workspace. Applied once, as migration 1; see migrations.py.

CREATE TABLE runs (
    id         INTEGER PRIMARY KEY,
    run        TEXT NOT NULL UNIQUE,           -- a ULID: sorts by time
    scenario   TEXT NOT NULL DEFAULT '',
    title      TEXT NOT NULL DEFAULT '',
    digest     TEXT NOT NULL DEFAULT '',
    mode       TEXT NOT NULL DEFAULT 'live',
    origin     TEXT NOT NULL DEFAULT '',       -- person, batch, schedule, api
    batch      TEXT NOT NULL DEFAULT '',
    parent     TEXT NOT NULL DEFAULT '',       -- the run it was forked from
    status     TEXT NOT NULL DEFAULT 'running',  -- running, paused, or how it ended; a dead holder makes it interrupted
    reason     TEXT NOT NULL DEFAULT '',       -- why it is paused
    started    INTEGER NOT NULL DEFAULT 0,     -- wall clock, microseconds
    ended      INTEGER NOT NULL DEFAULT 0,
    seq        INTEGER NOT NULL DEFAULT 0,     -- of the last event
    hash       BLOB NOT NULL DEFAULT x'',      -- of the last event
    cost_usd   REAL NOT NULL DEFAULT 0,
    tokens     INTEGER NOT NULL DEFAULT 0,
    tags       TEXT NOT NULL DEFAULT '[]',
    holder     TEXT NOT NULL DEFAULT '',       -- the lease: host, pid and start time of the process that performs it; see lease.py
    heartbeat  INTEGER NOT NULL DEFAULT 0,     -- wall clock, microseconds
    recoveries INTEGER NOT NULL DEFAULT 0,     -- how often it was taken over from a dead holder without a step done
    indexed    INTEGER NOT NULL DEFAULT 0      -- full-text search knows the events up to this seq
);
CREATE INDEX runs_by_time ON runs (started);

-- Appends stay at the end of the tree, three times quicker than a key that begins with the run.
CREATE TABLE events (
    pos  INTEGER PRIMARY KEY,
    run  INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    seq  INTEGER NOT NULL,
    at   INTEGER NOT NULL,
    kind TEXT NOT NULL,
    step TEXT NOT NULL,
    body BLOB NOT NULL,                         -- the encoded event: what is hashed
    hash BLOB NOT NULL,                         -- blake2b of the hash before and the body
    text BLOB,                                  -- short values that Refs of this event stand for; can be erased
    UNIQUE (run, seq)
);

-- Longer values, kept once for all runs, and who uses them. text and blobs together resolve every Ref of a run.
CREATE TABLE blobs (
    id     INTEGER PRIMARY KEY,
    digest TEXT NOT NULL UNIQUE,
    packed INTEGER NOT NULL,                    -- 1: compressed with zlib
    body   BLOB NOT NULL
);
CREATE TABLE run_blobs (
    run  INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    blob INTEGER NOT NULL REFERENCES blobs (id),
    PRIMARY KEY (run, blob)
) WITHOUT ROWID;
CREATE INDEX run_blobs_by_blob ON run_blobs (blob);

-- What other processes say to whoever performs a run: answers and directions.
CREATE TABLE inbox (
    id      INTEGER PRIMARY KEY,
    run     INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    at      INTEGER NOT NULL,
    kind    TEXT NOT NULL,                      -- answer, direction
    about   TEXT NOT NULL,                      -- the gate; or what is directed
    body    TEXT NOT NULL,                      -- JSON
    by      TEXT NOT NULL,
    taken   INTEGER NOT NULL DEFAULT 0,         -- when the performer took it
    verdict TEXT NOT NULL DEFAULT ''            -- taken, or why it was refused
);
CREATE UNIQUE INDEX inbox_one_answer ON inbox (run, about) WHERE kind = 'answer' AND verdict = '';

-- What agents remember across runs.
CREATE TABLE memory (
    id    INTEGER PRIMARY KEY,
    agent TEXT NOT NULL,                        -- the card, or scenario/agent
    key   TEXT NOT NULL,
    value TEXT NOT NULL,                        -- JSON
    run   TEXT NOT NULL,                        -- in which it was remembered
    at    INTEGER NOT NULL,
    UNIQUE (agent, key)
);
-- Its words, kept by memory.py: a trigger may not touch a virtual table where the schema is not trusted.
CREATE VIRTUAL TABLE memory_words USING fts5(key, value, content='memory', content_rowid='id');

-- Finds runs by words: filled apart from performing, up to runs.indexed.
CREATE VIRTUAL TABLE words USING fts5(text, run UNINDEXED, seq UNINDEXED, step UNINDEXED, tokenize = 'unicode61');
