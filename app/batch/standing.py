"""How a batch stands, in counts, shares of a bar and words: the same for every view of one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from app.batch.plan import Plan
from app.batch.verdicts import OPEN, OVER, Verdict
from app.state import Spent

ORDER: tuple[Verdict, ...] = (*OVER, *OPEN)  # in which they are told
PATIENCE = 10.0  # seconds without an end that say nothing yet
_SAID = {"running": "under way"}
_HOW = {"rehearsal": "rehearsed", "live": "live", "cassette": "from cassettes"}


def how_performed(mode: str, record: str = "") -> str:
    """Who answers in a batch; `record` is the folder into which that is written down."""
    return _HOW[mode] + (", recorded" if record else "")


def count_words(counts: Counter[Verdict]) -> Iterator[tuple[Verdict, str]]:
    """Of each verdict how many there are, those that are none left out."""
    for verdict in ORDER:
        if counts[verdict]:
            yield verdict, f"{counts[verdict]:,} {_SAID.get(verdict, verdict)}"


def spent_so_far(plan: Plan, cost_usd: float, unpriced: int) -> Spent:
    """What runs have cost, before all their calls are read: nobody pays for what is rehearsed or played."""
    if plan.mode == "rehearsal":
        return Spent(cost_usd, rehearsed_usd=cost_usd, rehearsed=1)
    if plan.mode == "cassette" and not plan.record:
        return Spent(played_usd=cost_usd, played=1)
    return Spent(cost_usd, unpriced=unpriced)


def shares(counts: Counter[Verdict], width: int) -> Iterator[tuple[Verdict, int]]:
    """How many cells of a bar each verdict takes: whatever there is takes one at least, and the most gives way."""
    total = counts.total()
    if not total:
        return
    cells = {verdict: max(1, counts[verdict] * width // total) for verdict in ORDER if counts[verdict]}
    while (off := width - sum(cells.values())) != 0:
        verdict = max(cells, key=lambda one: counts[one] * width / total - cells[one] if off > 0 else cells[one])
        if off < 0 and cells[verdict] == 1:
            break
        cells[verdict] += 1 if off > 0 else -1
    yield from cells.items()


def silence(moments: Sequence[float], now: float) -> float:
    """Seconds since the last of these ends, when it never took half as long between two; then nobody knows the pace."""
    since = now - moments[-1] if moments else 0.0
    longest = max((later - earlier for earlier, later in pairwise(moments)), default=0.0)
    return since if since > max(PATIENCE, 2 * longest) else 0.0


def roughly(seconds: float) -> str:
    """A time that nobody knows exactly: 40 s, 12 min, 3 h."""
    if seconds < 10:
        return "a few seconds"
    if seconds < 90:
        return f"{round(seconds, -1):.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h".replace(".0 h", " h")


def pace_words(pace: float) -> str:
    """A pace, by whichever unit makes it a number one can picture: 22 runs a second, 3.5 runs a minute."""
    for unit, seconds in (("a second", 1), ("a minute", 60)):
        if (number := pace * seconds) >= 1:
            return f"{number:,.0f} runs {unit}" if number >= 10 else f"{number:.1f} runs {unit}"
    return f"{pace * 3600:.1f} runs an hour"
