"""Reads what was written to a terminal: its control sequences one by one, and what they leave switched on.

A terminal of ours that answers nothing and draws nothing: it knows only what a terminal would obey.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

_PARTS = re.compile(
    r"\x1b\[(?P<csi>(?P<private>[<=>?]?)(?P<numbers>[0-9;:]*)(?P<between>[ -/]*)(?P<final>[@-~]))"
    r"|\x1b\](?P<osc>[^\x07\x1b]*)(?:\x07|\x1b\\)"
    r"|\x1b(?P<string>[PX^_])[^\x1b]*\x1b\\"
    r"|\x1b(?P<escape>[ -/]*[0-~])"
    r"|(?P<control>[\x00-\x1f\x7f-\x9f])"
    r"|(?P<text>[^\x00-\x1f\x7f-\x9f]+)"
)
_MODES = "hl"


@dataclass(frozen=True, slots=True)
class Sequence:
    """One thing that a terminal would obey."""

    kind: str  # what it is, without the figures that differ each time: "csi H", "csi ?1049h", "osc 52", "control 07"
    raw: str


def sequences(written: bytes) -> Iterator[Sequence]:
    """Everything in a stream that a terminal would obey, and nothing of what it would show."""
    text = written.decode("utf-8", errors="surrogateescape")
    at = 0
    while at < len(text):
        found = _PARTS.match(text, at)
        if found is None:
            yield Sequence("unfinished", text[at : at + 40])
            return
        at = found.end()
        kind = _kind(found)
        if kind:
            yield Sequence(kind, found[0])


def kinds(written: bytes) -> set[str]:
    """The kinds of sequences in a stream."""
    return {sequence.kind for sequence in sequences(written)}


def _kind(found: re.Match[str]) -> str:
    if found["csi"] is not None:
        told = found["numbers"] if found["final"] in _MODES or found["private"] else ""
        return f"csi {found['private']}{told}{found['between']}{found['final']}"
    if found["osc"] is not None:
        return f"osc {found['osc'].partition(';')[0]}"
    if found["string"] is not None:
        return f"string {found['string']}"
    if found["escape"] is not None:
        return f"escape {found['escape']}"
    if found["control"] is not None:
        return f"control {ord(found['control']):02x}"
    return "not UTF-8" if any("\udc80" <= letter <= "\udcff" for letter in found["text"]) else ""


# What a program has to give back


RESTING = {"?25": True, "?7": True}  # the cursor is shown and lines wrap; every other mode is off
KITTY = "kitty keys"


@dataclass
class Modes:
    """What is switched on in a terminal."""

    on: dict[str, bool] = field(default_factory=dict)
    pushed: int = 0  # how often better keys were asked for and not given back

    @classmethod
    def after(cls, written: bytes) -> Modes:
        """What a stream leaves switched on."""
        modes = cls()
        for sequence in sequences(written):
            modes.heed(sequence)
        return modes

    def heed(self, sequence: Sequence) -> None:
        """Obey one sequence."""
        if found := re.fullmatch(r"csi \?([0-9;]+)([hl])", sequence.kind):
            for mode in found[1].split(";"):
                self.on[f"?{mode}"] = found[2] == "h"
        elif re.fullmatch(r"csi >[0-9;]*u", sequence.kind):
            self.pushed += 1
        elif re.fullmatch(r"csi <[0-9;]*u", sequence.kind):
            self.pushed = max(0, self.pushed - 1)

    @property
    def left_on(self) -> set[str]:
        """What is not as it was before the program began."""
        left = {mode for mode, on in self.on.items() if on != RESTING.get(mode, False)}
        return left | {KITTY} if self.pushed else left


def foreign(written: bytes, harmless: Iterable[str]) -> set[str]:
    """The sequences in a stream that are of no kind that a harmless program of ours writes."""
    known = set(harmless)
    return {f"{one.kind}: {one.raw[:60]!r}" for one in sequences(written) if one.kind not in known}
