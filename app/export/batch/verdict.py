"""How a batch ended, in a sign and a few words: the same at the head of every report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.batch.comparing.stopping import ended_early
from app.batch.results import Results
from app.batch.verdicts import OFF
from app.state.words import plural

if TYPE_CHECKING:
    from app.batch.comparing.against import Against


def sign_of(results: Results, against: Against | None = None) -> str:
    """Whether all is well, something is not, or it is not over."""
    if results.count(*OFF) or (against is not None and against.is_worse):
        return "✗"
    if against is not None and not against.held:
        return "○"
    return "✓" if len(results.over) == len(results.items) or ended_early(results) else "○"


def standing(results: Results) -> str:
    """How many passed, or did not."""
    over, total, passed = len(results.over), len(results.items), results.count("passed")
    if not over:
        return f"none of {plural(total, 'run')} has a result yet"
    if over < total:
        left = (
            f"ended early, {total - over:,} left out"
            if ended_early(results)
            else f"{total - over:,} have no result yet"
        )
        return f"{passed:,} of {plural(over, 'run')} passed, {left}"
    if passed == total:
        return f"all {plural(total, 'run')} passed" if total > 1 else "it passed"
    return f"{total - passed:,} of {plural(total, 'run')} did not pass"
