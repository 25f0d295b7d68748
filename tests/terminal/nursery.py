"""Where the processes come from that are put into terminals: one that has everything loaded, and forks.

Tests start so many that loading would be most of their time. What is forked takes the terminal as its own, performs the
command as the shell would have it, and leaves as an interpreter leaves.
"""

from __future__ import annotations

import atexit
import fcntl
import json
import os
import select
import signal
import subprocess
import sys
import termios
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib import import_module
from typing import IO, NoReturn

from corpus.commands import ROOT

ROOMS = (
    "app/cli",
    "app/engine",
    "app/engine/steps",
    "app/journal",
    "app/tools",
    "app/tui",
    "app/tui/screens",
    "providers",
)
OTHERS = ("httpx2", "jsonschema_rs", "textual.drivers.linux_driver", "textual.widgets", "footlights.__main__")


@dataclass(frozen=True, slots=True)
class Job:
    """What a process shall do: a command of Footlights, or a program of ours, which is a function of tests."""

    terminal: str
    folder: str
    environment: dict[str, str]
    words: Sequence[str]
    program: str = ""


class Child:
    """A process that was forked."""

    def __init__(self, nursery: Nursery, pid: int) -> None:
        self._nursery = nursery
        self.pid = pid

    def poll(self) -> int | None:
        """The exit code, below zero if a signal ended it; None while it goes on."""
        return self._nursery.code_of(self.pid)


class Nursery:
    """The process that forks, as tests see it."""

    def __init__(self, asked: IO[str], told: IO[str]) -> None:
        self._codes: dict[int, int] = {}
        self._read = b""  # and not yet looked at: less than a line
        self._asked, self._told = asked, told

    def fork(self, job: Job) -> Child:
        """Start a process."""
        self._asked.write(json.dumps(asdict(job)) + "\n")
        self._asked.flush()
        born: list[int] = []
        while not born:
            born = self._hear()
        return Child(self, born[0])

    def code_of(self, pid: int) -> int | None:
        """How a process ended, if it did."""
        while pid not in self._codes and select.select([self._told], [], [], 0)[0]:
            self._hear()
        return self._codes.get(pid)

    def _hear(self) -> list[int]:
        """Note down all that was told, so that nothing waits where no select sees it; who was born."""
        told = os.read(self._told.fileno(), 65536)
        assert told, "the nursery is gone"
        *lines, self._read = (self._read + told).split(b"\n")
        said = [json.loads(line) for line in lines]
        self._codes.update((each["ended"], each["code"]) for each in said if "ended" in each)
        return [each["born"] for each in said if "born" in each]


@cache
def nursery() -> Nursery:
    """The one of this process."""
    paths = os.pathsep.join((str(ROOT), str(ROOT / "tests")))
    process = subprocess.Popen(
        [sys.executable, "-c", "from terminal.nursery import serve; serve()"],
        env={**os.environ, "PYTHONPATH": paths}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    atexit.register(_close, process, process.stdin, process.stdout)
    return Nursery(process.stdin, process.stdout)


def _close(process: subprocess.Popen[str], asked: IO[str], told: IO[str]) -> None:
    asked.close()
    process.wait()
    told.close()


# In the nursery


def serve() -> None:
    """Load everything, then fork whenever it is asked to, until nobody asks any more."""
    for room in ROOMS:
        for file in sorted((ROOT / room).glob("[!_]*.py")):
            import_module(f"{room.replace('/', '.')}.{file.stem}")
    for name in OTHERS:
        import_module(name)
    born, wakes = os.pipe()
    os.set_blocking(wakes, False)
    signal.set_wakeup_fd(wakes)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    while True:
        ready = select.select([sys.stdin, born], [], [])[0]
        if born in ready:
            os.read(born, 4096)
            _bury()
        if sys.stdin in ready and not _heed(sys.stdin.readline()):
            return


def _heed(line: str) -> bool:
    """Do what is asked; False when nobody asks any more."""
    if not line:
        return False
    job = Job(**json.loads(line))
    pid = os.fork()
    if pid == 0:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        _perform(job)
    _tell({"born": pid})
    return True


def _bury() -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not pid:
            return
        _tell({"ended": pid, "code": os.waitstatus_to_exitcode(status)})


def _tell(said: dict[str, int]) -> None:
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()


def _perform(job: Job) -> NoReturn:
    os.environ.clear()
    os.environ.update(job.environment)
    os.chdir(job.folder)
    _take(job.terminal)
    sys.argv = ["footlights", *job.words]
    if job.program:
        module, _, name = job.program.partition(":")
        sys.exit(getattr(import_module(module), name)(*job.words))

    from footlights.__main__ import run

    sys.exit(run())


def _take(terminal: str) -> None:
    """Make a terminal that of this process, as a shell does for what it starts."""
    os.setsid()
    descriptor = os.open(terminal, os.O_RDWR)
    fcntl.ioctl(descriptor, termios.TIOCSCTTY, 0)
    for number in range(3):
        os.dup2(descriptor, number)
    os.close(descriptor)
    sys.stdin = sys.__stdin__ = open(0, encoding="utf-8", closefd=False)  # type: ignore[misc]  # noqa: SIM115
    sys.stdout = sys.__stdout__ = open(1, "w", encoding="utf-8", closefd=False)  # type: ignore[misc]  # noqa: SIM115
    sys.stderr = sys.__stderr__ = open(2, "w", encoding="utf-8", closefd=False)  # type: ignore[misc]  # noqa: SIM115
