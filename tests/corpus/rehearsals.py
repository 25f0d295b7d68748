"""Runs of the plays that ship with Footlights, rehearsed when they are first asked for."""

from __future__ import annotations

import asyncio
import tempfile
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

from app.journal.recording import Recording
from docs.rehearsed import Rehearsal

PLAYS = ("feature-sprint", "incident-triage", "market-scan")


@cache
def rehearsed(play: str, seed: int = 0) -> Recording:
    """A run of one of them; from anywhere, also where a loop runs already."""
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(1) as elsewhere:
        return elsewhere.submit(lambda: asyncio.run(Rehearsal(play, seed=seed).record(play, Path(folder)))).result()
