"""How far a batch has come: counted as its runs begin and end, with the pace of the last of them."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from app.batch.executor import Ending
from app.batch.plan import Item, Plan
from app.batch.standing import silence, spent_so_far
from app.batch.verdicts import OVER, Verdict
from app.state import Spent

if TYPE_CHECKING:
    from app.batch.results import Results

LATELY = 200  # runs by which the pace is told
ENOUGH = 5  # runs before which nobody knows how long the rest will take
MOST_FAILURES = 1000  # that are remembered one by one


class Tally:
    """What is known of a batch while it goes on."""

    def __init__(self, plan: Plan, clock: Callable[[], float], before: Results | None = None) -> None:
        self.plan = plan
        self.total = len(plan.items)
        self.counts: Counter[Verdict] = Counter()
        self.under_way: dict[str, Item] = {}
        self.failures: deque[tuple[Item, Ending, Verdict]] = deque(maxlen=MOST_FAILURES)
        self.ended = 0  # here, by this process
        self._clock = clock
        self._began = clock()
        self._moments: deque[float] = deque([self._began], maxlen=LATELY)
        self._cost = 0.0
        self._cost_before: dict[str, float] = {}  # of runs that are gone on with: their endings tell it again
        self._unpriced = 0
        if before is not None:
            self.counts.update(item.verdict for item in before.over)
            self._cost = before.cost_usd
            self._cost_before = {item.item.run: item.cost_usd for item in before.items if not item.over}

    def begins(self, item: Item) -> None:
        """A run is handed out."""
        self.under_way[item.run] = item

    def ends(self, item: Item, ending: Ending) -> Verdict:
        """It has come back."""
        self.under_way.pop(item.run, None)
        verdict = ending.verdict
        self.counts[verdict] += 1
        if verdict in OVER:
            self.ended += 1
            self._moments.append(self._clock())
        self._cost += max(0.0, ending.cost_usd - self._cost_before.pop(item.run, 0.0))
        self._unpriced += ending.unpriced
        if verdict != "passed":
            self.failures.append((item, ending, verdict))
        return verdict

    @property
    def over(self) -> int:
        """Runs that have their final result."""
        return sum(self.counts[verdict] for verdict in OVER)

    @property
    def waiting(self) -> int:
        """Runs that have not begun."""
        return self.total - self.counts.total() - len(self.under_way)

    @property
    def took(self) -> float:
        """Seconds since this process went about it."""
        return self._clock() - self._began

    @property
    def pace(self) -> float:
        """Runs a second, lately; it falls while nothing ends."""
        passed = self._clock() - self._moments[0]
        return (len(self._moments) - 1) / passed if passed > 0 else 0.0

    @property
    def silence(self) -> float:
        """Seconds in which nothing has ended, when that is strange: a worker hangs, or what is left takes longer."""
        return silence(self._moments, self._clock()) if self.ended else 0.0

    @property
    def left(self) -> float | None:
        """Seconds that the rest will take at this pace; nothing while too few have ended to say, and in a silence."""
        rest = self.waiting + len(self.under_way)
        return rest / self.pace if self.ended >= ENOUGH and rest and self.pace and not self.silence else None

    @property
    def spent(self) -> Spent:
        """What it has cost so far; how far each figure can be trusted is known when all is read again."""
        return spent_so_far(self.plan, self._cost, self._unpriced)
