"""A process that performs a scenario, or goes on with a run, and kills itself at the moment it was told to.

It is given a `Task` as JSON. The product knows nothing of it: the moments are those that listeners, providers and the
durability of events tell anyway.
"""

from __future__ import annotations

import asyncio
import os
import resource
import signal
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec

from app.engine import Run, perform, resume
from app.errors import FootlightsError
from app.events import Event, kind_of
from app.journal import Journal
from faults.players import Ledger, Player, lines_of


class Kill(msgspec.Struct, frozen=True):
    """When the process kills itself: the n-th time that something happens."""

    moment: str  # added, durable, call.asked, call.speaking, call.answered; or a kind: added step.finished
    number: int = 1


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """What is performed, where, and until when."""

    scenario: str
    workspace: str
    ledger: str
    mode: str = "rehearsal"
    run: str = ""  # the run to go on with
    seed: int = 7
    inputs: dict[str, Any] = {}
    answers: dict[str, str] = {}
    patient: bool = False
    hosts: tuple[str, ...] = ()
    kill: Kill | None = None
    room: int = 0  # bytes by which files may grow; 0: as far as there is room
    makes_room: bool = False  # when there is none left, there is again, and the process goes on by itself
    runs: int = 1


class Reaper:
    """Counts what happens, and ends the process when it is time."""

    def __init__(self, kill: Kill | None) -> None:
        self._kill = kill
        self._seen: Counter[str] = Counter()

    def __call__(self, moment: str) -> None:
        """Something has happened."""
        self._seen[moment] += 1
        if self._kill is not None and self._kill.moment == moment and self._kill.number == self._seen[moment]:
            os.kill(os.getpid(), signal.SIGKILL)


def begin(task: Task, journal: Journal, ledger: Ledger, reaper: Reaper) -> Run:
    """Begin the run, or go on with it, in front of the reaper."""
    scenario = Path(task.scenario)
    live = task.mode == "live"
    lines = lines_of(*sorted(scenario.parent.glob("*.yaml")), scenario) if live else {}
    player = Player(ledger, lines, reaper, 0.0005 if live else 0.0)
    common: dict[str, Any] = {
        "journal": journal,
        "answers": task.answers,
        "patient": task.patient,
        "hosts": task.hosts,
        "providers": lambda use: player,
    }
    run = (
        resume(task.run, **common)
        if task.run
        else perform(scenario, task.inputs, mode=task.mode, seed=task.seed, **common)  # type: ignore[arg-type]
    )
    performance = run.performance
    assert performance is not None

    def note(event: Event) -> None:
        reaper("added")
        reaper(f"added {kind_of(event)}")
        performance.log.when_durable(lambda error: None if error else acknowledge(event))

    def acknowledge(event: Event) -> None:
        ledger.write("durable", f"{run.id} {event.seq}")
        reaper("durable")
        reaper(f"durable {kind_of(event)}")

    for event in run.events[len(performance.log.recorded) :]:  # a run tells its first event before anybody can listen
        note(event)
    performance.on_event(note)
    return run


def largest_file(folder: Path) -> int:
    """How large the largest file of a folder is."""
    return max(path.stat().st_size for path in folder.iterdir() if path.is_file())


def limit_files(size: int) -> None:
    """Let no file grow beyond a size: to whoever writes, it looks like a disk that is full."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


async def main(task: Task) -> dict[str, Any]:
    """Perform; what came of it, for whoever reads standard output."""
    ledger = Ledger(Path(task.ledger))
    reaper = Reaper(task.kill)
    with Journal.open(Path(task.workspace)) as journal:
        if task.room:
            limit_files(largest_file(journal.path.parent) + task.room)
        try:
            runs = [begin(task, journal, ledger, reaper) for _ in range(task.runs)]
            results = [await run.result() for run in runs]
            if task.makes_room:
                limit_files(resource.RLIM_INFINITY)
                again = [msgspec.structs.replace(task, run=result.run) for result in results if result.reason == "disk"]
                results = [await begin(one, journal, ledger, reaper).result() for one in again]
        except FootlightsError as error:
            return {"error": type(error).__name__, "message": error.message, "hint": error.hint}
    return {
        "runs": [result.run for result in results],
        "status": [result.status for result in results],
        "reason": results[0].reason,
        "detail": results[0].detail,
        "outcome": results[0].outcome,
    }


def perform_task(task: str) -> int:
    """What the process does: it says what came of it."""
    came_of_it = asyncio.run(main(msgspec.json.decode(task, type=Task)))
    os.write(1, msgspec.json.encode(came_of_it))
    return 0
