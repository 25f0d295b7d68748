"""Measures the upkeep of the archive: verifying a run of ten thousand events against reading and decoding its rows."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from app.events import decode
from app.journal.chain import read_seals
from app.journal.connection import open_reader
from app.journal.verify import verify_run
from corpus.logs import write_runs

EVENTS = 10_000
_EVENTS_A_STEP = 4
_ROWS = "SELECT seq, at, kind, step, body, hash, text FROM events WHERE run = 1 ORDER BY seq"

Measure = Callable[[], float]


def verify_against_reading(folder: Path) -> tuple[Measure, Measure]:
    """Write a run of ten thousand events, and give the CPU time of verifying it, and of reading and decoding it."""
    workspace = folder / "upkeep.db"
    run = write_runs(workspace, 1, steps=EVENTS // _EVENTS_A_STEP)[0]
    seal = read_seals(workspace)[run]

    def verifying() -> float:
        with closing(open_reader(workspace)) as connection:
            started = time.thread_time()
            found = verify_run(connection, run, seal)
            used = time.thread_time() - started
        if found.damage or found.events < EVENTS:
            raise SystemExit(f"the run is damaged: {found}")
        return used

    def reading() -> float:
        with closing(open_reader(workspace)) as connection:
            started = time.thread_time()
            events = [decode(row[4]) for row in connection.execute(_ROWS, ())]
            used = time.thread_time() - started
        if len(events) < EVENTS:
            raise SystemExit(f"the run has {len(events)} events")
        return used

    return verifying, reading
