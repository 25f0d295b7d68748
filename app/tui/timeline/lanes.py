"""The lanes of a timeline: one for each agent, or one for each step as a tree, with the bars that belong in each."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from app.state import NOTHING, RunState
from app.state.words import Spending
from app.tui.timeline.gantt import Bar, Gantt

if TYPE_CHECKING:
    from app.playback.show import Show
    from app.state import RunState, StepState

By = Literal["agent", "step"]
Figures = tuple[int, int, Spending]  # milliseconds at work, tokens, money

MOST_TRACKS = 4  # rows of one lane; what is done at the same time beyond that shares the last
MANY = 40  # lanes beyond which steps inside others are folded until somebody opens them
TOOLS, PEOPLE = "tools", "people"  # lanes of what no agent does


@dataclass(frozen=True, slots=True)
class Lane:
    """One line of a timeline, or a few where things are done at the same time."""

    thing: str  # as the inspector names it; empty for a lane that stands for nothing
    title: str
    glyph: str
    color: str
    tracks: tuple[tuple[Bar, ...], ...]
    depth: int = 0
    folded: bool | None = None  # whether what is inside it is hidden; None where nothing is
    span: tuple[int, int | None] | None = None  # of a step: from when to when it lasted
    status: str = ""
    figures: Figures = (0, 0, NOTHING)
    says: str = ""  # why a step was skipped

    @property
    def bars(self) -> Iterator[Bar]:
        """All of them."""
        return (bar for track in self.tracks for bar in track)


def lanes(show: Show, by: By = "agent") -> list[Lane]:
    """The lanes of a show, for whoever wants them once."""
    gantt = Gantt()
    gantt.follow(show)
    return lanes_of(gantt, show.state, by, folded_at_first(show.state))


def lanes_of(gantt: Gantt, state: RunState, by: By, folded: Collection[str]) -> list[Lane]:
    """The lanes of what a Gantt holds; steps in `folded` hide what is inside them, and show its bars instead."""
    return list(_by_agent(gantt, state) if by == "agent" else _by_step(gantt, state, folded))


def folded_at_first(state: RunState) -> set[str]:
    """Where there are too many steps to be seen, those that hold others are folded, the deepest first."""
    holders = [step for step in state.steps.values() if step.children]
    hidden = 0
    folded: set[str] = set()
    for step in sorted(holders, key=lambda step: (-_depth(state, step), -len(step.children))):
        if len(state.steps) - hidden <= MANY:
            break
        folded.add(step.path)
        hidden += len(step.children)
    return folded


def lane_of(found: Sequence[Lane], thing: str) -> int | None:
    """The number of the lane that stands for a thing, or for the nearest step around it."""
    where = {lane.thing: number for number, lane in enumerate(found)}
    while thing not in where:
        shorter = thing[: max(thing.rfind("/"), thing.rfind("["), 0)]
        if not shorter:
            return None
        thing = shorter
    return where[thing]


# By agent


def _by_agent(gantt: Gantt, state: RunState) -> Iterator[Lane]:
    of: dict[str, list[Bar]] = {}
    for bar in gantt.bars:
        of.setdefault(_whose(bar, state), []).append(bar)
    titles = [agent.who.title for agent in state.agents.values()]
    for name, agent in state.agents.items():
        who, tally, bars = agent.who, agent.tally, of.get(f"agent:{name}", [])
        title = who.title if titles.count(who.title) == 1 and who.title else name
        figures = (_busy(bars, gantt.now), tally.tokens, tally)
        yield Lane(f"agent:{name}", title, who.glyph, who.color, tracks_of(bars), status=agent.status, figures=figures)
    for name in (TOOLS, PEOPLE):
        if name in of:
            yield Lane("", name, "", "white", tracks_of(of[name]), figures=(_busy(of[name], gantt.now), 0, NOTHING))


def _whose(bar: Bar, state: RunState) -> str:
    if bar.kind == "gate":
        return PEOPLE
    if bar.agent in state.agents:
        return f"agent:{bar.agent}"
    step = state.steps.get(bar.step)
    return f"agent:{step.agent}" if step is not None and step.agent in state.agents else TOOLS


# By step


def _by_step(gantt: Gantt, state: RunState, folded: Collection[str]) -> Iterator[Lane]:
    of: dict[str, list[Bar]] = {}
    shown = dict(_shown(state, folded))
    for bar in gantt.bars:
        of.setdefault(_shown_step(bar.step, shown), []).append(bar)
    if "" in of:
        yield Lane("", "the run", "", "white", tracks_of(of[""]))
    for path, depth in shown.items():
        step = state.steps[path]
        who = state.agents[step.agent].who if step.agent in state.agents else None
        yield Lane(
            f"step:{path}",
            path[len(step.parent) :].lstrip("/"),
            who.glyph if who else "",
            who.color if who else "white",
            tracks_of(of.get(path, [])),
            depth,
            path in folded if step.children else None,
            (step.began, step.ended),
            step.status,
            ((gantt.now if step.ended is None else step.ended) - step.began, step.tally.tokens, step.tally),
            step.reason,
        )


def _shown(state: RunState, folded: Collection[str]) -> Iterator[tuple[str, int]]:
    """Each step after the one it lies in, and how deep it lies; none of what is folded away."""
    waiting = [(path, 0) for path in reversed(state.roots)]
    while waiting:
        path, depth = waiting.pop()
        yield path, depth
        if path not in folded:
            waiting += [(child, depth + 1) for child in reversed(state.steps[path].children)]


def _shown_step(path: str, shown: Collection[str]) -> str:
    while path and path not in shown:
        path = path[: max(path.rfind("/"), path.rfind("["), 0)]
    return path


def _depth(state: RunState, step: StepState) -> int:
    depth = 0
    while step.parent:
        step, depth = state.steps[step.parent], depth + 1
    return depth


# What is done at the same time


def tracks_of(bars: Iterable[Bar]) -> tuple[tuple[Bar, ...], ...]:
    """The bars in as few rows as possible without one covering another; what belongs together stays in one row."""
    tracks: list[list[Bar]] = [[]]
    free: list[float] = [0]
    of: dict[str, int] = {}
    for bar in bars:
        row = of.get(bar.thing)
        if row is None or free[row] > bar.began:
            row = next((row for row, until in enumerate(free) if until <= bar.began), len(free))
            if row == len(free) and row < MOST_TRACKS:
                tracks.append([])
                free.append(0)
            row = of[bar.thing] = min(row, len(free) - 1)
        tracks[row].append(bar)
        free[row] = max(free[row], float("inf") if bar.ended is None else bar.ended)
    return tuple(map(tuple, tracks))


def _busy(bars: Iterable[Bar], now: int) -> int:
    """For how long something was done, whatever was done at the same time counted once."""
    busy, end = 0, 0
    for bar in bars:
        until = bar.until(now)
        busy += max(0, until - max(end, bar.began))
        end = max(end, until)
    return busy
