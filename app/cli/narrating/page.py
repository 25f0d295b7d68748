"""How a narration looks: blocks with a coloured edge, arrows between agents, quiet figures at the right.

Nothing that an agent, a tool or a person wrote ever starts at the margin: what stands there is ours.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal, Protocol

from app.cli.ink import Ink, cell_width
from app.cli.narrating.text import compact, digest, excerpt, shortened
from app.cli.spoken import is_spoken
from app.events import Performer
from app.safety import one_line
from app.state.words import plural

NARROWEST = 40
WIDEST = 100  # longer lines are hard to read
LINES = 9  # of one answer
_COLOURS = {"black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"}

Tone = Literal["good", "warning", "error", "again", "skipped", "person", "quiet"]
MARKS: dict[Tone, tuple[str, str]] = {
    "good": ("✓", "good"),
    "warning": ("!", "warning"),
    "error": ("✗", "error"),
    "again": ("↻", "note"),
    "skipped": ("○", "dim"),
    "person": ("»", "accent"),
    "quiet": ("·", "dim"),
}
Cell = tuple[str, str]  # text and style


@dataclass(frozen=True, slots=True)
class Who:
    """One of the cast, fit to be shown."""

    name: str
    glyph: str
    style: str

    @classmethod
    def of(cls, performer: Performer, *namesakes: Performer) -> Who:
        """A performer, whose card may say anything; those of the same title are told apart by their ids."""
        colour = performer.color.removeprefix("bright_")
        glyph = one_line(performer.glyph)
        title = performer.title or performer.id
        if any(other.title == title and other.id != performer.id for other in namesakes):
            title = f"{title} ({performer.id})"
        return cls(
            shortened(one_line(title), 32),
            glyph if 0 < cell_width(glyph) <= 2 else "●",
            colour if colour in _COLOURS else "white",
        )


class Page(Protocol):
    """What a narrator can do with what it has to tell. Texts given as `Any` are values as they were kept."""

    def named(self, who: Who) -> str: ...
    def title(self, text: str, note: str, rows: Sequence[tuple[str, str]], cast: Sequence[Who]) -> None: ...
    def section(self, text: str, note: str = "") -> None: ...
    def aside(self, cue: str, text: Any) -> None: ...
    def speech(self, who: Who, what: str, said: Any, figures: Sequence[str], whole: str) -> None: ...
    def tool(self, who: Who | None, tool: str, given: str, gave: Any, figures: Sequence[str], whole: str) -> None: ...
    def handoff(self, giver: Who, taker: Who, why: str, summary: Any) -> None: ...
    def note(self, tone: Tone, about: str, text: str, *more: str) -> None: ...
    def line(self, tone: Tone, about: str, text: str) -> None: ...
    def question(self, text: str, asked: Any, facts: Sequence[str], command: str) -> None: ...
    def table(self, title: str, rows: Sequence[Sequence[Cell]]) -> None: ...
    def outputs(self, values: Any, whole: str) -> None: ...
    def closing(self, tone: Tone, told: Sequence[str], more: str) -> None: ...


def page_for(ink: Ink, write: Callable[[str], object]) -> Page:
    """The page that the reader asked for in the environment."""
    if is_spoken():
        from app.cli.narrating.spoken import SpokenPage

        return SpokenPage(write)
    return DrawnPage(ink, write)


class DrawnPage:
    """For eyes: colour, edges and alignment."""

    def __init__(self, ink: Ink, write: Callable[[str], object]) -> None:
        self._ink = ink
        self._write = write
        self._width = max(NARROWEST, min(ink.width, WIDEST))
        self._last = ""  # the sort of thing that was shown last: like goes with like, all else has a line between

    def named(self, who: Who) -> str:
        return f"{who.glyph} {who.name}"

    def title(self, text: str, note: str, rows: Sequence[tuple[str, str]], cast: Sequence[Who]) -> None:
        note = one_line(note)
        shown = shortened(one_line(text), self._width - (cell_width(note) + 2 if note else 0))
        gap = " " * (self._width - cell_width(shown) - cell_width(note))
        lines = [(self._paint(shown, "bold") + gap + self._paint(note, "dim")).rstrip()]
        rows = [(shortened(one_line(name), 20), value) for name, value in rows]
        column = max((cell_width(name) for name, _ in rows), default=0) + 2
        for name, value in rows:
            start = f"  {self._paint(name, 'dim')}" + " " * (column - cell_width(name))
            lines.append(start + shortened(one_line(value), self._width - column - 2))
        self._show("title", lines)
        self._show("cast", self._flowing([(self.named(who), who.style) for who in cast], "   "))

    def section(self, text: str, note: str = "") -> None:
        note = one_line(note)
        shown = shortened(one_line(text), self._width - 8 - cell_width(note))
        head = "── " + self._paint(shown, "bold") + " "
        rule = "─" * (self._width - cell_width(shown) - 4 - (cell_width(note) + 1 if note else 0))
        self._show("", [head + self._paint(rule, "dim") + (f" {self._paint(note, 'dim')}" if note else "")])

    def aside(self, cue: str, text: Any) -> None:
        cue = shortened(one_line(cue), 8)
        indent = 4 + cell_width(cue)
        lines, more = excerpt(str(text), min(self._width - indent, 72), 12)
        lines = [" " * indent + (self._paint(line, "dim") if cue else line) for line in lines]
        if cue and lines:
            lines[0] = f"  {self._paint(cue, 'accent')}  {lines[0].lstrip(' ')}"
        self._show("", [*lines, *self._more(more, " " * indent)])

    def speech(self, who: Who, what: str, said: Any, figures: Sequence[str], whole: str) -> None:
        self._block(who.style, [(self.named(who), who.style), (what, "bold")], said, figures, whole)

    def tool(self, who: Who | None, tool: str, given: str, gave: Any, figures: Sequence[str], whole: str) -> None:
        style = who.style if who else "white"
        head = [(self.named(who), who.style)] if who else []
        most = LINES if isinstance(gave, str) else 4
        self._block(style, [*head, (f"◇ {tool}", "note"), (given, "dim")], gave, figures, whole, most)

    def handoff(self, giver: Who, taker: Who, why: str, summary: Any) -> None:
        ends = [f"{self.named(giver)} → ", self.named(taker)]
        used = 2 + sum(map(cell_width, ends)) + (cell_width(why) + 2 if why else 0)
        ends = [self._paint(text, who.style) for text, who in zip(ends, (giver, taker), strict=True)]
        head = (
            "  " + ("\n    " if used > self._width else "").join(ends) + (f"  {self._paint(why, 'dim')}" if why else "")
        )
        said = "" if summary is None else compact(summary)
        if said and used + 2 + cell_width(said) <= self._width:
            lines = [f"{head}  {said}"]
        else:
            lines = [head, *self._excerpt(said, "    ", 2)]
        self._show("handoff", lines)

    def note(self, tone: Tone, about: str, text: str, *more: str) -> None:
        mark, style = MARKS[tone]
        about = shortened(one_line(about), self._width // 2)
        first, *rest = self._excerpt(f"{about}  {one_line(text)}" if about else one_line(text), "", 6, margin=4)
        if about and first.startswith(about):  # what it is about stands out, where it still stands in one piece
            first = self._paint(about, "bold") + first[len(about) :]
        lines = [f"  {self._paint(mark, style)} {first}", *(f"    {line}" for line in rest)]
        for part in more:
            lines += self._excerpt(part, "    ", 6, style="dim")
        self._show("note", lines)

    def line(self, tone: Tone, about: str, text: str) -> None:
        """What may be overlooked: one dim line, cut where it is too long."""
        about = shortened(one_line(about), self._width // 2)
        told = shortened(f"{about}  {one_line(text)}".strip(), self._width - 4)
        self._show("note", ["  " + self._paint(f"{MARKS[tone][0]} {told}", "dim")])

    def question(self, text: str, asked: Any, facts: Sequence[str], command: str) -> None:
        edge = self._paint("┃", "yellow")
        asks = shortened(one_line(text), self._width - 4)
        lines = [f"{edge} {self._paint('?', 'warning')} {self._paint(asks, 'bold')}"]
        lines += self._excerpt(asked, f"{edge}   ", 16, margin=4)
        for fact in facts:
            lines += self._excerpt(one_line(fact), f"{edge}   ", 4, margin=4, style="dim")
        if command:
            lines += self._excerpt(one_line(command), f"{edge}   ", 4, margin=4, style="note")
        self._show("", lines)

    def table(self, title: str, rows: Sequence[Sequence[Cell]]) -> None:
        """Columns of figures; those without a name hold words. Where room is short, the last columns go."""
        columns = max(map(len, rows))
        widths = [max(cell_width(row[at][0]) for row in rows if at < len(row)) for at in range(columns)]
        while len(widths) > 2 and sum(widths) + 2 * len(widths) > self._width:
            widths.pop()
        widths[0] = min(widths[0], self._width - sum(widths[1:]) - 2 * len(widths))
        lines = [self._paint(title, "bold")] if title else []
        for row in rows:
            shown = "  "
            for at, ((text, style), width) in enumerate(zip(row, widths, strict=False)):
                text = shortened(one_line(text), width)
                gap = " " * (width - cell_width(text))
                painted = self._paint(text, style) if style else text
                shown += (painted + gap if not rows[0][at][0] else gap + painted) + "  "
            lines.append(shown.rstrip())
        self._show("", lines)

    def outputs(self, values: Any, whole: str) -> None:
        if isinstance(values, dict) and values:
            lines = [f"  {line}".rstrip() for line in islice(digest(values, self._width - 2, 4), 60)]
        else:
            lines = self._excerpt(values, "  ", 12)
        self._show("", [self._paint("outputs", "bold"), *lines])

    def closing(self, tone: Tone, told: Sequence[str], more: str) -> None:
        mark, style = MARKS[tone]
        told = [one_line(part) for part in told]
        together = " · ".join(told)
        parts = [together] if cell_width(together) <= self._width - 2 else told
        lines = [self._paint("─" * self._width, "dim")]
        for index, part in enumerate(parts):
            start = f"{self._paint(mark, style)} " if index == 0 else "  "
            for line in self._excerpt(part, "", 6, margin=2, style="" if index else "bold"):
                lines.append(start + line)
                start = "  "
        self._show("", [*lines, *self._excerpt(more, "  ", 2, style="dim")])

    def _block(
        self, style: str, head: list[Cell], body: Any, figures: Sequence[str], whole: str, most: int = LINES
    ) -> None:
        """A head with figures at its right where they fit, and what was said along an edge of its speaker's colour."""
        edge = self._paint("│", style)
        lines = self._headed([cell for cell in head if cell[0]], figures)
        self._show("", [*lines, *self._excerpt(body, f"  {edge} ", most, margin=4, whole=whole)])

    def _headed(self, head: list[Cell], figures: Sequence[str]) -> list[str]:
        shown, used = "", 0
        for text, style in head:
            room = self._width - used - (2 if used else 0)
            if room < 8:
                break
            text = shortened(one_line(text), room)
            shown += ("  " if used else "") + self._paint(text, style)
            used += cell_width(text) + (2 if used else 0)
        parts = [one_line(figure) for figure in figures]
        while len(parts) > 2 and used + 2 + cell_width(" · ".join(parts)) > self._width:
            parts.pop(0)  # the name of the model goes first
        noted = shortened(" · ".join(parts), self._width)
        gap = self._width - used - cell_width(noted)
        if not noted:
            return [shown]
        if gap >= 2:
            return [shown + " " * gap + self._paint(noted, "dim")]
        return [shown, " " * (self._width - cell_width(noted)) + self._paint(noted, "dim")]

    def _excerpt(
        self, value: Any, start: str, most: int, *, margin: int | None = None, style: str = "", whole: str = ""
    ) -> list[str]:
        """The first lines of a value behind a start of its own, and how many more there are."""
        if value in (None, ""):
            return []
        room = self._width - (len(start) if margin is None else margin)
        lines, more = excerpt(value, room, most)
        shown = [(start + (self._paint(line, style) if style else line)).rstrip() for line in lines]
        return shown + self._more(more, start, whole if cell_width(whole) + 14 <= room else "")

    def _more(self, count: int, start: str, whole: str = "") -> list[str]:
        told = f"+{plural(count, 'line')}" + (f": {whole}" if whole else "")
        return [start + self._paint(told, "dim")] if count else []

    def _flowing(self, cells: Sequence[Cell], gap: str) -> list[str]:
        """Things side by side, on as many lines as they need."""
        lines, shown, used = [], "", 0
        for text, style in cells:
            if used and used + len(gap) + cell_width(text) > self._width:
                lines.append(shown)
                shown, used = "", 0
            shown += (gap if used else "") + self._paint(text, style)
            used += (len(gap) if used else 0) + cell_width(text)
        return [*lines, shown] if shown else lines

    def _paint(self, text: str, style: str) -> str:
        return self._ink.paint(text, style)

    def _show(self, sort: str, lines: Sequence[str]) -> None:
        if not lines:
            return
        between = self._last and (sort != self._last or not sort)
        self._last = sort or "block"
        self._write(self._ink.glyphs(("\n" if between else "") + "\n".join(lines) + "\n"))
