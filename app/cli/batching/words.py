"""How the runs of a batch stand, in letters and colours, and why one did not pass: the same wherever it is told."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

import msgspec

from app.batch.verdicts import Verdict
from app.events import ExpectationChecked

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
    """Why a run that ended just now did not pass; what was expected of it stands in its events."""
    from app.batch.results import Check, why_of

    if ending.status == "paused":
        return why_of(None, (), ending.reason)
    said = {digest: msgspec.json.decode(value) for digest, value in journal.texts(ending.run).items()}
    events = journal.recorded(ending.run)
    checks = [Check.of(event, said) for event in events if isinstance(event, ExpectationChecked)]
    return why_of(ending.failure, checks, "")
