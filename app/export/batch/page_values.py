"""The values of axes in full, where a page calls them by a part: two prompts, whole."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from app.batch.cells import value_text
from app.batch.planning import SCENARIO
from app.batch.results import Results
from app.export.batch.page_words import words
from app.safety import clean, one_line

_MOST_VALUES = 24  # of an axis
_MOST_LETTERS = 20_000


def values(results: Results) -> str:
    """Each axis of which some are called by a part."""
    return "".join(_axis(results, axis) for axis in results.plan.axes if axis != SCENARIO)


def _axis(results: Results, axis: str) -> str:
    found = list(_cut_short(results, axis))
    if not found:
        return ""
    more = len(found) - _MOST_VALUES
    left_out = f'<p class="key">And {more:,} more; --csv FILE has all of them.</p>' if more > 0 else ""
    return f"<h3>{words(axis)}</h3>{''.join(found[:_MOST_VALUES])}{left_out}"


def _cut_short(results: Results, axis: str) -> Iterator[str]:
    for value in results.values(axis):
        name, text = results.plan.names.of(axis, value), value_text(value)
        if one_line(text) != one_line(name):
            whole = text if len(text) <= _MOST_LETTERS else f"{text[:_MOST_LETTERS]}…"
            yield f'<div class="said">{words(name)}<pre>{escape(clean(whole))}</pre></div>'
