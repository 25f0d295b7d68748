"""One item of a batch in a few rows: what it is, how it stands, what it took, and why it did not pass."""

from __future__ import annotations

from collections.abc import Iterator

from app.batch.cells import Names, value_name
from app.batch.results import ItemResult
from app.batch.verdicts import PAUSED, SAID
from app.safety import clean, one_line
from app.state.words import in_short, plural, took
from app.tui.batches.grid import named_in_short
from app.tui.look.glyphs import Glyphs
from app.tui.paint.batch import LOOKS, mark
from app.tui.paint.leaf import prose
from app.tui.paint.rows import Row, Span, fitted, spread, width_of
from app.tui.text import cells, tokens

SHORT = 8  # letters of a run's id that name it


def item_rows(
    result: ItemResult, width: int, height: int, glyphs: Glyphs, names: Names | None = None
) -> list[Row]:  # fmt: skip
    """As many rows as there is room for: the name first, then why, then what it took."""
    if height <= 0:
        return []
    why = list(_why(result, width, glyphs))
    rows = [_name(result, width, glyphs, names)]
    rows += [_figures(result, width)] if height > 2 or not why else []
    return [*rows, *why][:height]


def _name(result: ItemResult, width: int, glyphs: Glyphs, names: Names | None) -> Row:
    look = LOOKS[result.verdict]
    said = SAID[result.verdict].partition(":")[0]
    right: Row = (Span(f"  {said}", look), Span(f"  {result.item.run[-SHORT:]}" if width >= 60 else "", "muted"))
    name = one_line(result.name)
    if cells(name) + 2 > width - width_of(right):  # its values alone, then, and which of the repeats it is
        cell = result.item.cell.items()
        values = [names.of(axis, value) if names is not None else value_name(value) for axis, value in cell]
        values = [one_line(value) for value in values] or [one_line(result.scenario)]
        which = f"#{result.item.repeat + 1} "
        name = which + named_in_short(values, width - width_of(right) - 2 - cells(which))
    lead: Row = (Span(f"{mark(result.verdict, glyphs)} ", look), Span(name, "text bold"))
    return spread(lead, right, width)


def _figures(result: ItemResult, width: int) -> Row:
    told = [f"seed {result.item.seed}"]
    if result.verdict != "waiting":
        told += [in_short(result.spent), f"{tokens(result.tokens)} tokens"]
    if result.seconds is not None:
        told.append(took(result.seconds * 1000))
    if result.calls:
        failed = f", {result.failed_calls} failed" if result.failed_calls else ""
        told.append(plural(result.calls, "call") + failed)
    if result.score is not None:
        told.append(f"marked {result.score:.2f}")
    return fitted((Span("  "), Span("   ".join(told), "muted")), width)


def _why(result: ItemResult, width: int, glyphs: Glyphs) -> Iterator[Row]:
    failure = result.failure
    if failure is not None:
        yield from _led(glyphs.failed, "error", prose(clean(failure.message or failure.error), width - 4, most=3))
        where = "  ".join(filter(None, (one_line(failure.where), one_line(failure.hint))))
        if where:
            yield from _led(" ", "text", prose(where, width - 4, "muted", most=2))
    for check in result.checks:
        if not check.met:
            found = f"  (found: {one_line(check.found)})" if check.found else ""
            yield from _led(glyphs.failed, "error", prose(f"{one_line(check.about)}{found}", width - 4, most=2))
    if result.verdict == "paused" and (reason := result.waits_for):
        why = PAUSED.get(reason) or f"it waits: {one_line(reason)}"
        yield from _led(glyphs.paused, "warning", prose(why, width - 4, most=1))
    met = sum(check.met for check in result.checks)
    if met:
        yield (Span(f"  {glyphs.done} ", "good"), Span(f"{plural(met, 'expectation')} met", "muted"))


def _led(sign: str, look: str, rows: list[Row]) -> Iterator[Row]:
    for number, row in enumerate(rows):
        yield (Span(f"  {sign if not number else ' '} ", look), *row)
