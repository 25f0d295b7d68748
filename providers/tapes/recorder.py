"""Writes cassettes: each call whole, on disk before the run goes on, in a file that only its owner may read."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from providers.tapes.cassette import CassetteRefused, Header, Recording


class Recorder:
    """Adds calls to a cassette; several may add to the same one."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def begin(cls, path: Path, header: Header) -> Recorder:
        """Make a new cassette; one that is there is not written over."""
        try:
            file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        except FileExistsError:
            raise is_there(path) from None
        except OSError as error:
            said = f"the cassette {path} cannot be made: {error.strerror}"
            raise CassetteRefused(said, "look at its folder") from error
        with os.fdopen(file, "wb") as opened:
            _write(opened.fileno(), header)
        return cls(path)

    @classmethod
    def go_on(cls, path: Path) -> Recorder:
        """Add to a cassette that is there; a line that was left unfinished is taken away."""
        recorder = cls(path)
        try:
            with recorder._alone() as file:
                os.ftruncate(file, path.read_bytes().rfind(b"\n") + 1)
        except OSError as error:
            said = f"the cassette {path} cannot be added to: {error.strerror}"
            raise CassetteRefused(said, "look at its mode") from error
        return recorder

    def add(self, recording: Recording) -> None:
        """Write one call down; OSError when there is no room, and then nothing of it is left in the file."""
        with self._alone() as file:
            before = os.fstat(file).st_size
            try:
                _write(file, recording)
            except OSError:
                os.ftruncate(file, before)
                raise

    @contextmanager
    def _alone(self) -> Iterator[int]:
        """The file, while nobody else writes to it."""
        file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield file
        finally:
            os.close(file)


def _write(file: int, line: Header | Recording) -> None:
    left = memoryview(msgspec.json.encode(line) + b"\n")
    while left:
        left = left[os.write(file, left) :]
    os.fsync(file)


def is_there(path: Path) -> CassetteRefused:
    """What to say of a cassette that is there already, when one is to be made."""
    said = f"--cassette {path} --record {path} adds to it; to record anew, take the old one away first"
    return CassetteRefused(f"there is a cassette {path} already", said)
