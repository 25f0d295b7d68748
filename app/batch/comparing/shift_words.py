"""What has changed since a baseline, one line each: greet market=DE passes 3 of 10, it was 10 of 10 (p = 0.003)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.batch.statistics import Measure, level
from app.document.suggest import listed
from app.state.words import plural

if TYPE_CHECKING:
    from app.batch.comparing.against import Against, Kind

TOLD: dict[Kind, str] = {"regression": "regression", "improvement": "improvement", "unclear": "not clear"}
_MOST_NAMED = 5
_DOES: dict[Measure, str] = {"cost_usd": "costs", "seconds": "takes"}


def against_told(against: Against) -> str:
    """It in a line."""
    if not against.held:
        return "there is nothing that both have"
    worse, better, unclear = (len(against.of_kind(kind)) for kind in TOLD)
    said = [plural(worse, "regression"), plural(better, "improvement")]
    said += [f"{unclear:,} not clear"] if unclear else []
    return f"{listed(said)}, in {plural(against.held, 'cell')}"


def shift_line(
    place: str, measure: Measure, kind: str, before: float, now: float, counts: tuple[int, int], p: float | None,
    runs: Sequence[str],
) -> str:  # fmt: skip
    """The line, without its first word; `runs` are those that differ, where nothing is left to chance."""
    sure = _sure(p, runs, counts[1])
    if kind == "unclear":
        sure = f"too few runs to tell, {sure}"
    if measure == "success":
        passes = f"{round(now * counts[1]):,} of {counts[1]:,}"
        return f"{place} passes {passes}, it was {round(before * counts[0]):,} of {counts[0]:,} ({sure})"
    share = f"{100 * (now - before) / before:+.0f} %" if before else "it was nothing"
    levels = f"{level(measure, now)} a run, it was {level(measure, before)}"
    return f"{place} {_DOES[measure]} {levels} ({share}, {sure})"


def _sure(p: float | None, runs: Sequence[str], count: int) -> str:
    if p is not None:
        return "p < 0.001" if p < 0.001 else f"p = {p:.2g}"
    return "each run" if len(runs) == count else _named(runs) if runs else "the same runs"


def _named(runs: Sequence[str]) -> str:
    more = len(runs) - _MOST_NAMED
    named = ", ".join(runs[:_MOST_NAMED]) + (f" and {more:,} more" if more > 0 else "")
    return f"{'run' if len(runs) == 1 else 'runs'} {named}"
