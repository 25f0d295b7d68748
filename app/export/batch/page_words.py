"""The words of a batch's page: text of anybody made fit for it, how runs stand, and lists that are folded away."""

from __future__ import annotations

from html import escape

from app.batch.comparing.words import WHAT
from app.batch.results import ItemResult
from app.batch.statistics import Measure, NoStatistics, rate_interval, rate_told
from app.batch.verdicts import SAID, Verdict
from app.safety import one_line
from app.state.words import plural

# In the order in which they are told. Each has a letter of its own, so that a bar can be read without its colours.
LETTERS: dict[Verdict, str] = {
    "passed": "✓", "unmet": "U", "failed": "F", "exhausted": "E", "paused": "P", "running": "▸", "waiting": "·",
}  # fmt: skip
TONES: dict[Verdict, str] = {
    "passed": "good", "unmet": "error", "failed": "error", "exhausted": "warning", "paused": "warning",
}  # fmt: skip
_SHORT_ID = 8


def words(text: str, most: int = 600) -> str:
    """Text of anybody in one line, fit to stand in a page."""
    return escape(cut(text, most))


def name(text: str) -> str:
    """The name of a scenario and its cell, which may be broken where it joins."""
    return words(text).replace("=", "=<wbr>").replace(".", ".<wbr>")


def cut(text: str, most: int) -> str:
    """Text of anybody in one line, without keys and signs that drive anything, and no longer than that."""
    line = one_line(text)
    return line if len(line) <= most else f"{line[: most - 1]}…"


def count(runs: int) -> str:
    """So many runs."""
    return plural(runs, "run")


def meaning(verdict: Verdict) -> str:
    """What a verdict says, without its name."""
    return SAID[verdict].partition(": ")[2]


def called(measure: Measure) -> str:
    """A measure, as a head."""
    return WHAT[measure].capitalize()


def command(item: ItemResult) -> str:
    """What to type to see a run."""
    return f"footlights replay {short(item.item.run)}"


def short(name: str) -> str:
    """As much of an id as is needed to find what it stands for."""
    return one_line(name[-_SHORT_ID:])


def between(passed: int, of: int) -> tuple[float, float] | None:
    """Where a pass rate lies with 95 % confidence; nothing where nothing is over, or the library is missing."""
    if not of:
        return None
    try:
        return rate_interval(passed, of)
    except NoStatistics:
        return None


def told_between(interval: tuple[float, float] | None) -> str:
    """An interval of a rate, in words."""
    return "" if interval is None else rate_told(*interval)
