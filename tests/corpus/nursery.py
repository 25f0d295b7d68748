"""Where the processes of tests come from: one that has everything loaded, and forks.

Tests start so many that loading would be most of their time. What is forked takes over three streams, performs its
command as the shell would have it, and leaves as an interpreter leaves.

process = Begun(Job(["run", "hello", "--rehearse"], folder, os.environ))
out, err = process.communicate()
"""

from __future__ import annotations

import atexit
import fcntl
import gc
import json
import os
import select
import signal
import socket
import subprocess
import sys
import termios
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache
from importlib import import_module
from typing import NoReturn

from corpus.commands import ROOT

PATIENCE = 180.0  # seconds that a process may take, however busy the machine is
SURROUNDINGS: dict[str, str] = {}  # before the first test changed them: some of what is loaded looks at them once
ROOMS = (
    "app/cli",
    "app/cli/batching",
    "app/cli/narrating",
    "app/engine",
    "app/engine/steps",
    "app/journal",
    "app/tools",
    "app/tui",
    "app/tui/batches",
    "app/tui/inspected",
    "app/tui/log",
    "app/tui/look",
    "app/tui/screens",
    "app/tui/timeline",
    "providers",
)
OTHERS = (
    "anthropic",
    "footlights.__main__",
    "httpx2",
    "jsonschema_rs",
    "ollama",
    "openai",
    "textual.drivers.linux_driver",
    "textual.widgets",
)


@dataclass(frozen=True, slots=True)
class Job:
    """What a process shall do: a command of Footlights, or a program of ours, which is a function of tests."""

    words: Sequence[str]
    folder: str
    environment: Mapping[str, str]
    program: str = ""


class Child:
    """A process that was forked; on a line of its own the nursery tells who it is, and how it ended."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self.returncode: int | None = None  # below zero if a signal ended it; None while it goes on
        self.pid = self._hear()

    def poll(self) -> int | None:
        """The exit code, if it has ended."""
        return self._look(0)

    def wait(self) -> int:
        """The exit code, when it has."""
        code = self._look(PATIENCE)
        if code is None:
            self.kill()
            raise AssertionError(f"after {PATIENCE} seconds it goes on")
        return code

    def send_signal(self, number: int) -> None:
        """Send a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it as nobody can prevent."""
        self.send_signal(signal.SIGKILL)

    def _look(self, seconds: float) -> int | None:
        if self.returncode is None and select.select([self._line], [], [], seconds)[0]:
            self.returncode = self._hear()
            self._line.close()
        return self.returncode

    def _hear(self) -> int:
        told = bytearray()
        while not told.endswith(b"\n"):
            piece = self._line.recv(1)
            assert piece, "the nursery is gone"
            told += piece
        return int(told)


class Begun(Child):
    """A process of whose output one reads while it goes on; nobody types."""

    def __init__(self, job: Job) -> None:
        (read_out, write_out), (read_err, write_err) = os.pipe(), os.pipe()
        nothing = os.open(os.devnull, os.O_RDONLY)
        super().__init__(_fork(job, (nothing, write_out, write_err)))
        for descriptor in (nothing, write_out, write_err):
            os.close(descriptor)
        self.stdout, self.stderr = os.fdopen(read_out, encoding="utf-8"), os.fdopen(read_err, encoding="utf-8")

    def communicate(self) -> tuple[str, str]:
        """The rest of what it writes, and its end."""
        with self.stdout, self.stderr, ThreadPoolExecutor(2) as pool:
            reading = [pool.submit(stream.read) for stream in (self.stdout, self.stderr)]
            self.wait()
            out, err = (done.result() for done in reading)
        return out, err

    def close(self) -> None:
        """Leave nothing behind."""
        self.kill()
        self.wait()
        self.stdout.close()
        self.stderr.close()


def fork(job: Job, streams: Sequence[int]) -> Child:
    """Start a process on three descriptors; a terminal becomes the one of the process."""
    return Child(_fork(job, streams))


def _fork(job: Job, streams: Sequence[int]) -> socket.socket:
    ours, theirs = socket.socketpair()
    with theirs:
        socket.send_fds(_nursery(), [b"."], [theirs.fileno(), *streams])
        ours.sendall(json.dumps(asdict(job)).encode() + b"\n")
    return ours


@cache
def _nursery() -> socket.socket:
    """The line to the one of this process."""
    ours, theirs = socket.socketpair()
    paths, surroundings = os.pathsep.join((str(ROOT), str(ROOT / "tests"))), SURROUNDINGS or os.environ
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-c", "from corpus.nursery import serve; serve()", str(theirs.fileno())],
            env={**surroundings, "PYTHONPATH": paths}, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL,
        )  # fmt: skip
    atexit.register(_close, process, ours)
    return ours


def _close(process: subprocess.Popen[bytes], line: socket.socket) -> None:
    line.close()
    process.wait()


# In the nursery


def serve() -> None:
    """Load everything, then fork whenever it is asked to, until nobody asks any more."""
    asks = socket.socket(fileno=int(sys.argv[1]))
    for room in ROOMS:
        for file in sorted((ROOT / room).glob("[!_]*.py")):
            import_module(f"{room.replace('/', '.')}.{file.stem}")
    for name in OTHERS:
        import_module(name)
    gc.freeze()  # what a collector looks at is copied
    Nursery(asks).serve()


class Nursery:
    """The process that forks: whom it has, and the line on which each is told of."""

    def __init__(self, asks: socket.socket) -> None:
        self._asks = asks
        self._lines: dict[int, socket.socket] = {}
        self._born, self._wakes = os.pipe()

    def serve(self) -> None:
        """Fork until nobody asks any more."""
        os.set_blocking(self._wakes, False)
        signal.set_wakeup_fd(self._wakes)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        while True:
            ready = select.select([self._asks.fileno(), self._born], [], [])[0]
            if self._born in ready:
                os.read(self._born, 4096)
                self._bury()
            if self._asks.fileno() in ready and not self._heed():
                return

    def _heed(self) -> bool:
        """Do what is asked; False when nobody asks any more."""
        asked, descriptors, *_ = socket.recv_fds(self._asks, 1, 4)
        if not asked:
            return False
        line = socket.socket(fileno=descriptors[0])
        streams = descriptors[1:]
        with line.makefile() as reading:
            job = Job(**json.loads(reading.readline()))
        pid = os.fork()
        if pid == 0:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for ours in (line, self._asks, *self._lines.values()):
                ours.close()
            os.close(self._born)
            os.close(self._wakes)
            _perform(job, streams)
        for descriptor in streams:
            os.close(descriptor)
        self._lines[pid] = line
        _tell(line, pid)
        return True

    def _bury(self) -> None:
        while self._lines:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                return
            with self._lines.pop(pid) as line:
                _tell(line, os.waitstatus_to_exitcode(status))


def _tell(line: socket.socket, number: int) -> None:
    with suppress(BrokenPipeError):  # whoever asked has no more interest
        line.sendall(b"%d\n" % number)


def _perform(job: Job, streams: Sequence[int]) -> NoReturn:
    os.environ.clear()
    os.environ.update(job.environment)
    sys.path[1:1] = [path for path in job.environment.get("PYTHONPATH", "").split(os.pathsep) if path not in sys.path]
    os.chdir(job.folder)
    _take(streams)
    sys.argv = ["footlights", *job.words]
    if job.program:
        module, _, name = job.program.partition(":")
        sys.exit(getattr(import_module(module), name)(*job.words))

    from footlights.__main__ import run

    sys.exit(run())


def _take(streams: Sequence[int]) -> None:
    """Make these the streams of this process; and of a terminal, as a shell does for what it starts, its own one."""
    os.setsid()
    for number, descriptor in enumerate(streams):
        os.dup2(descriptor, number)
        os.close(descriptor)
    if os.isatty(0):
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    sys.stdin = sys.__stdin__ = os.fdopen(0, encoding="utf-8", closefd=False)  # type: ignore[misc]
    sys.stdout = sys.__stdout__ = os.fdopen(1, "w", encoding="utf-8", closefd=False)  # type: ignore[misc]
    sys.stderr = sys.__stderr__ = os.fdopen(  # type: ignore[misc]
        2, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False
    )
