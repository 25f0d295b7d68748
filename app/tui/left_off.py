"""Where a presentation was, in a file beside its socket: whoever presents again after a mishap goes on there.

Whoever leaves in order leaves nothing behind.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import msgspec

LONGEST = 3600.0  # seconds after which nobody comes back
OFTEN = 1.0  # seconds between two notes, at least, where nobody gave an order
_SUFFIX = ".left.json"
_LARGEST = 4096  # bytes


class LeftOff(msgspec.Struct, frozen=True):
    """What the next one takes up."""

    seq: int = 0  # the last event that the room has seen
    begun: float = 0.0  # when the talk began, on the wall; 0: it has not
    blank: bool = False
    locked: bool = False


class Notebook:
    """Notes down where a presentation is."""

    def __init__(self, podium: Path, clock: Callable[[], float]) -> None:
        self._path = podium.with_suffix(_SUFFIX)
        self._clock = clock
        self._noted: LeftOff | None = None
        self._when = -OFTEN

    def note(self, left: LeftOff, *, at_once: bool) -> None:
        """Write it down, if it is something else than before. A disk that takes nothing is no reason to stop a talk."""
        if left == self._noted or not (at_once or self._clock() - self._when >= OFTEN):
            return
        self._noted, self._when = left, self._clock()
        beside = self._path.with_suffix(".new")
        with suppress(OSError):
            beside.unlink(missing_ok=True)
            with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(msgspec.json.encode(left))
            beside.replace(self._path)

    def close(self) -> None:
        """It has ended in order."""
        with suppress(OSError):
            self._path.unlink(missing_ok=True)


def left_off(podium: Path) -> LeftOff | None:
    """Where the last presentation was, if it ended within the last hour, and not in order."""
    path = podium.with_suffix(_SUFFIX)
    try:
        with path.open("rb") as file:
            if not 0 <= time.time() - os.fstat(file.fileno()).st_mtime <= LONGEST:
                return None
            found = msgspec.json.decode(file.read(_LARGEST), type=LeftOff)
    except (OSError, msgspec.MsgspecError):
        return None
    return found if found != LeftOff() else None
