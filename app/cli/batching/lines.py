"""The progress of a batch as lines: a few for people who read a log, one a change for programs, or none."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from app.batch.executor import Ending
from app.batch.plan import Item
from app.batch.planning import item_name
from app.batch.results import after_verdict
from app.batch.standing import count_words, pace_words, roughly
from app.batch.verdicts import Verdict
from app.cli.batching.tally import Tally
from app.cli.narrating.text import shortened
from app.cli.said import as_json
from app.cli.spoken import is_spoken, sentence
from app.safety import clean, one_line
from app.state import Spent
from app.state.words import kind_of, known_usd, paid_at_all

if TYPE_CHECKING:
    from app.batch.results import Results

SELDOM = 3.0  # seconds between lines, at least
AT_LATEST = 30.0  # seconds after which one says that it still goes on
STEPS = 20  # lines of a batch that goes quickly
MOST_TOLD = 20  # failures told one by one; the summary groups them all
_TOLD_ONCE = ("signal", "batch")  # why runs are paused that says nothing of them: it is the batch that stops
_LONGEST = 160  # cells of why
Why = Callable[[Ending], str]


class Progress(Protocol):
    """What is shown while a batch is performed."""

    def begins(self, item: Item) -> None:
        """A run is handed out."""
        ...

    def ended(self, item: Item, ending: Ending, verdict: Verdict) -> None:
        """It has come back."""
        ...

    def tick(self) -> None:
        """Time has passed."""
        ...

    def say(self, text: str) -> None:
        """Say something on stderr that is not about one run."""
        ...

    def finish(self) -> None:
        """Nothing more is performed."""
        ...


def progress_for(args: argparse.Namespace, tally: Tally, why: Why) -> Progress:
    """The one that was asked for, or that suits who reads it."""
    if args.json:
        return JsonLines(tally, why)
    if args.quiet:
        return Silence()
    if sys.stderr.isatty() and not is_spoken() and _redraws():
        from app.cli.batching.live import Live

        return Live(tally, why)
    return Lines(tally, why)


def _redraws() -> bool:
    import os

    return os.environ.get("TERM") != "dumb"


class Silence:
    """No progress."""

    def begins(self, item: Item) -> None:
        pass

    def ended(self, item: Item, ending: Ending, verdict: Verdict) -> None:
        pass

    def tick(self) -> None:
        pass

    def say(self, text: str) -> None:
        sys.stderr.write(f"{clean(text)}\n")
        sys.stderr.flush()

    def finish(self) -> None:
        pass


class Lines(Silence):
    """For a log: how far it is from time to time, and each failure at once."""

    def __init__(self, tally: Tally, why: Why, clock: Callable[[], float] = time.monotonic) -> None:
        self._tally = tally
        self._why = why
        self._clock = clock
        self._told_at = clock()
        self._told_over = tally.over
        self._failures = 0

    def ended(self, item: Item, ending: Ending, verdict: Verdict) -> None:
        if verdict != "passed" and ending.reason not in _TOLD_ONCE:
            self._failures += 1
            if self._failures <= MOST_TOLD:
                self.say(self._line(f"{verdict}:", item_name(self._tally.plan, item), self._why(ending)))
            if self._failures == MOST_TOLD:
                self.say("those that follow are told at the end")

    def tick(self) -> None:
        since = self._clock() - self._told_at
        more = self._tally.over - self._told_over
        if since >= AT_LATEST or (since >= SELDOM and more * STEPS >= self._tally.total):
            self._told_at, self._told_over = self._clock(), self._tally.over
            self.say(standing_line(self._tally))

    def _line(self, verdict: str, name: str, why: str) -> str:
        return f"{verdict} {one_line(name)}: {shortened(one_line(after_verdict(why)), _LONGEST)}"


def standing_line(tally: Tally) -> str:
    """How far it is: `142 of 270: 138 passed, 2 unmet; 12 runs a second; $1.20; about 12 s left`."""
    counts = ", ".join(said for _, said in count_words(tally.counts)) or "none yet"
    parts = [f"{tally.over:,} of {tally.total:,}: {counts}", *figures(tally)]
    return sentence("; ".join(parts)) if is_spoken() else "; ".join(parts)


def figures(tally: Tally) -> list[str]:
    """Pace, cost and the time that is left, as far as they are known."""
    silent = tally.silence
    told = [pace_words(tally.pace)] if tally.ended and tally.pace and not silent else []
    if spent := paid_at_all(tally.spent):
        told.append(f"{spent} {kind_of(tally.spent).word}".rstrip())
    if (left := tally.left) is not None:
        told.append(f"about {roughly(left)} left" if left >= 10 else f"{roughly(left)} left")
    if silent:
        told.append(f"nothing has ended for {roughly(silent)}")
    return told


class JsonLines(Silence):
    """For programs: everything that happens, one a line."""

    def __init__(self, tally: Tally, why: Why, clock: Callable[[], float] = time.monotonic) -> None:
        self._tally = tally
        self._why = why
        self._clock = clock
        self._told_at = clock()
        self._over = tally.over

    def begins(self, item: Item) -> None:
        write("run.begun", run=item.run, **self._about(item))

    def ended(self, item: Item, ending: Ending, verdict: Verdict) -> None:
        write(
            "run.ended",
            run=item.run,
            **self._about(item),
            verdict=verdict,
            outcome=ending.outcome,
            cost_usd=known_usd(Spent(ending.cost_usd, unpriced=ending.unpriced)),
            tokens=ending.usage.total,
            seconds=ending.seconds,
            why=self._why(ending) if verdict != "passed" else "",
        )

    def tick(self) -> None:
        if self._clock() - self._told_at < SELDOM or self._over == self._tally.over:
            return
        self._told_at, self._over = self._clock(), self._tally.over
        tally = self._tally
        write(
            "batch.progress",
            batch=tally.plan.batch,
            over=tally.over,
            of=tally.total,
            counts=dict(tally.counts),
            under_way=len(tally.under_way),
            runs_per_second=tally.pace,
            cost_usd=known_usd(tally.spent),
            seconds_left=tally.left,
        )

    def _about(self, item: Item) -> dict[str, Any]:
        scenario = self._tally.plan.sources[item.source].scenario
        return {"scenario": scenario, "cell": item.cell, "repeat": item.repeat + 1, "seed": item.seed}


def write(kind: str, **told: Any) -> None:
    """One line of what happens."""
    sys.stdout.write(as_json({"kind": kind, **told}))
    sys.stdout.flush()


def begun_line(tally: Tally, before: Results | None) -> None:
    """The first one."""
    plan = tally.plan
    write(
        "batch.begun",
        batch=plan.batch,
        title=plan.title,
        mode=plan.mode,
        runs=tally.total,
        over=tally.over,
        axes=list(plan.axes),
        budget=plan.budget,
        resumed=before is not None,
    )
