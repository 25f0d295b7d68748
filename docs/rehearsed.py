"""A house in which time stands still: rehearsed runs that are the same every time and on every machine.

The pictures of the documentation are made over them, and the tests of the screens hold these runs too.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

from app.engine import perform
from app.events import GateOpened, Origin, Ref, RunStarted
from app.journal import Journal
from app.journal.recording import Recording
from app.journal.refs import refs_of


class Disk(NamedTuple):
    """How full it is, in bytes."""

    total: int
    used: int
    free: int


NOON = 1_772_625_600_000_000  # microseconds: a Wednesday in March 2026, in UTC
MINUTE = 60_000_000
DISK = Disk(500 * 1024**3, 286 * 1024**3, 214 * 1024**3)
NOTHING_OF_OURS = re.compile(r"_API_KEY|_TOKEN|_FILE$|COLOR|^FOOTLIGHTS_|^TEXTUAL|^LANG|^LC_|^TZ$")


@dataclass(slots=True)
class Clock:
    """Time that passes only when it is told to."""

    wall: int = NOON  # microseconds
    stage: float = 0.0  # seconds, of everything that moves

    def __call__(self) -> float:
        return self.stage


@contextmanager
def still_house(folder: Path) -> Iterator[Clock]:
    """A home in a folder, where it is always the same moment and nothing is set but what is set here."""
    clock = Clock()
    project = folder / "project"
    project.mkdir(parents=True, exist_ok=True)
    inherited = {name: value for name, value in os.environ.items() if not NOTHING_OF_OURS.search(name)}
    ours = {
        "FOOTLIGHTS_HOME": str(folder / "home"), "FOOTLIGHTS_CONFIG": str(folder / "config"), "LANG": "C.UTF-8",
        "TEXTUAL_ANIMATIONS": "none", "COLORTERM": "truecolor", "TZ": "UTC",
    }  # fmt: skip
    before = Path.cwd()
    try:
        with (
            patch.dict(os.environ, inherited | ours, clear=True),
            patch("time.time", lambda: clock.wall / 1_000_000),
            patch("time.time_ns", lambda: clock.wall * 1000),
            patch("shutil.disk_usage", lambda path: DISK),
        ):
            time.tzset()
            os.chdir(project)
            yield clock
    finally:
        os.chdir(before)
        time.tzset()


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What is rehearsed, and how."""

    scenario: str
    inputs: Mapping[str, Any] = field(default_factory=dict)
    limits: Mapping[str, float] | None = None
    seed: int = 0
    asks: bool = False  # it is paused at its first question

    async def record(self, run: str, folder: Path, begun: int = NOON) -> Recording:
        """Perform it in a folder of its own."""
        with Journal.open(folder / f"{run}.db", fast=True) as journal:
            going = perform(
                self.scenario, self.inputs, mode="rehearsal", seed=self.seed, limits=self.limits, journal=journal,
                patient=self.asks, origin=Origin(kind="person", who="ada"),
            )  # fmt: skip
            events = []
            async for event in going:
                events.append(event)
                if self.asks and isinstance(event, GateOpened):
                    await going.stop(0.0, reason="gate", by="ada")
            values = {digest: going.value(Ref(digest)) for event in events for digest in refs_of(event)}
        for event in events:
            event.run, event.at = run, begun + event.mono * 1000
            if isinstance(event, RunStarted):
                event.settings.pop("root", None)
                event.machine, event.versions = {}, {}
        return Recording(run, tuple(events), values)


def keep(recording: Recording, journal: Journal, clock: Clock) -> None:
    """Write a run into an archive, as if it had been performed there and then."""
    log = journal.begin(recording.run)
    for event in recording.events:
        for digest in refs_of(event):
            log.keep(recording.values[digest])
        clock.wall = event.at
        log.add(event)
    log.release()


SPRINT, OTHER, ASKING = "4KXZ9Q2M", "N5C0TJ9W", "7DWB3C5T"  # the ends of the names of some runs
_NAME = "01KJVD9RB0FT3N6Y8A"
_PERFORMED = (
    ("HB1Q8RZE", 3 * 1440, Rehearsal("hello")),
    ("M2V6XK4P", 2 * 1440, Rehearsal("fact-check")),
    (OTHER, 1440, Rehearsal("feature-sprint", {"feature": "offline drafts"}, seed=3)),
    ("QZ7A1E8G", 5 * 60, Rehearsal("incident-triage")),
    ("R4H9YS2D", 3 * 60, Rehearsal("market-scan", limits={"cost_usd": 0.004})),
    ("V8P3GM6K", 95, Rehearsal("market-scan")),
    (SPRINT, 12, Rehearsal("feature-sprint")),
    (ASKING, 2, Rehearsal("feature-sprint", asks=True)),
)


async def perform_some(folder: Path, clock: Clock) -> dict[str, Recording]:
    """Rehearse a few plays, and keep them in the archive of the house; by the ends of their names."""
    found = {
        name: await rehearsal.record(_NAME + name, folder, NOON - minutes * MINUTE)
        for name, minutes, rehearsal in _PERFORMED
    }
    with Journal.open(fast=True) as journal:
        for recording in found.values():
            keep(recording, journal, clock)
    clock.wall = NOON
    return found
