"""The cassettes of a batch: each run has its own, in one folder, so that repeats and runs side by side keep apart.

A run finds its cassette by what it performs: scenario, cell and seed. So a batch that is planned again finds it too.
"""

from __future__ import annotations

import errno
import fcntl
import os
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import msgspec

from app.batch.cells import cell_name
from app.batch.plan import Item, Plan
from app.batch.planning import SCENARIO, item_name
from app.document.suggest import shortened
from app.errors import FootlightsError, UsageError
from app.safety import mask_secrets
from providers.tapes.cassette import CassetteRefused, read_cassette

_LONGEST = 50  # characters of a name that say what it is; the digest tells it apart
_MOST_NAMED = 3
_LONGEST_HEADER = 4096  # bytes
_OTHER_LETTERS = re.compile(r"[^\w.=-]+")


class TapesRefused(FootlightsError):
    """The cassettes of a batch are not there, or are in the way."""

    exit_code = 2


class Taped(NamedTuple):
    """What one run is played from and written to; nothing where it is not."""

    cassette: str = ""
    record: str = ""


UNTAPED = Taped()


def tapes_of(plan: Plan) -> dict[str, Taped]:
    """The cassettes of each run. One file that all are to be played from is played in each of them."""
    if not plan.cassette and not plan.record:
        return {}
    shared = Path(plan.cassette).is_file()
    return {
        item.run: Taped(plan.cassette if shared else _in(plan.cassette, name), _in(plan.record, name))
        for item, name in _named(plan)
    }


def insist_on_reach(plan: Plan, on: str) -> None:
    """Raise when those who perform could not reach its cassettes."""
    if on and (plan.cassette or plan.record):
        raise TapesRefused("cassettes stand on this machine, where no worker of a cluster finds them", "leave out --on")


def insist_on_tapes(plan: Plan, begun: Mapping[str, bool] = MappingProxyType({})) -> None:
    """Raise before anything is performed when a run could not be played, or would be written over another.

    `begun` says of each run that is known whether it is over.
    """
    _insist_on_names(plan)
    if plan.record and Path(plan.record).exists() and not Path(plan.record).is_dir():
        raise TapesRefused(
            f"{plan.record} is no folder", "a batch records a cassette for each of its runs: name a folder"
        )
    tapes = tapes_of(plan)
    left = [item for item in plan.items if not begun.get(item.run, False)]
    if plan.cassette:
        missing = [item for item in left if not Path(tapes[item.run].cassette).is_file()]
        if missing and plan.record != plan.cassette:
            said = f"of {_named_some(plan, missing)} there is no cassette in {plan.cassette}"
            raise TapesRefused(said, f"{_adding_to(plan.cassette)} asks for what is missing")
        lacking = {item.run for item in missing}
        _insist_on_whole({tapes[item.run].cassette for item in left if item.run not in lacking})
    if plan.record and plan.record != plan.cassette:
        _insist_on_room([tapes[item.run].record for item in left if item.run not in begun], plan.record)


def _insist_on_names(plan: Plan) -> None:
    """Raise for a name that nothing can have, or that may not be followed."""
    for name in filter(None, (plan.cassette, plan.record)):
        try:
            Path(name).exists()
        except OSError as error:
            said = f"{shortened(name)} cannot be reached: {error.strerror}"
            raise TapesRefused(said, "name another folder") from error


def _insist_on_whole(cassettes: Collection[str]) -> None:
    """Raise when one of them is damaged."""
    damaged: list[CassetteRefused] = []
    for cassette in sorted(cassettes):
        try:
            read_cassette(Path(cassette))
        except CassetteRefused as refused:
            damaged.append(refused)
    if damaged:
        more = f"; {len(damaged) - 1:,} more cannot be played" if len(damaged) > 1 else ""
        raise TapesRefused(f"{damaged[0].message}{more}", damaged[0].hint)


def _insist_on_room(recordings: Sequence[str], folder: str) -> None:
    """Raise when one of them is there already."""
    there = [recording for recording in recordings if Path(recording).exists() and not _is_blank(Path(recording))]
    if there:
        more = f" and {len(there) - 1:,} more" if len(there) > 1 else ""
        said = f"there is a cassette {there[0]}{more} already"
        raise TapesRefused(said, f"to record anew, take them away; {_adding_to(folder)} adds what is missing")


def _adding_to(folder: str) -> str:
    return f"a batch with --cassette {folder} --record {folder}"


def take_blanks_away(plan: Plan, begun: Mapping[str, bool]) -> None:
    """Take away the cassettes that say nothing, of runs of which nobody knows: they begin anew, and make their own.

    Whoever is killed between the first line of a cassette and the first event of its run leaves one.
    """
    if plan.record:
        for run, taped in tapes_of(plan).items():
            if run not in begun and _is_blank(Path(taped.record)):
                Path(taped.record).unlink()


def _is_blank(cassette: Path) -> bool:
    """Holds it no call, but the first line at most? What is no cassette is somebody's."""
    try:
        with cassette.open("rb") as file:
            text = file.read(_LONGEST_HEADER)
    except OSError:
        return False
    head, _, calls = text.partition(b"\n")
    return len(text) < _LONGEST_HEADER and not calls and (not head or head.startswith(b'{"cassette":'))


@contextmanager
def recording_alone(plan: Plan) -> Iterator[None]:
    """Make the folder that is recorded into, and let no other batch record there meanwhile.

    The folder itself is locked: nothing has to be left in it, and whoever is killed holds it no more.
    """
    if not plan.record:
        yield
        return
    folder = _made(Path(plan.record))
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as busy:
            said = f"another batch records into {plan.record} just now"
            raise TapesRefused(said, "let it end, or name another folder") from busy
        except OSError as error:
            if error.errno not in _NO_LOCKS:
                raise
        yield
    finally:
        os.close(folder)


def insist_on_recording_alone(plan: Plan) -> None:
    """Raise where another batch records into its folder just now."""
    with recording_alone(plan):
        pass


_NO_LOCKS = (errno.EBADF, errno.ENOLCK, errno.ENOTSUP)  # of folders: some file systems of networks have none


def _made(folder: Path) -> int:
    """Open it, made where it was missing."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise UsageError(f"--record: the folder {folder} cannot be made: {error.strerror}", "name another") from error
    if not os.access(folder, os.W_OK):
        os.close(opened)
        raise UsageError(f"--record: nothing can be written into {folder}", "name another folder")
    return opened


def _named(plan: Plan) -> Iterator[tuple[Item, str]]:
    """The items, each with the name of its file, whatever else is planned; of two alike the second is the second."""
    seen: Counter[bytes] = Counter()
    for item in plan.items:
        scenario = plan.sources[item.source].scenario
        cell = {name: value for name, value in item.cell.items() if name != SCENARIO}
        key = msgspec.json.encode([scenario, cell, item.seed], order="sorted")
        seen[key] += 1
        told = _OTHER_LETTERS.sub("-", mask_secrets(f"{scenario} {cell_name(cell)}"))
        digest = sha256(key + b"%d" % seen[key]).hexdigest()[:8]
        yield item, f"{told[:_LONGEST].strip('-.')}-seed={item.seed}-{digest}.jsonl"


def _named_some(plan: Plan, items: list[Item]) -> str:
    named = ", ".join(item_name(plan, item) for item in items[:_MOST_NAMED])
    more = len(items) - _MOST_NAMED
    return f"{named}{f' and {more:,} more' if more > 0 else ''}"


def _in(folder: str, name: str) -> str:
    return str(Path(folder, name)) if folder else ""
