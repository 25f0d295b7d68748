"""A batch against a baseline or another batch on the terminal: what became worse, what better, what is not clear."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from app.batch.comparing.against import Against, Kind
from app.cli.batching.comparing_page import bulleted
from app.cli.ink import Ink
from app.cli.narrating.text import wrap
from app.cli.spoken import is_spoken, sentence
from app.safety import one_line
from app.state.words import plural, short_id

_MOST_SHIFTS = 20
_MOST_NAMED = 6
_MOST_TURNED = 8
_KINDS: tuple[tuple[Kind, str, str], ...] = (
    ("regression", "regression", "error"), ("improvement", "improvement", "good"), ("unclear", "not clear", "warning"),
)  # fmt: skip


class _Entry(NamedTuple):
    name: str
    text: str
    style: str


def against_lines(against: Against, ink: Ink) -> list[str]:
    """The page."""
    glyph, style, verdict = _judged(against)
    counted = _counted(against)
    entries = list(_entries(against))
    if is_spoken():
        said = [f"{verdict}{counted}", *(f"{entry.name}: {entry.text}" for entry in entries), *against.notes]
        return [sentence(one_line(line)) for line in (*said, *_next_lines(against))]
    lines = [f"{ink.paint(glyph, style)} {ink.paint(one_line(verdict), 'bold')}{counted}"]
    for entry in entries:
        first, *rest = wrap(one_line(entry.text), max(20, ink.width - len(entry.name) - 4))
        lines += [f"  {ink.paint(entry.name, entry.style)}: {first}", *(f"    {line}" for line in rest)]
    lines += bulleted(against.notes, ink)
    for command in _next_lines(against):
        lines += ["", command]
    return [ink.glyphs(line) for line in lines]


def _judged(against: Against) -> tuple[str, str, str]:
    if worse := against.of_kind("regression"):
        return "✗", "error", f"{plural(len(worse), 'regression')} against {against.name}"
    if not against.held:
        return "?", "warning", f"Nothing to hold against {against.name}"
    return "✓", "good", f"No regression against {against.name}"


def _counted(against: Against) -> str:
    """What follows the verdict; nothing where nothing was held against it."""
    if not against.held:
        return ""
    improvements = plural(len(against.of_kind("improvement")), "improvement")
    return f": {plural(against.held, 'cell')} held against it, {improvements}"


def _entries(against: Against) -> Iterator[_Entry]:
    for kind, name, style in _KINDS:
        shifts = against.of_kind(kind)
        yield from (_Entry(name, shift.line, style) for shift in shifts[:_MOST_SHIFTS])
        if rest := shifts[_MOST_SHIFTS:]:
            yield _Entry(name, f"{len(rest):,} more; --json has them all", "dim")
    for name, found in (("new", against.new), ("gone", against.gone), ("changed", against.changed)):
        if found:
            more = f" and {len(found) - _MOST_NAMED:,} more" if len(found) > _MOST_NAMED else ""
            yield _Entry(name, ", ".join(found[:_MOST_NAMED]) + more, "note")
    for run in against.turned[:_MOST_TURNED]:
        yield _Entry("turned", run.line, "good" if run.now == "passed" else "error")
    if len(against.turned) > _MOST_TURNED:
        yield _Entry("turned", f"{len(against.turned) - _MOST_TURNED:,} more; --json has them all", "dim")


def _next_lines(against: Against) -> Iterator[str]:
    if against.turned:
        first = against.turned[0]
        ids = f"{short_id(first.run_before)} {short_id(first.run)}"
        yield f"footlights compare {ids}  shows where the first of them parts"
