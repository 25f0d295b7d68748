"""Measures the app in a terminal of its own: how soon it is painted, what it takes while nothing moves, what it keeps.

`python tests/bench/opening.py` prints the figures alone.
"""

from __future__ import annotations

import asyncio
import gc
import os
import pty
import select
import signal
import struct
import sys
import tempfile
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import ioctl
from functools import cache
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[2]
if __name__ == "__main__":
    sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from app.journal import Journal  # noqa: E402
from bench.engine import perform_relay  # noqa: E402
from bench.table import Measure  # noqa: E402

PYTHON = sys.executable
FOOTLIGHTS = str(Path(PYTHON).with_name("footlights"))
SIZE = (120, 36)
LONGEST = 30.0  # seconds that anything here may take
QUIET = 1.0  # seconds without a byte after which nothing moves
IDLE = 10.0  # seconds over which idling is measured
STEPS = 1680  # of a run of ten thousand events
HELLO = """
from textual.app import App
from textual.widgets import Static
class Hello(App):
    def compose(self):
        yield Static("hello, world")
Hello().run()
"""
REHEARSALS = 160  # on one stage after another; caches are full after two thirds of them


class Terminal:
    """A program in a terminal of its own."""

    def __init__(self, command: list[str], home: Path) -> None:
        environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", "FOOTLIGHTS_HOME": str(home)}
        self.written = 0
        self.started = time.perf_counter()
        self.pid, self._terminal = pty.fork()
        if self.pid == 0:
            os.chdir(ROOT)
            os.execve(command[0], command, environment)
        ioctl(self._terminal, termios.TIOCSWINSZ, struct.pack("HHHH", SIZE[1], SIZE[0], 0, 0))
        self.process = psutil.Process(self.pid)

    def until(self, marker: bytes) -> float:
        """Seconds from its start until it writes something."""
        seen = b""
        while marker not in seen:
            seen = seen[-len(marker) :] + self._read(LONGEST)
        return time.perf_counter() - self.started

    def until_quiet(self) -> None:
        """Wait until it writes nothing more."""
        while self._read(QUIET):
            pass

    def idle(self) -> tuple[float, int]:
        """The share of a core that it takes while nothing moves, and the bytes that it writes."""
        before, written, used = time.perf_counter(), self.written, self._used()
        while (left := before + IDLE - time.perf_counter()) > 0:
            self._read(left)
        return (self._used() - used) / (time.perf_counter() - before), self.written - written

    def end(self) -> None:
        """End it."""
        os.kill(self.pid, signal.SIGTERM)
        try:
            while self._read(LONGEST):
                pass
        except OSError:  # it has closed its side
            pass
        os.waitpid(self.pid, 0)
        os.close(self._terminal)

    def _used(self) -> float:
        times = self.process.cpu_times()
        return float(times.user + times.system)

    def _read(self, seconds: float) -> bytes:
        ready, _, _ = select.select([self._terminal], [], [], seconds)
        found = os.read(self._terminal, 65536) if ready else b""
        self.written += len(found)
        return found


@contextmanager
def terminal(*command: str, home: Path) -> Iterator[Terminal]:
    """A program in a terminal, ended afterwards."""
    opened = Terminal(list(command), home)
    try:
        yield opened
    finally:
        opened.end()


def hello(home: Path) -> Measure:
    """How soon a Textual app with one line is painted."""
    return lambda: _first(home, b"hello, world", PYTHON, "-c", HELLO)


def first_paint(home: Path) -> Measure:
    """How soon the house is painted."""
    return lambda: _first(home, b"FOOTLIGHTS", FOOTLIGHTS)


def library(home: Path) -> Measure:
    """How soon the plays can be read."""
    return lambda: _first(home, b"Ship a feature", FOOTLIGHTS)


def long_run(home: Path) -> Measure:
    """How soon a run of ten thousand events is on the stage, at its end."""
    run = _long_run(home)
    return lambda: _first(home, b"SUCCEEDED", FOOTLIGHTS, "replay", run, "--pace", "instant")


@cache
def idle_at_home(home: Path) -> tuple[float, int]:
    """What the house takes while nothing moves."""
    with terminal(FOOTLIGHTS, home=home) as house:
        house.until(b"Ship a feature")
        house.until_quiet()
        return house.idle()


@cache
def idle_attached(home: Path) -> tuple[float, int]:
    """What a stage takes that is attached to a run in another process, which stands still."""
    with terminal(FOOTLIGHTS, "play", "hello", "--rehearse", "--step", home=home) as performer:
        performer.until_quiet()
        with terminal(FOOTLIGHTS, "attach", "last", home=home) as viewer:
            viewer.until_quiet()
            return viewer.idle()


def growth(home: Path) -> Measure:
    """Bytes that the app keeps of each rehearsal on its stage, after the first half of them."""
    return lambda: asyncio.run(_growth(home))


def _first(home: Path, marker: bytes, *command: str) -> float:
    with terminal(*command, home=home) as opened:
        return opened.until(marker)


@cache
def _long_run(home: Path) -> str:
    home.mkdir(parents=True, exist_ok=True)
    os.environ["FOOTLIGHTS_HOME"] = str(home)
    with Journal.open(fast=True) as journal:
        run, events = asyncio.run(perform_relay(home, STEPS, journal))
    if events < 10_000:
        raise SystemExit(f"the long run has {events} events")
    return run


async def _growth(home: Path) -> float:
    """One app, one rehearsal after the other, each opened on the stage, seen to its end and left."""
    from app.engine import perform
    from app.tui.app import Opening, Theatre
    from app.tui.sources import Here

    with Journal.open(home / "growth.db", fast=True) as journal:
        house = Theatre(Opening())
        async with house.run_test(size=SIZE) as pilot:
            sizes: list[int] = []
            for number in range(REHEARSALS):
                here = Here(perform("feature-sprint", mode="rehearsal", journal=journal))
                house.open_stage(here, "instant")
                await here.going.result()
                await pilot.pause()
                house.pop_screen()
                await pilot.pause()
                house.performed.clear()
                if number in (2 * REHEARSALS // 3, REHEARSALS - 1):
                    gc.collect()
                    sizes.append(psutil.Process().memory_info().rss)
            return (sizes[1] - sizes[0]) / (REHEARSALS // 3)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(dir=sys.prefix) as name:
        folder = Path(name)
        print("hello", f"{hello(folder / 'h')():.3f} s")
        for figure in (first_paint, library, long_run, hello, first_paint):
            print(figure.__name__, f"{figure(folder / 'h')():.3f} s")
        print("idle at home", idle_at_home(folder / "h"))
        print("idle attached", idle_attached(folder / "h"))
        print("growth", f"{growth(folder)() / 1000:.1f} kB a rehearsal")
