"""A batch, drawn: every item one cell with a glyph and a colour, the bar of them all, and what the glyphs mean."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.batch.standing import count_words, pace_words, roughly, shares
from app.batch.verdicts import Verdict
from app.state import Spent
from app.state.words import in_short, kind_of
from app.tui.batches.grid import Grid, Strip
from app.tui.look.glyphs import ASCII, Glyphs
from app.tui.paint.rows import Row, Span, fitted, spread, width_of
from app.tui.text import cells, cut, money

LOOKS: dict[Verdict, str] = {
    "passed": "good",
    "unmet": "error bold",
    "failed": "error bold",
    "exhausted": "warning bold",
    "paused": "warning",
    "running": "accent bold",
    "waiting": "muted",
}
_LETTERS: dict[Verdict, str] = {"unmet": "U", "failed": "F", "exhausted": "E", "paused": "P"}
_RISING = "▂▃▄▅▆▅▄▃"  # the light of a run that is under way
STEPS = len(_RISING)


@dataclass(frozen=True, slots=True)
class Progress:
    """How a batch comes along."""

    counts: Counter[Verdict]
    spent: Spent
    budget: Mapping[str, float]
    pace: float = 0.0  # runs a second
    left: float | None = None  # seconds
    notice: str = ""  # why it has stopped, or what is wrong with those who perform it

    @property
    def total(self) -> int:
        """How many items there are."""
        return self.counts.total()

    @property
    def over(self) -> int:
        """How many have their final result."""
        return sum(self.counts[verdict] for verdict in ("passed", "unmet", "failed", "exhausted"))


def mark(verdict: Verdict, glyphs: Glyphs, step: int = -1) -> str:
    """The glyph of a verdict; of a run under way as its light stands at a step, where it moves."""
    if verdict == "running":
        return glyphs.running if step < 0 or glyphs is ASCII else _RISING[step % STEPS]
    if verdict == "passed":
        return glyphs.stopped
    return glyphs.idle if verdict == "waiting" else _LETTERS[verdict]


def grid_rows(
    grid: Grid, verdicts: Sequence[Verdict], cursor: int | None, top: int, height: int, glyphs: Glyphs, step: int = -1
) -> list[Row]:
    """The rows from `top` on that are seen."""
    return [
        tuple(_merged(_row(row, grid.label, verdicts, cursor, glyphs, step))) for row in grid.rows[top : top + height]
    ]


def _row(
    row: Sequence[Strip], label: int, verdicts: Sequence[Verdict], cursor: int | None, glyphs: Glyphs, step: int
) -> Iterator[Span]:
    at = 0
    for strip in row:
        is_here = cursor in strip.items
        name = cut(strip.label, label, ellipsis=glyphs.ellipsis)
        name = name + " " * (label - cells(name)) if strip.is_name else " " * (label - cells(name)) + name
        yield from (Span(" " * (strip.x - at)), Span(name, _label_look(strip, is_here)))
        at = strip.x + label
        for item, cell in zip(strip.items, strip.cells, strict=True):
            verdict = verdicts[item]
            look = f"{LOOKS[verdict]} reverse" if item == cursor else LOOKS[verdict]
            yield from (Span(" " * (cell - at)), Span(mark(verdict, glyphs, step + item if step >= 0 else -1), look))
            at = cell + 1


def _label_look(strip: Strip, is_here: bool) -> str:
    if is_here:
        return "accent bold"
    return "text" if strip.is_name else "faint"


def _merged(spans: Iterator[Span]) -> Iterator[Span]:
    """The same with fewer spans: neighbours that look alike are one, and air looks like what is before it."""
    held = Span("")
    for span in spans:
        if not span.text:
            continue
        if span.style == held.style or (not span.text.strip() and "reverse" not in held.style):
            held = Span(held.text + span.text, held.style)
        else:
            if held.text:
                yield held
            held = span
    yield held


def bar(counts: Counter[Verdict], width: int, glyphs: Glyphs) -> Row:
    """All of them on one line, each part with its letter."""
    signs: dict[Verdict, str] = {"passed": glyphs.line_full, "running": glyphs.running, "waiting": glyphs.line_empty}
    return tuple(
        Span(signs.get(verdict, mark(verdict, glyphs)) * share, "track" if verdict == "waiting" else LOOKS[verdict])
        for verdict, share in shares(counts, width)
    )


def head_rows(progress: Progress, width: int, height: int, glyphs: Glyphs) -> list[Row]:
    """The bar with its share; then how many stand how, and how it comes along."""
    told = f"  {progress.over:,} of {progress.total:,} " if width >= 60 else f" {progress.over:,}/{progress.total:,} "
    room = width - cells(told) - 1
    rows = [fitted((Span(" "), *bar(progress.counts, room, glyphs), Span(told, "text bold")), width)]
    if height < 2:
        return rows
    counted, going = _counted(progress.counts, glyphs), _going(progress)
    notice = [(Span(progress.notice, "warning"),)] if progress.notice else []
    if height == 2:
        return [*rows, _together(counted, [*notice, *going], width)]
    if notice or sum(width_of(part) + 3 for part in (*counted, *going)) <= width:
        return [*rows, _together(counted, going, width), *(fitted((Span(" "), *line), width) for line in notice)]
    return [*rows, _fitting(counted, width), _fitting(going, width)]


def _counted(counts: Counter[Verdict], glyphs: Glyphs) -> list[Row]:
    return [
        (Span(f"{mark(verdict, glyphs)} ", LOOKS[verdict]), Span(said, "text" if verdict != "waiting" else "muted"))
        for verdict, said in count_words(counts)
    ]


def _going(progress: Progress) -> list[Row]:
    """The time that is left, the money, the pace: what there is no room for goes from the end."""
    told: list[Row] = []
    if progress.left is not None:
        told.append((Span(f"{roughly(progress.left)} left", "text"),))
    limit = progress.budget.get("cost_usd")
    budget = f" of {money(limit)}" if limit is not None else ""
    kind = kind_of(progress.spent).word
    told.append((Span(" ".join(filter(None, (f"{in_short(progress.spent)}{budget}", kind))), "muted"),))
    if progress.pace:
        told.append((Span(pace_words(progress.pace), "muted"),))
    return told


def _together(left: Sequence[Row], right: Sequence[Row], width: int) -> Row:
    """Both on one line; of the right ones those that have room."""
    kept = list(right)
    first = _fitting(left, width)
    while kept and width_of(first) + sum(width_of(part) + 3 for part in kept) > width:
        kept.pop()
    return spread(first, (*_joined(kept), Span(" ")), width) if kept else fitted(first, width)


def _fitting(parts: Sequence[Row], width: int) -> Row:
    kept = list(parts)
    while len(kept) > 1 and sum(width_of(part) + 3 for part in kept) > width:
        kept.pop()
    return (Span(" "), *_joined(kept))


def _joined(parts: Sequence[Row]) -> Row:
    return tuple(span for number, part in enumerate(parts) for span in ((Span("   "), *part) if number else part))
