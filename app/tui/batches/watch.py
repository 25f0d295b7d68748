"""A batch as its screen sees it: read from the archive once, and from then on only what has changed in it.

Nothing but the archive is asked, so a batch that another process performs is seen as one that is performed here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.batch.plan import Plan, decoded
from app.batch.planning import item_name
from app.batch.results import ItemResult, Results
from app.batch.standing import silence, spent_so_far
from app.batch.verdicts import OVER, Verdict, verdict_of
from app.events import Failure, RunFinished
from app.journal.batches import BatchRow, Stand
from app.journal.rows import INTERRUPTED
from app.state import Spent
from app.state.spending import NOTHING
from app.state.words import plural

if TYPE_CHECKING:
    from app.journal import Archive

PAGE = 1000  # ends of runs that are read in one look, so that the first ones are seen at once
LATELY = 200  # ends by which the pace is told
ENOUGH = 5  # ends before which nobody knows how long the rest will take


@dataclass(frozen=True, slots=True)
class Standing:
    """One item, as it stands."""

    verdict: Verdict = "waiting"
    seq: int = 0  # of its last event
    reason: str = ""  # of a pause
    outcome: str = ""
    cost_usd: float = 0.0
    tokens: int = 0
    seconds: float | None = None  # of the run's own time, when it is over
    unpriced: int = 0
    failure: Failure | None = None
    ended: int = 0  # wall clock, microseconds

    @property
    def over(self) -> bool:
        """Has it its final result?"""
        return self.verdict in OVER


WAITING = Standing()


@dataclass(frozen=True, slots=True)
class News:
    """What has changed since the last look."""

    row: BatchRow
    plan: Plan | None  # at the first look
    standings: Mapping[str, Standing]  # by run
    is_all: bool  # nothing is left for another look


class Watch:
    """What is known of a batch. `read` belongs into a thread, `take` to whoever draws; one look at a time."""

    def __init__(self, wanted: str) -> None:
        self.batch = wanted  # its id; as somebody has written it, until the first look
        self.row: BatchRow | None = None
        self.plan: Plan | None = None
        self.standings: list[Standing] = []
        self.counts: Counter[Verdict] = Counter()
        self.cost_usd = 0.0
        self.unpriced = 0
        self.ends: list[tuple[int, bool]] = []  # when each ended, and whether it passed
        self.revision = 0
        self.is_read = False  # all that there was at the last look
        self.removed = 0  # runs, by somebody, since it was read
        self.is_gone = False  # and with the last one the batch
        self._begun = 0  # the last end there was when it was begun, or gone on with
        self._places: dict[str, int] = {}

    # Reading

    async def read(self, archive: Archive) -> News:
        """Look what has changed."""
        row = await archive.batch(self.batch)
        plan = decoded(await archive.batch_plan(row.batch)) if self.plan is None else None
        stands = await archive.batch_stands(row.batch)
        changed = [stand for stand in stands if self._has_changed(stand)]
        ended = [stand for stand in changed if _is_over(stand)]
        ends = await archive.last_events([stand.run for stand in ended[:PAGE]]) if ended else {}
        left_out = {stand.run for stand in ended[PAGE:]}
        standings = {stand.run: _standing(stand, ends.get(stand.run)) for stand in changed if stand.run not in left_out}
        return News(row, plan, standings | self._removed(stands), not left_out)

    def _removed(self, stands: Sequence[Stand]) -> dict[str, Standing]:
        """Runs that somebody has removed since: they wait to be performed anew."""
        here = {stand.run for stand in stands}
        return {run: WAITING for run, place in self._places.items() if self.standings[place].seq and run not in here}

    def _has_changed(self, stand: Stand) -> bool:
        place = self._places.get(stand.run)
        if place is None:
            return True
        known = self.standings[place]
        return known.seq != stand.seq or (not known.over and known.verdict != _open_verdict(stand))

    def take(self, news: News) -> bool:
        """Know it; was there anything new?"""
        if news.plan is not None:
            self.plan = news.plan
            self.standings = [WAITING] * len(news.plan.items)
            self.counts = Counter({WAITING.verdict: len(news.plan.items)})
            self._places = {item.run: place for place, item in enumerate(news.plan.items)}
        is_new = news.row != self.row or bool(news.standings)
        if self.row is not None and news.row.performer != self.row.performer:
            self._begun = max((at for at, _ in self.ends), default=0)
        self.row, self.batch, self.is_read = news.row, news.row.batch, news.is_all
        for run, standing in news.standings.items():
            if (place := self._places.get(run)) is not None:
                self._replace(place, standing)
        self.revision += is_new
        return is_new

    def lose(self) -> None:
        """The archive has it no more."""
        for place in self._places.values():
            self._replace(place, WAITING)
        self.is_gone = True
        self.revision += 1

    def _replace(self, place: int, standing: Standing) -> None:
        before = self.standings[place]
        self.removed += bool(before.seq and not standing.seq) - bool(standing.seq and not before.seq and self.removed)
        self.standings[place] = standing
        self.counts[before.verdict] -= 1
        self.counts[standing.verdict] += 1
        self.cost_usd += standing.cost_usd - before.cost_usd
        self.unpriced += standing.unpriced - before.unpriced
        if before.over:
            self.ends.remove((before.ended, before.verdict == "passed"))
        if standing.over:
            self.ends.append((standing.ended, standing.verdict == "passed"))

    # What follows from it

    @property
    def total(self) -> int:
        """How many items there are."""
        return len(self.standings)

    @property
    def over(self) -> int:
        """How many have their final result."""
        return sum(self.counts[verdict] for verdict in OVER)

    @property
    def is_performed(self) -> bool:
        """Does somebody perform it now?"""
        return self.row is not None and bool(self.row.performer)

    @property
    def is_over(self) -> bool:
        """Is all of it performed?"""
        return bool(self.standings) and self.over == self.total

    @property
    def may_have_ended_early(self) -> bool:
        """Was it to end as soon as its comparison is clear, and did something end it?"""
        return bool(self.plan is not None and self.plan.looks and self.row is not None and self.row.stopped)

    @property
    def asking(self) -> int:
        """How many runs wait for a person's answer."""
        return sum(standing.reason == "gate" for standing in self.standings if not standing.over)

    @property
    def why_left(self) -> str:
        """Why nobody performs the rest, where nobody has noted it."""
        if self.is_gone:
            return "somebody has removed it, with all its runs"
        if self.removed and self.removed == self.total - self.over:
            return f"{plural(self.removed, 'run')} of it {'was' if self.removed == 1 else 'were'} removed"
        if self.counts["waiting"] or any(standing.reason == INTERRUPTED for standing in self.standings):
            return "whoever performed it is gone"
        return "all that is left waits for a person" if self.asking else "all that is left is paused"

    @property
    def spent(self) -> Spent:
        """What it has cost; how far each figure can be trusted, all its calls tell."""
        return NOTHING if self.plan is None else spent_so_far(self.plan, self.cost_usd, self.unpriced)

    @property
    def rate(self) -> float | None:
        """Which part of those that are over passed."""
        return self.counts["passed"] / self.over if self.over else None

    @property
    def _lately(self) -> list[int]:
        return [at for at, _ in self.ends[-LATELY:] if at > self._begun]

    def pace(self, now: int) -> float:
        """Runs a second, lately; it falls while nothing ends. `now` is wall clock, in microseconds."""
        last = self._lately
        seconds = (now - min(last)) / 1e6 if last else 0.0
        return (len(last) - 1) / seconds if seconds > 0 else 0.0

    def left(self, now: int) -> float | None:
        """Seconds that the rest takes at this pace; nothing while too few have ended to say, and in a silence."""
        if silence([at / 1e6 for at in sorted(self._lately)], now / 1e6):
            return None
        pace, rest = self.pace(now), self.counts["waiting"] + self.counts["running"]
        return rest / pace if len(self.ends) >= ENOUGH and rest and pace else None

    def rates(self, points: int) -> list[float]:
        """The pass rate so far, at so many moments from the first end to the last."""
        found: list[float] = []
        passed, count = 0, len(self.ends)
        for number, (_, is_passed) in enumerate(sorted(self.ends, key=lambda end: end[0]), 1):
            passed += is_passed
            if number * points // count > len(found):
                found.append(passed / number)
        return found

    def item(self, place: int) -> ItemResult:
        """One item, as far as it is known without its events."""
        assert self.plan is not None
        item, standing = self.plan.items[place], self.standings[place]
        cost = standing.cost_usd
        spent = spent_so_far(self.plan, cost, standing.unpriced)
        return ItemResult(
            place + 1, item, item_name(self.plan, item), self.plan.sources[item.source].scenario, standing.verdict,
            standing.outcome, standing.reason, cost, spent, standing.tokens, standing.seconds, failure=standing.failure,
        )  # fmt: skip

    def results(self) -> Results:
        """All of it, as far as it is known without events: enough for a map of its cells."""
        assert self.row is not None and self.plan is not None
        return Results(self.row, self.plan, tuple(self.item(place) for place in range(self.total)))


def verdicts_of(counts: Sequence[tuple[str, bool, bool, int]], waiting: int) -> Counter[Verdict]:
    """How many runs of a batch stand how; from the counts of the archive."""
    found: Counter[Verdict] = Counter({WAITING.verdict: waiting})
    for status, expected, excused, count in counts:
        stand = Stand("", status, "", 0, 0.0, 0, 0)
        over = _over_verdict(status, expected, excused)
        found[over if _is_over(stand) else _open_verdict(stand)] += count
    return found


def _is_over(stand: Stand) -> bool:
    return stand.status not in ("running", "paused", INTERRUPTED)


def _open_verdict(stand: Stand) -> Verdict:
    return "running" if stand.status == "running" else "paused"


def _over_verdict(outcome: str, expected: bool, excused: bool) -> Verdict:
    return verdict_of(outcome, expected=expected, excused=excused)  # type: ignore[arg-type]


def _standing(stand: Stand, end: object) -> Standing:
    reason = stand.status if stand.status == INTERRUPTED else stand.reason
    known = Standing(
        _open_verdict(stand), stand.seq, reason, cost_usd=stand.cost_usd, tokens=stand.tokens, ended=stand.ended
    )
    if not isinstance(end, RunFinished):
        return known
    return replace(
        known,
        verdict=_over_verdict(end.outcome, end.expected, end.excused),
        outcome=end.outcome,
        cost_usd=end.cost_usd,
        seconds=end.mono / 1000,
        unpriced=end.unpriced,
        failure=end.failure,
    )
