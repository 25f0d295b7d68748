"""Go, hold or roll back: measured figures held against thresholds with hold times.

A rule has fired once every figure has been beyond its line for as long as it says, from the first such figure to the
last, as alerting systems count. What was beyond it for less is a spike, and decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

from app.tools.base import ToolError
from app.tools.rows import Row, check_columns, columns_of

Level = Literal["warn", "critical"]
_RANK = ("ok", "spike", "pending", "unknown", "warn", "critical")
_LARGEST = 1e15
_SOME_DAY = datetime(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class Rule:
    """Beyond which line a measure counts, and how long it has to stay there."""

    measure: str
    level: Level
    line: float
    hold: int  # seconds
    trigger: str  # what it is called when it fires
    below: bool = False  # for what should be high, such as a share of successes

    def beyond(self, value: float) -> bool:
        return value < self.line if self.below else value > self.line

    @property
    def shown(self) -> str:
        return f"{'below' if self.below else 'above'} {self.line:g} for {lasting(self.hold)}"


class Figure(NamedTuple):
    """One figure of a measure."""

    second: float
    at: str  # as it was written
    value: float


class Finding(NamedTuple):
    """What a rule says about its figures."""

    rule: Rule
    level: str  # one of _RANK
    reason: str


def judged(rows: list[Row], rules: list[Rule], watch: float) -> dict[str, Any]:
    """Decide: roll back on what was critical for long enough, hold on what is worrying or not known, else go."""
    moments = _moments(rows)
    series = {measure: _figures(rows, moments, measure) for measure in dict.fromkeys(rule.measure for rule in rules)}
    watched = moments[-1] - moments[0]
    findings = [_finding(rule, series[rule.measure], moments[-1]) for rule in rules]
    gravest = [_gravest([one for one in findings if one.rule.measure == measure]) for measure in series]
    told = {level: [one for own in gravest for one in own if one.level == level] for level in _RANK}
    known = told["warn"] + told["unknown"] + told["pending"]
    short = [f"watched for {lasting(watched)}; {lasting(watch)} are wanted"] if watched < watch else []
    against = [one.reason for one in told["critical"] + known] + short
    calm = [] if against else [f"watched for {lasting(watched)}, and nothing stayed beyond its line"]
    return {
        "decision": "roll_back" if told["critical"] else "hold" if against else "go",
        "reasons": against + calm + [one.reason for one in told["spike"]],
        "triggers": list(dict.fromkeys(one.rule.trigger for one in told["critical"])),
        "watched": lasting(watched),
        "measures": [_summary(own, series[own[0].rule.measure]) for own in gravest],
    }


def lasting(seconds: float) -> str:
    """Return a time as people write it: 90s, 5m, 2h."""
    for unit, size in (("h", 3600), ("m", 60)):
        if seconds >= size and seconds % size == 0:
            return f"{seconds / size:g}{unit}"
    return f"{seconds:g}s"


def _finding(rule: Rule, figures: list[Figure], end: float) -> Finding:
    """Say how one rule stands: fired, on the way there, blind, once nearly, or content."""
    runs = list(_runs(rule, figures))
    longest = max(runs, key=_length, default=None)
    if longest and _length(longest) >= rule.hold:
        return Finding(rule, rule.level, f"{_told(rule, longest)} ({rule.level} {rule.shown})")
    if not figures or figures[-1].second < end:
        since = f"after {figures[-1].at}" if figures else "at all"
        return Finding(rule, "unknown", f"{rule.measure}: no figure {since}")
    if runs and runs[-1][-1] is figures[-1]:
        return Finding(rule, "pending", f"{_told(rule, runs[-1])}, not yet {lasting(rule.hold)} ({rule.level})")
    if longest:
        return Finding(rule, "spike", f"{_told(rule, longest)}, a spike: {rule.level} is {rule.shown}")
    return Finding(rule, "ok", "")


def _runs(rule: Rule, figures: list[Figure]) -> Iterable[list[Figure]]:
    """Give the figures in a row that were beyond the line, run by run."""
    run: list[Figure] = []
    for figure in figures:
        if rule.beyond(figure.value):
            run.append(figure)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _length(run: list[Figure]) -> float:
    return run[-1].second - run[0].second


def _told(rule: Rule, run: list[Figure]) -> str:
    worst = _worst(rule.below, run)
    during = f"from {run[0].at} to {run[-1].at}" if len(run) > 1 else f"at {run[0].at}"
    return f"{rule.measure} {during}, {worst:g} at worst"


def _worst(below: bool, figures: list[Figure]) -> float:
    return (min if below else max)(figure.value for figure in figures)


def _gravest(own: list[Finding]) -> list[Finding]:
    """Return what is told of one measure: its gravest findings; of a spike over several lines, one."""
    level = max((finding.level for finding in own), key=_RANK.index)
    found = [finding for finding in own if finding.level == level]
    return found[-1:] if level in ("ok", "spike") else found


def _summary(own: list[Finding], figures: list[Figure]) -> dict[str, Any]:
    rule = own[0].rule
    return {
        "measure": rule.measure,
        "last": figures[-1].value if figures else None,
        "worst": _worst(rule.below, figures) if figures else None,
        "level": own[0].level,
    }


def _moments(rows: list[Row]) -> list[float]:
    """Return when each row was measured, in seconds since some moment that is the same for all."""
    check_columns(["at"], columns_of(rows))
    moments = [_second(row.get("at"), number) for number, row in enumerate(rows, 1)]
    for number in range(1, len(rows)):
        if moments[number] <= moments[number - 1]:
            raise ToolError(
                "bad_arguments",
                f"row {number + 1}, at: {str(rows[number]['at'])[:40]} does not come after the row before",
                "sort by at; across midnight, write dates as well",
            )
    return moments


def _second(at: Any, number: int) -> float:
    if isinstance(at, int | float) and not isinstance(at, bool) and abs(at) < _LARGEST:
        return at * 60
    try:
        moment = datetime.fromisoformat(f"{_SOME_DAY:%Y-%m-%d} {at}" if isinstance(at, str) and len(at) <= 8 else at)
    except (TypeError, ValueError):
        raise ToolError(
            "bad_arguments",
            f"row {number}, at: {str(at)[:40]!r} is no time",
            "write 14:05, 14:05:30, a date with a time, or a number of minutes",
        ) from None
    return (moment.replace(tzinfo=None) - (moment.utcoffset() or timedelta()) - _SOME_DAY).total_seconds()


def _figures(rows: list[Row], moments: list[float], measure: str) -> list[Figure]:
    """Return the figures of a measure; an empty cell is none."""
    check_columns([measure], columns_of(rows))
    found = []
    for number, (row, second) in enumerate(zip(rows, moments, strict=True), 1):
        value = row.get(measure)
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < _LARGEST:
            raise ToolError(
                "bad_arguments", f"row {number}, {measure}: {str(value)[:40]!r} is no number", "or leave the cell empty"
            )
        found.append(Figure(second, str(row["at"]), value))
    return found
