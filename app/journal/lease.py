"""Who performs a run: exactly one process may append to its log, and a dead one holds nothing."""

from __future__ import annotations

import itertools
import os
import socket
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PATIENCE = 60_000_000  # microseconds without a heartbeat after which a holder that cannot be looked at counts as dead

_serials = itertools.count(1)
_held_here: set[str] = set()


@dataclass(frozen=True, slots=True)
class Holder:
    """The process that holds a run: where it runs, its number, when it started, and which of its leases this is."""

    host: str
    pid: int
    started: str
    serial: int

    @classmethod
    def new(cls) -> Holder:
        """Make a lease for this process."""
        holder = cls(_host(), os.getpid(), _own_start(), next(_serials))
        _held_here.add(str(holder))
        return holder

    @classmethod
    def read(cls, text: str) -> Holder | None:
        """Read what stands in `runs.holder`; nothing there, or nothing that can be read, is no holder."""
        parts = text.rsplit(":", 3)
        if len(parts) != 4 or not (parts[1].isdigit() and parts[3].isdigit()):
            return None
        return cls(parts[0], int(parts[1]), parts[2], int(parts[3]))

    def __str__(self) -> str:
        return f"{self.host}:{self.pid}:{self.started}:{self.serial}"

    @property
    def described(self) -> str:
        """Who this is, for people."""
        return f"process {self.pid} on {self.host.partition('/')[0]}"

    def alive(self, heartbeat: int, now: int) -> bool:
        """Tell whether it still performs: by looking at the process, or by its heartbeat when that runs elsewhere."""
        if self.host != _host():
            return now - heartbeat < PATIENCE
        if self.pid == os.getpid() and self.started == _start_of(self.pid):
            return str(self) in _held_here
        return _start_of(self.pid) == self.started

    def forget(self) -> None:
        """Say that this process performs the run no more, whatever the database says."""
        _held_here.discard(str(self))


def holder_alive(holder: str, heartbeat: int) -> bool:
    """Tell whether what `runs` says of a run's holder is somebody alive."""
    found = Holder.read(holder)
    return found is not None and found.alive(heartbeat, time.time_ns() // 1000)


@cache
def _host() -> str:
    """Name this machine, and the space of process numbers: a container may bear its host's name."""
    try:
        space = "/" + str(Path("/proc/self/ns/pid").readlink()).strip("pid:[]")
    except OSError:
        space = ""
    return socket.gethostname().replace(":", "-") + space


@cache
def _own_start() -> str:
    return _start_of(os.getpid()) or ""


os.register_at_fork(after_in_child=_own_start.cache_clear)


def _start_of(pid: int) -> str | None:
    """Return when a process started, in a form that no later process of that number shares; None when it is gone."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return _start_without_proc(pid) if not Path("/proc/self/stat").exists() else None
    state, *numbers = stat[stat.rindex(b")") + 2 :].split()
    if state in (b"Z", b"X"):  # killed, but its parent has not asked how it ended
        return None
    return f"{_boot()}.{numbers[18].decode()}"


@cache
def _boot() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text()[:8]


def _start_without_proc(pid: int) -> str | None:
    import psutil  # slow to load, and Linux can do without

    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else f"{process.create_time():.2f}"
    except psutil.Error:
        return None
