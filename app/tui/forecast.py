"""What a run will still take: an honest range, worked out from its plan and what was done of it, or from earlier runs.

A guess is a middle and how far it may be off; guesses that follow one another add up, those side by side last as long
as the longest. Waiting for people is never counted: nobody knows it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf, sqrt

from app.events import Event, StepFailed, StepFinished, StepSkipped, definition
from app.state import RunState, StepState
from app.tui.intended import Planned
from app.tui.tracks import Bookmark, Track

ENOUGH = 3  # earlier runs that are trusted more than the plan
_LEAST = 0.25  # how far any guess may be off, as a share of it
_ALONE = 0.5  # the same, of a guess made from one case
_GATES = frozenset(("approve", "ask"))
# Kinds in which somebody speaks, and how often compared with the plain step: for each of those who act in it, from/to.
_SPOKEN = {"agent": (1, 1, False), "escalate": (1, 1, True), "team": (1, 2, True), "debate": (1, 3, True)}


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier run of the same scenario."""

    cost_usd: float
    took_ms: int


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is still to come, from and to."""

    cost_usd: tuple[float, float]
    ms: tuple[float, float]
    gates: int  # questions to people that are still to come


@dataclass(frozen=True, slots=True)
class _Guess:
    """A middle, and the square of how far it may be off."""

    middle: float = 0.0
    spread: float = 0.0

    def __add__(self, other: _Guess) -> _Guess:
        return _Guess(self.middle + other.middle, self.spread + other.spread)

    def times(self, least: float, most: float) -> _Guess:
        """So many of it, from and to."""
        middle = (least + most) / 2
        return _Guess(self.middle * middle, self.spread * middle + (self.middle * (most - least) / 2) ** 2)

    def less(self, already: float) -> _Guess:
        """What is left of it."""
        return _Guess(max(0.0, self.middle - already), self.spread)

    @property
    def range(self) -> tuple[float, float]:
        """From and to."""
        off = sqrt(self.spread)
        return max(0.0, self.middle - off), self.middle + off


_NOTHING = _Guess()


@dataclass(frozen=True, slots=True)
class _Toll:
    """What something takes: money and time."""

    cost: _Guess = _NOTHING
    ms: _Guess = _NOTHING


class Outlook:
    """Learns from a log what its steps take, and tells what those to come will."""

    def __init__(self, earlier: Sequence[Earlier] = ()) -> None:
        self._earlier = tuple(earlier)
        self._forget()

    def look(self, events: Sequence[Event], state: RunState) -> None:
        """See what is new in a log, and be where it ends now: it may be shorter than it was."""
        if not self._bookmark.fits(events):
            self._forget()
        for event in self._bookmark.unread(events):
            if isinstance(event, StepFinished | StepFailed | StepSkipped):
                self._over.setdefault(definition(event.step), event.seq)
            if isinstance(event, StepFinished) and event.outcome == "succeeded":
                self._learn(event, state.steps.get(event.step))
        self._seq = events[-1].seq if events else 0

    def forecast(self, state: RunState, plan: Mapping[str, Planned]) -> Forecast | None:
        """What is still to come; None when nobody can know yet, or nothing comes any more."""
        if state.over or state.start is None:
            return None
        gates = sum(1 for step in plan.values() if step.kind in _GATES and self._over.get(step.path, inf) > self._seq)
        knows = bool(plan) and self._case("") is not None
        toll = _from_history(state, self._earlier) if len(self._earlier) >= ENOUGH or not knows else None
        if toll is None and knows:
            toll = _Ahead(state, plan, self._case).scope("", "")
        return None if toll is None else Forecast(toll.cost.range, toll.ms.range, gates)

    def _forget(self) -> None:
        self._bookmark = Bookmark()
        self._seq = 0
        self._over: dict[str, int] = {}  # places in the plan, and the event with which each was over first
        self._known: dict[str, Track[_Case]] = {}  # by place in the plan, by who acted, and of all together as ""

    def _case(self, key: str) -> _Case | None:
        """What is known of steps of one sort, where the audience is."""
        track = self._known.get(key)
        return track.at(self._seq, None) if track is not None else None

    def _learn(self, event: StepFinished, step: StepState | None) -> None:
        if step is None or step.of != "agent" or step.count is not None:
            return
        for key in (definition(step.path), _who((step.agent,)), ""):
            known = self._known.setdefault(key, Track())
            known.put(event.seq, known.at(event.seq, _Case()).and_of(event.cost_usd, event.mono - step.began))


@dataclass(frozen=True, slots=True)
class _Case:
    """What steps of one sort took: how many there were, and the sums of what they took and of its squares."""

    count: int = 0
    cost: tuple[float, float] = (0.0, 0.0)
    ms: tuple[float, float] = (0.0, 0.0)

    def and_of(self, cost_usd: float, ms: float) -> _Case:
        """The same with one more."""
        return _Case(
            self.count + 1,
            (self.cost[0] + cost_usd, self.cost[1] + cost_usd**2),
            (self.ms[0] + ms, self.ms[1] + ms**2),
        )

    @property
    def toll(self) -> _Toll:
        return _Toll(_guess(self.count, *self.cost), _guess(self.count, *self.ms))


class _Ahead:
    """The part of a plan that is still to be performed."""

    def __init__(self, state: RunState, plan: Mapping[str, Planned], known: Callable[[str], _Case | None]) -> None:
        self._state = state
        self._known = known
        self._inside: dict[str, list[Planned]] = {}
        for step in plan.values():
            self._inside.setdefault(step.path.rpartition("/")[0], []).append(step)

    def scope(self, defined: str, at: str) -> _Toll:
        """What the steps inside a block take: all their money, and the time of the longest chain of them."""
        cost, ends = _NOTHING, dict[str, _Guess]()
        for step in self._inside.get(defined, ()):
            name = step.path.rpartition("/")[2]
            toll = self._step(step, f"{at}/{name}" if at else name)
            before = _longest(ends[need] for need in step.needs if need in ends)
            cost, ends[name] = cost + toll.cost, before + toll.ms
        return _Toll(cost, _longest(ends.values()))

    def _step(self, step: Planned, at: str) -> _Toll:
        state = self._state.steps.get(at)
        if state is not None and state.over:
            return _Toll()
        if step.path in self._inside:
            return self._block(step, at, state)
        if step.kind not in _SPOKEN:
            return _Toll()
        toll = self._spoken(step)
        if state is None or state.status == "waiting":
            return toll
        if state.count is not None:
            return self._items(toll, state)
        return _Toll(toll.cost.less(state.tally.cost_usd), toll.ms.less(self._state.mono - state.began))

    def _block(self, step: Planned, at: str, state: StepState | None) -> _Toll:
        turning = state is not None and any(child.rpartition("/")[2].isdigit() for child in state.children)
        if state is None or not turning:
            return self.scope(step.path, at)
        if state.until:
            return _Toll()
        rest = self.scope(step.path, f"{at}/{state.turn + 1}")
        again = self.scope(step.path, f"{at}/-")  # a turn that nobody has begun
        return _Toll(rest.cost + again.cost.times(0, 1), rest.ms + again.ms.times(0, 1))

    def _items(self, toll: _Toll, whole: StepState) -> _Toll:
        """A step for each item of a list: nobody knows how many go side by side."""
        done = sum(1 for path in whole.children if self._state.steps[path].over)
        left = max(0, (whole.count or 0) - done)
        return _Toll(toll.cost.times(left, left), toll.ms.times(min(1, left), left))

    def _spoken(self, step: Planned) -> _Toll:
        known = (self._known(step.path) or self._known(_who(step.agents)) or self._known("") or _Case()).toll
        least, most, each = _SPOKEN[step.kind]
        several = max(1, len(step.agents)) if each else 1
        first = 1 if step.kind == "escalate" else least * several  # it ends with the first who is sure
        return _Toll(known.cost.times(first, most * several), known.ms.times(first, most * several))


def _from_history(state: RunState, earlier: Sequence[Earlier]) -> _Toll | None:
    """What earlier runs took beyond where this one is; None when it went beyond them all."""
    if not earlier:
        return None
    together = _Case()
    for run in earlier:
        together = together.and_of(run.cost_usd, run.took_ms)
    cost, ms = together.toll.cost, together.toll.ms
    if state.mono >= ms.range[1]:
        return None
    return _Toll(cost.less(state.totals.cost_usd), ms.less(state.mono))


def _guess(count: int, total: float, squares: float) -> _Guess:
    if not count:
        return _NOTHING
    middle = total / count
    off = sqrt(max(0.0, squares / count - middle**2)) if count > 1 else middle * _ALONE
    return _Guess(middle, max(off, middle * _LEAST) ** 2)


def _longest(guesses: Iterable[_Guess]) -> _Guess:
    return max(guesses, key=lambda guess: guess.middle, default=_NOTHING)


def _who(agents: Sequence[str]) -> str:
    return f"@{agents[0]}" if agents else "@"
