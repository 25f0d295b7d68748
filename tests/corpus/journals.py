"""Processes that write to a journal, to be killed, stopped and set against each other, and what they wrote.

Run as a script: `journals.py write WORKSPACE RUN COUNT` begins the run, or takes it over, and tells on its standard
output the number of each event that is durable. What is not a number is an answer to be read by the test.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from app.errors import FootlightsError
from app.events import CallFinished, Event, RunFinished, RunStarted, StepFinished, Usage
from app.journal import Archive, Journal, RunLog
from app.journal.chain import FIRST, link
from app.journal.connection import open_reader
from app.journal.errors import RunNotFound
from corpus.commands import ROOT

PATIENCE = 180  # seconds until a process that hangs fails its test, however busy the machine is
AHEAD = 8  # events that are added before the first of them is awaited


def start(*words: object, **environment: str) -> subprocess.Popen[str]:
    """Start one of the processes below."""
    path = os.pathsep.join((str(ROOT), str(ROOT / "tests")))
    return subprocess.Popen(
        [sys.executable, __file__, *map(str, words)],
        env={**os.environ, "PYTHONPATH": path, **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def said(process: subprocess.Popen[str]) -> str:
    """Return the next line that it says."""
    assert process.stdout is not None
    return process.stdout.readline().rstrip("\n")


def finish(process: subprocess.Popen[str]) -> list[str]:
    """Wait until it ends well, and return the rest of what it says."""
    rest, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, rest
    return rest.splitlines()


def kill(process: subprocess.Popen[str]) -> list[int]:
    """Kill it, and return the numbers that it still could say."""
    process.kill()
    rest, _ = process.communicate(timeout=PATIENCE)
    return [int(line) for line in rest.split("\n")[:-1] if line.isdigit()]


def is_whole(workspace: Path, run: str) -> int:
    """Check everything that the database says of a run, and return how many events it has."""
    with closing(open_reader(workspace)) as connection:
        row, seq, last, cost, tokens = connection.execute(
            "SELECT id, seq, hash, cost_usd, tokens FROM runs WHERE run = ?", (run,)
        ).fetchone()
        events = connection.execute("SELECT seq, body, hash FROM events WHERE run = ? ORDER BY seq", (row,)).fetchall()
        assert connection.execute("PRAGMA quick_check").fetchone() == ("ok",)
        (spent,) = connection.execute(
            "SELECT count(*) FROM events WHERE run = ? AND kind = 'call.finished'", (row,)
        ).fetchone()
    assert [event[0] for event in events] == list(range(1, len(events) + 1))
    hash = FIRST
    for _, body, stored in events:
        hash = link(hash, body)
        assert hash == stored
    assert (seq, last) == (len(events), hash)
    assert (round(cost, 6), tokens) == (round(spent * 0.001, 6), spent * 3)
    return len(events)


def event(number: int) -> Event:
    """One of several kinds, with a value that is kept sometimes."""
    if number % 3 == 0:
        return CallFinished(call=f"step{number}#1", usage=Usage(input=1, output=2), cost_usd=0.001)
    return StepFinished(step=f"step{number}")


def open_log(journal: Journal, run: str) -> RunLog:
    """Take a run over, or begin it."""
    try:
        return journal.take_over(run)
    except RunNotFound:
        log = journal.begin(run)
        log.add(RunStarted(scenario="relay"))
        return log


async def _write(workspace: str, run: str, count: str = "1000000000") -> None:
    journal = Journal.open(Path(workspace))
    log = open_log(journal, run)
    acknowledged = log.seq

    def say(seq: int, error: Exception | None) -> None:
        nonlocal acknowledged
        assert error is None, error
        acknowledged = seq
        os.write(1, b"%d\n" % seq)

    while log.seq < int(count):
        for _ in range(AHEAD):
            log.keep(f"{run} said {log.seq}" * (log.seq % 100))
            added = log.add(event(log.seq + 1))
            log.when_durable(lambda error, seq=added.seq: say(seq, error))  # type: ignore[misc]
        await log.durable()
    spent = log.standing
    log.add(RunFinished(outcome="succeeded", cost_usd=spent.cost_usd, usage=Usage(output=spent.tokens)))
    await log.durable()
    journal.close()


async def _claim(workspace: str, run: str) -> None:
    """Take a run over when told to, say whether that went well, and hold it until told otherwise."""
    journal = Journal.open(Path(workspace))
    os.write(1, b"ready\n")
    os.read(0, 1)
    try:
        journal.take_over(run)
        os.write(1, b"won\n")
    except FootlightsError as error:
        os.write(1, f"{type(error).__name__}: {error.message}\n".encode())
    os.read(0, 1)
    journal.close()


async def _leave_by_signal(workspace: str, run: str) -> None:
    """Add events and await none of them; a signal closes the journal from wherever the process is."""
    journal = Journal.open(Path(workspace))
    log = open_log(journal, run)
    added = log.seq

    def leave(*_: object) -> None:
        journal.close()
        os.write(1, b"%d\n" % added)
        os._exit(0)

    signal.signal(signal.SIGTERM, leave)
    os.write(1, b"ready\n")
    while True:
        added = log.add(event(log.seq + 1)).seq
        if added % 100 == 0:
            await asyncio.sleep(0)


async def _leave_without_closing(workspace: str, run: str) -> None:
    """Add events, and end without awaiting them or closing anything."""
    log = open_log(Journal.open(Path(workspace)), run)
    for _ in range(700):
        log.add(event(log.seq + 1))
    os.write(1, b"%d\n" % log.seq)


async def _fill_up(workspace: str, run: str) -> None:
    """Write until there is no room within a limit on the size of files, then with room again."""
    import resource

    journal = Journal.open(Path(workspace))
    log = open_log(journal, run)
    await log.durable()
    resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, resource.RLIM_INFINITY))
    try:
        while True:
            log.keep(os.urandom(2000).hex())
            log.add(event(log.seq + 1))
            await log.durable()
    except FootlightsError as error:
        os.write(1, f"{type(error).__name__} {log.durable_seq}\n".encode())
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    again = journal.take_over(run)
    again.add(event(again.seq + 1))
    await again.durable()
    os.write(1, f"{again.durable_seq}\n".encode())
    journal.close()


async def _open_as_somebody_else(workspace: str) -> None:
    """Open a workspace without the rights of root, and say what comes of it."""
    await _become_somebody_else()
    try:
        Journal.open(Path(workspace)).close()
        os.write(1, b"opened\n")
    except FootlightsError as error:
        os.write(1, f"{type(error).__name__}: {error.message}\n".encode())


async def _become_somebody_else() -> None:
    """Give up the rights of root, after everything was imported that root alone may be able to read."""
    with tempfile.TemporaryDirectory() as folder:
        Journal.open(Path(folder)).close()
        async with Archive.open(Path(folder)) as archive:
            await archive.runs()
    if os.getuid() == 0:
        os.setuid(65534)


async def _read_as_somebody_else(workspace: str) -> None:
    """Read a run without the rights of root, and say how many events it has."""
    await _become_somebody_else()
    async with Archive.open(Path(workspace)) as archive:
        os.write(1, b"%d\n" % len(await archive.events("RUN")))


_PARTS: dict[str, Callable[..., object]] = {
    "write": _write,
    "claim": _claim,
    "leave by signal": _leave_by_signal,
    "leave without closing": _leave_without_closing,
    "fill up": _fill_up,
    "open as somebody else": _open_as_somebody_else,
    "read as somebody else": _read_as_somebody_else,
}

if __name__ == "__main__":
    asyncio.run(_PARTS[sys.argv[1]](*sys.argv[2:]))  # type: ignore[arg-type]
