"""A timeline ready to be drawn: its lanes, what the run waited for, and which bars each handoff lies between. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import zip_longest

from app.state import RunState, Stretch, critical_path
from app.tui.timeline.gantt import Arrow, Bar, Gantt
from app.tui.timeline.lanes import By, Lane, lanes_of


@dataclass(frozen=True)
class Chart:
    """Everything that a timeline shows of a run at one moment."""

    gantt: Gantt
    lanes: Sequence[Lane]
    by: By
    path: Sequence[Stretch]
    colors: Mapping[str, str]  # by agent

    @cached_property
    def now(self) -> int:
        """How far the run has come."""
        return self.gantt.now

    def lane_of(self, thing: str) -> int | None:
        """The number of the lane that stands for a thing, or for the nearest step around it."""
        while thing not in self._numbers:
            shorter = thing[: max(thing.rfind("/"), thing.rfind("["), 0)]
            if not shorter:
                return None
            thing = shorter
        return self._numbers[thing]

    def place_of(self, bar: Bar) -> tuple[int, int] | None:
        """The lane and the track in which a bar lies."""
        return self._places.get(id(bar))

    def ends_of(self, arrow: Arrow) -> tuple[int | None, int | None]:
        """The lanes between which something was handed on."""
        if self.by == "agent":
            return self.lane_of(f"agent:{arrow.giver}"), self.lane_of(f"agent:{arrow.taker}")
        return self.lane_of(f"step:{arrow.source}"), self.lane_of(f"step:{arrow.step}")

    def given(self, arrow: Arrow) -> Bar | None:
        """What the giver did last before it was handed on; of that step, if anything."""
        of_step = [bar for bar in self._of(arrow.giver, arrow.seq, before=True) if bar.step == arrow.source]
        return of_step[-1] if of_step else next(reversed(self._of(arrow.giver, arrow.seq, before=True)), None)

    def taken(self, arrow: Arrow) -> Bar | None:
        """What the taker did first with it."""
        after = self._of(arrow.taker, arrow.seq, before=False)
        return next((bar for bar in after if bar.step == arrow.step), None)

    def is_critical(self, bar: Bar) -> bool:
        """Did the run wait for it?"""
        return id(bar) in self._critical

    def at(self, lane: int, moment: float, reach: float) -> Bar | None:
        """What goes on in a lane at a moment; else what is no farther away than that."""
        nearest: tuple[float, Bar] | None = None
        for bar in self.lanes[lane].bars if 0 <= lane < len(self.lanes) else ():
            until = bar.until(self.now)
            far = max(bar.began - moment, moment - until, 0.0)
            if far <= reach and (nearest is None or far <= nearest[0]):
                nearest = (far, bar)
        return nearest[1] if nearest else None

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {lane.thing: number for number, lane in enumerate(self.lanes) if lane.thing}

    @cached_property
    def _places(self) -> dict[int, tuple[int, int]]:
        return {
            id(bar): (number, track)
            for number, lane in enumerate(self.lanes)
            for track, bars in enumerate(lane.tracks)
            for bar in bars
        }

    @cached_property
    def _by_agent(self) -> dict[str, list[Bar]]:
        found: dict[str, list[Bar]] = {}
        for bar in self.gantt.bars:
            found.setdefault(bar.agent, []).append(bar)
        return found

    @cached_property
    def _critical(self) -> frozenset[int]:
        stretches: dict[str, list[Stretch]] = {}
        for stretch in self.path:
            stretches.setdefault(stretch.step, []).append(stretch)
        return frozenset(
            id(bar)
            for bar in self.gantt.bars
            if any(
                stretch.began < bar.until(self.now) and bar.began < stretch.ended
                for stretch in stretches.get(bar.step, ())
            )
        )

    def _of(self, agent: str, seq: int, *, before: bool) -> Sequence[Bar]:
        """A few bars of an agent around an event."""
        bars = self._by_agent.get(agent, [])
        at = bisect_left(bars, seq, key=lambda bar: bar.seq)
        return bars[max(0, at - _NEAR) : at] if before else bars[at : at + _NEAR]


_NEAR = 24  # bars that are looked at for the ends of a handoff


def chart_of(gantt: Gantt, state: RunState, by: By, folded: Collection[str]) -> Chart:
    """The chart of a run as far as it has come."""
    lanes = lanes_of(gantt, state, by, folded)
    colors = {name: agent.who.color for name, agent in state.agents.items()}
    return Chart(gantt, lanes, by, waited_for(gantt, state), colors)


def waited_for(gantt: Gantt, state: RunState) -> list[Stretch]:
    """The critical path; of a step that holds others, the chain of what ended last inside it."""
    path: list[Stretch] = []
    links = critical_path(state)
    for stretch, after in zip_longest(links, links[1:]):
        ended = stretch.ended
        if after is not None and after.step.startswith((f"{stretch.step}/", f"{stretch.step}[")):
            ended = after.began  # a turn is caused by its loop, which was busy with the turns before
        if ended > stretch.began:
            whole = Stretch(stretch.step, stretch.began, ended)
            path += _inside(whole, gantt) or [whole]
    return path


def _inside(stretch: Stretch, gantt: Gantt) -> list[Stretch]:
    """Back from the end: what ended last, then what ended last before that began, and so on."""
    lasting: dict[str, tuple[int, int, str]] = {}
    within = (f"{stretch.step}/", f"{stretch.step}[")
    for bar in gantt.bars:
        if bar.step.startswith(within) and bar.until(gantt.now) > bar.began:
            began, ended, _ = lasting.get(bar.thing, (bar.began, 0, ""))
            lasting[bar.thing] = (began, max(ended, bar.until(gantt.now)), bar.step)
    chain: list[Stretch] = []
    limit = stretch.ended
    for began, ended, step in sorted(lasting.values(), key=lambda each: (-each[1], each[0])):
        if ended <= limit and ended > stretch.began:
            chain.append(Stretch(step, max(began, stretch.began), ended))
            limit = began
    chain.reverse()
    return _as_one(chain)


def _as_one(chain: list[Stretch]) -> list[Stretch]:
    joined: list[Stretch] = []
    for stretch in chain:
        if joined and joined[-1].step == stretch.step:
            joined[-1] = Stretch(stretch.step, joined[-1].began, stretch.ended)
        else:
            joined.append(stretch)
    return joined
