"""The lock among processes that share a workspace. Whoever changes the database holds it, for as long as that takes.

SQLite before 3.51.3 can lose commits when one process writes while another resets the write-ahead log. With this lock
the two never meet. It is a file of its own: closing a second descriptor of the database would drop SQLite's own locks.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class ProcessLock:
    """An flock on a file beside the database."""

    def __init__(self, workspace: Path) -> None:
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        self._file = os.open(lock_of(workspace), flags, 0o600)

    def __enter__(self) -> None:
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def __exit__(self, *_: object) -> None:
        fcntl.flock(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        """Give the file back. In a forked child this leaves the parent's lock alone."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def lock_of(workspace: Path) -> Path:
    """Return the file that is locked."""
    return workspace.with_name(workspace.name + ".lock")


@contextmanager
def locked(workspace: Path) -> Iterator[None]:
    """Hold the lock for one thing to do."""
    lock = ProcessLock(workspace)
    try:
        with lock:
            yield
    finally:
        lock.close()
