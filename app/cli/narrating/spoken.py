"""A narration for ears: plain sentences, one after another, without drawings, columns or colour."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any

from app.cli.narrating.page import LINES, Cell, Tone, Who
from app.cli.narrating.text import compact, excerpt, shortened
from app.cli.spoken import aloud
from app.safety import one_line

_WIDTH = 2_000  # a screen reader has no edge: a paragraph is one line
_LISTENED = 20  # things in a list
_DEEPEST = 3
_SAID: dict[Tone, str] = {"warning": "Warning: ", "error": "Error: "}


class SpokenPage:
    """For ears: what the drawn page shows, in words."""

    def __init__(self, write: Callable[[str], object]) -> None:
        self._write = write

    def named(self, who: Who) -> str:
        return who.name

    def title(self, text: str, note: str, rows: Sequence[tuple[str, str]], cast: Sequence[Who]) -> None:
        self._say(f"{text}, {note}" if note else text)
        for name, value in rows:
            self._say(f"{name}: {value}")
        if cast:
            self._say(f"On stage: {', '.join(who.name for who in cast)}")

    def section(self, text: str, note: str = "") -> None:
        self._say(f"{text}, {note}" if note else text)

    def aside(self, cue: str, text: Any) -> None:
        self._say(f"Cue {cue}: {one_line(str(text))}" if cue else f"Narrator: {one_line(str(text))}")

    def speech(self, who: Who, what: str, said: Any, figures: Sequence[str], whole: str) -> None:
        self._say(f"{who.name} says, {what}:" if what else f"{who.name} says:")
        self._lines(said, LINES, whole)
        self._say(", ".join(figures))

    def tool(self, who: Who | None, tool: str, given: str, gave: Any, figures: Sequence[str], whole: str) -> None:
        told = f"{who.name} used the tool {tool}" if who else f"The tool {tool} was used"
        self._say(f"{told}, {given}:" if given else f"{told}:")
        self._lines(gave, LINES if isinstance(gave, str) else 4, whole)
        self._say(", ".join(figures))

    def handoff(self, giver: Who, taker: Who, why: str, summary: Any) -> None:
        told = f"{giver.name} hands over to {taker.name}"
        told += f", {why}" if why else ""
        self._say(f"{told}: {one_line(str(summary))}" if summary not in (None, "") else told)

    def note(self, tone: Tone, about: str, text: str, *more: str) -> None:
        self._say(_SAID.get(tone, "") + (f"{about}: {text}" if about else text))
        for part in more:
            self._say(one_line(part))

    def line(self, tone: Tone, about: str, text: str) -> None:
        self._say(shortened(f"{about}: {text}", _WIDTH))

    def question(self, text: str, asked: Any, facts: Sequence[str], command: str) -> None:
        self._say(f"Question: {text}. {compact(asked)}")
        for fact in (*facts, command):
            self._say(fact)

    def table(self, title: str, rows: Sequence[Sequence[Cell]]) -> None:
        names = [text for text, _ in rows[0]]
        for row in rows[1:]:
            first, *figures = [text for text, _ in row]
            said = (f"{name} {text}" for name, text in zip(names[1:], figures, strict=False) if name and text)
            self._say(f"{first}: {', '.join(said)}")

    def outputs(self, values: Any, whole: str) -> None:
        self._say("Outputs:")
        self._lines(values, 24, whole)

    def closing(self, tone: Tone, told: Sequence[str], more: str) -> None:
        self._say(_SAID.get(tone, "") + ", ".join(told))
        self._say(more)

    def _lines(self, value: Any, most: int, whole: str) -> None:
        if value in (None, ""):
            return
        if isinstance(value, dict):
            for name, item in islice(value.items(), most):
                self._say(f"{name}: {_aloud(item)}")
            more = max(0, len(value) - most)
        else:
            lines, more = excerpt(value, _WIDTH, most)
            for line in lines:
                self._say(line)
        if more:
            self._say(f"{more} more lines: {whole}")

    def _say(self, text: str) -> None:
        text = aloud(one_line(text))
        if text:
            self._write(text + ("\n" if text[-1] in ".:!?" else ".\n"))


def _aloud(value: Any, depth: int = 0) -> str:
    """A value as somebody would read it to you, no longer than anybody would listen."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not value and not isinstance(value, int | float):
        return "nothing"
    if isinstance(value, list) and depth < _DEEPEST:
        return shortened("; ".join(_aloud(item, depth + 1) for item in value[:_LISTENED]), _WIDTH)
    if isinstance(value, dict) and depth < _DEEPEST:
        pairs = islice(value.items(), _LISTENED)
        return shortened(", ".join(f"{name} {_aloud(item, depth + 1)}" for name, item in pairs), _WIDTH)
    return shortened(compact(value), _WIDTH)
