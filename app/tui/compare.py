"""Two runs side by side, gathered for the screen: read in a thread, and again when one of them has gone on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.compare import Comparison, Pair, Shared, compare, gathered
from app.compare.halves import in_short
from app.compare.words import name_of, sign_of
from app.journal.recording import recording_of
from app.playback.playhead import Playhead
from app.safety import one_line
from app.tui.sources import Recorded

if TYPE_CHECKING:
    from app.journal import Archive

Line = Pair | Shared
VIEWS = ("outputs", "costs", "routes")


class Reader:
    """Compares two runs of an archive, and again only when something was added to one."""

    def __init__(self, first: str, second: str) -> None:
        self.first = first
        self.second = second
        self._known: tuple[int, int] = (-1, -1)

    async def read(self, archive: Archive) -> Comparison | None:
        """The two as they are now; nothing, when they are as they were."""
        rows = await archive.find(self.first), await archive.find(self.second)
        known = rows[0].seq, rows[1].seq
        if known == self._known:
            return None
        self._known = known
        return compare(await recording_of(archive, self.first), await recording_of(archive, self.second))


class Excerpts:
    """The first words of what came of steps, each worked out once."""

    def __init__(self, found: Comparison) -> None:
        self._found = found
        self._known: dict[tuple[str, str], str] = {}

    def of(self, pair: Pair, name: str) -> str:
        """What A or B gave in a step, on one line."""
        known = self._known.get((pair.path, name))
        if known is None:
            half, side = (self._found.left, pair.left) if name == "A" else (self._found.right, pair.right)
            gave = side is not None and side.step.output is not None
            value = half.given(side.step) if side is not None and gave else ""
            known = self._known[pair.path, name] = one_line(_in_a_line(value))
        return known


def _in_a_line(value: Any) -> str:
    """Any value as words: data by its keys, without the marks of its notation."""
    if isinstance(value, dict):
        return ", ".join(f"{name} {in_short(each)}" for name, each in value.items() if each != "")
    return in_short(value)


class FromHere(Recorded):
    """A run of the archive that is shown from one of its events on, standing still."""

    at = 0

    async def feed(self, playhead: Playhead) -> None:
        """All of it, and then to the place."""
        playhead.paused = True
        await super().feed(playhead)
        playhead.seek(self.at)


def lines_of(found: Comparison) -> list[Line]:
    """What the list shows."""
    return gathered(found.pairs)


def key_of(line: Line) -> str:
    """What a line is known by."""
    return line.path if isinstance(line, Pair) else line.pairs[0].path


def words_of(line: Line) -> str:
    """The words by which a line is found."""
    if isinstance(line, Shared):
        return f"{' '.join(pair.path for pair in line.pairs)} {name_of(line)} taken over"
    return f"{line.path} {sign_of(line).word} {' '.join(line.differs)}"


def differs(line: Line) -> bool:
    """Is there something to read there?"""
    return isinstance(line, Pair) and bool(line.differs)
