"""How the runs of a batch stand, in letters and colours, and why one did not pass: the same wherever it is told."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from app.batch.verdicts import PAUSED, Verdict
from app.events import ExpectationChecked
from app.safety import one_line
from app.state.words import because

if TYPE_CHECKING:
    from app.batch.executor import Ending
    from app.journal import Journal

# In the order in which they are told. Each has a mark of its own, so that a bar can be read without its colours.
MARKS: dict[Verdict, tuple[str, str]] = {
    "passed": ("━", "good"),
    "unmet": ("U", "error"),
    "failed": ("F", "error"),
    "exhausted": ("E", "warning"),
    "paused": ("P", "warning"),
    "running": ("▸", "accent"),
    "waiting": ("·", "dim"),
}


def named(text: str) -> str:
    """What an option names; in a script a variable that is not set would else leave the option out without a word."""
    if not text.strip():
        raise argparse.ArgumentTypeError("nothing is named; is a variable of your script empty?")
    return text


def why_not(ending: Ending, journal: Journal) -> str:
    """In one line, why a run that ended just now did not pass; what was expected of it stands in its events."""
    if ending.failure is not None:
        return one_line(because(ending.failure))
    if ending.status == "paused":
        if ending.reason == "gate":
            return one_line(f"{PAUSED['gate']} at {ending.detail}")
        return one_line(ending.detail or PAUSED.get(ending.reason, ending.reason))
    from app.batch.results import missed

    checks = [event for event in journal.recorded(ending.run) if isinstance(event, ExpectationChecked)]
    return one_line("; ".join(missed(check.about, check.found) for check in checks if not check.met))
