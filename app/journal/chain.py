"""The chain of hashes that holds a run's events together, and the seals that say how a chain ended.

Each hash covers the one before it and the whole body of its event. Whoever can write to the database can also compute
a chain anew: so the last hash of a finished run is written down once more, beside the database, in a file that is only
ever appended to and that can be copied to where nobody reaches it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path

import msgspec

FIRST = b""  # what stands before the first event of a run


def link(previous: bytes, body: bytes) -> bytes:
    """Return the hash of an event that follows the one with the hash `previous`."""
    return blake2b(previous + body, digest_size=32).digest()


def digest_of(encoded: bytes) -> str:
    """Return the digest by which a kept value, encoded as JSON, is referred to."""
    return blake2b(encoded, digest_size=16).hexdigest()


class Seal(msgspec.Struct, frozen=True, omit_defaults=True):
    """How a run ended: the hash of its last event and how many there are. Without any, the run was deleted."""

    run: str
    hash: str = ""
    count: int = 0
    at: int = 0  # wall clock, microseconds


def seal(workspace: Path, ended: Iterable[tuple[str, bytes, int]]) -> None:
    """Write down how runs ended: their last hash, and the count of their events, after the last was committed."""
    add_seals(workspace, [Seal(run, hash.hex(), count, _now()) for run, hash, count in ended])


def unseal(workspace: Path, runs: Iterable[str]) -> None:
    """Write down that runs were deleted on purpose, so that nobody looks for them."""
    add_seals(workspace, [Seal(run, at=_now()) for run in runs])


def add_seals(workspace: Path, seals: Iterable[Seal]) -> None:
    """Append seals to the file of a workspace, for its owner alone to read."""
    lines = b"".join(msgspec.json.encode(each) + b"\n" for each in seals)
    file = os.open(seals_of(workspace), os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        os.write(file, lines)  # one call: what several processes append at once is not mixed
    finally:
        os.close(file)


def read_seals(workspace: Path) -> dict[str, Seal]:
    """Return the seal of each run that has one and was not deleted. A run ends once: its first seal counts."""
    seals: dict[str, Seal] = {}
    for found in _lines_of(seals_of(workspace)):
        if found.hash:
            seals.setdefault(found.run, found)
        else:
            seals.pop(found.run, None)
    return seals


def seals_of(workspace: Path) -> Path:
    """Return the file of the seals, beside the database."""
    return workspace.with_name(f"{workspace.name}.seals.jsonl")


def _lines_of(path: Path) -> Iterator[Seal]:
    try:
        lines = path.read_bytes().splitlines()
    except FileNotFoundError:
        return
    for line in lines:
        # A line that a full disk cut off has the next one glued to it; seals hold no braces, so that one can be told.
        with suppress(msgspec.DecodeError):
            yield _decoder.decode(line[max(0, line.rfind(b"{")) :])


def _now() -> int:
    return time.time_ns() // 1000


_decoder = msgspec.json.Decoder(Seal)
