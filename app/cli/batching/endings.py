"""How a batch ends for the shell: one number, and the words that go on with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.batch.comparing.stopping import ended_early
from app.cli.endings import DONE, EXHAUSTED, FAILED, NEEDS_A_PERSON, SIGNALLED, UNMET
from app.state.words import plural, short_id

if TYPE_CHECKING:
    from app.batch.conducting import Conducted
    from app.batch.results import Results


def exit_code_of(
    results: Results, conducted: Conducted | None, signal: int | None = None, *, is_worse: bool = False
) -> int:
    """The first that applies: a signal, a person missing, a budget spent, expectations unmet, failed, done."""
    if signal is not None and (conducted is None or conducted.left):
        return SIGNALLED + signal
    if any(item.verdict == "paused" and item.reason in ("gate", "person") for item in results.items):
        return NEEDS_A_PERSON
    if any(item.met_its_limit or item.waits_for_budget for item in results.items):
        return EXHAUSTED
    if results.count("unmet") or is_worse:
        return UNMET
    is_missing = len(results.over) < len(results.items)  # it may have been removed meanwhile
    was_left = conducted is None or (is_missing and not ended_early(results))
    return FAILED if results.count("failed") or was_left else DONE


def how_to_go_on(batch: str, left: int) -> str:
    """What to type next about a batch that was left before its end."""
    if not left:
        return ""
    missing = "1 run is missing" if left == 1 else f"{plural(left, 'run')} are missing"
    return f"{missing}; footlights batch --resume {short_id(batch)} goes on"
