"""One agent's part in the play, out of what the audience has seen: what was said to them, what they said and did.

Every event is looked at once, however often a part is asked for and wherever the audience goes; of a part only its last
entries are worked out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

from app.events import (
    CallRouted,
    CallStarted,
    CallWaiting,
    Directed,
    Event,
    GateOpened,
    Handoff,
    Narration,
    Performer,
    RunStarted,
    StepFailed,
    StepFinished,
    StepSkipped,
    StepStarted,
    ToolStarted,
    ToolWaiting,
    definition,
)
from app.playback.show import Show
from app.state import RunState
from app.state.words import spaced
from app.tui.entries import Asked, Direction, Entry, Received, Skipped, brief, speech_of, use_of
from app.tui.intended import Planned, captions_in, in_order, plan_of, tools_in
from app.tui.tracks import Bookmark, Track

LAST = 24  # entries of a part that can be seen at once, with room to spare
_KEPT = 512  # finished entries that are kept ready


def script_of(show: Show, agent: str, last: int = LAST) -> list[Entry]:
    """The last entries of an agent's part, in the order in which they began."""
    book = book_of(show)
    return [entry for mark in book.marks(agent, last) if (entry := book.entry(show, mark)) is not None]


def first_task(show: Show, agent: str) -> str:
    """What an agent will do first, as it was planned: the title of their first step."""
    plan = in_order(book_of(show).plan)
    named = (planned.title or spaced(planned.path.rpartition("/")[2]) for planned in plan if agent in planned.agents)
    return brief(next(named, ""))


def book_of(show: Show) -> Book:
    """Everybody's parts; kept as long as the show, and open where its audience is."""
    book = _BOOKS.get(show)
    if book is None or not book.fits(show):
        book = _BOOKS[show] = Book()
    book.open(show)
    return book


class Book:
    """Where each entry of every part is found in the events. It does not hold the show: it goes when the show does."""

    def __init__(self) -> None:
        self._bookmark = Bookmark()
        self._state = RunState()
        self._seq = 0  # where the audience is
        self._plan: Track[dict[str, Planned]] = Track()  # by step
        self._speaks: Track[bool] = Track()  # does the play say anything to its audience?
        self._plays: Track[bool] = Track()  # does the play use tools, or mean to?
        self._uses: Track[str] = Track()  # tools as they were used, with an agent or without
        self._marks: dict[str, Track[Event]] = {}  # by agent: the event with which an entry began
        self._latest: dict[str, Track[None]] = {}  # by agent: when they did something
        self._steps: dict[str, Track[str]] = {}  # by place in the plan: the paths under which it was performed
        self._known: set[str] = set()  # calls and tools that have their entry
        self._paths: set[str] = set()
        self._finished: dict[str, tuple[object, Entry]] = {}

    def fits(self, show: Show) -> bool:
        """Is it the book of this show, wherever that is now?"""
        return self._bookmark.fits(show.events)

    def open(self, show: Show) -> None:
        """Look at the events that nobody has looked at, and be where the show is."""
        for event in self._bookmark.unread(show.events):
            self._look_at(show, event)
        self._state, self._seq = show.state, show.state.seq

    def marks(self, agent: str, most: int) -> list[Event]:
        """The events with which the last entries of a part began."""
        track = self._marks.get(agent)
        return track.last(self._seq, most) if track is not None else []

    def latest(self, agent: str) -> int:
        """The last event in which somebody did something."""
        track = self._latest.get(agent)
        return track.since(self._seq) if track is not None else 0

    def performed(self, planned: str) -> str:
        """The path under which a planned step was performed last; empty, when it was not yet."""
        track = self._steps.get(planned)
        return track.at(self._seq, "") if track is not None else ""

    @property
    def plan(self) -> dict[str, Planned]:
        """Every step as it was planned."""
        return self._plan.at(self._seq, {})

    @property
    def has_captions(self) -> bool:
        """Are there any in this play?"""
        return self._speaks.at(self._seq, False)

    @property
    def has_tools(self) -> bool:
        """Are any used in this play?"""
        return self._plays.at(self._seq, False)

    @property
    def uses(self) -> tuple[str, int]:
        """The use of a tool that began last, empty when none has; and how often one did."""
        return self._uses.at(self._seq, ""), self._uses.count(self._seq)

    def entry(self, show: Show, mark: Event) -> Entry | None:
        """What the entry that began with this event has become."""
        make = _MAKERS.get(type(mark))
        return None if make is None else make(self, show, mark)

    def _look_at(self, show: Show, event: Event) -> None:
        if isinstance(event, RunStarted):
            plan, source = plan_of(show.value(event.plan)), show.value(event.source)
            self._plan.put(event.seq, plan)
            self._speaks.put(event.seq, captions_in(source))
            self._plays.put(event.seq, tools_in(source) or any(step.kind == "tool" for step in plan.values()))
        elif isinstance(event, CallRouted | CallWaiting | CallStarted | ToolStarted | ToolWaiting):
            self._latest.setdefault(event.agent, Track()).put(event.seq, None)
            name = event.call or event.step
            if isinstance(event, ToolStarted):
                self._uses.put(event.seq, name)
                self._plays.put(event.seq, True)
            if name not in self._known:
                self._known.add(name)
                self._mark(event.agent, event)
        elif isinstance(event, Narration):
            self._speaks.put(event.seq, True)
        elif isinstance(event, StepStarted | StepFinished | StepFailed | StepSkipped):
            self._look_at_step(event)
        elif isinstance(event, Handoff):
            self._mark(event.taker, event)
        elif isinstance(event, Directed):
            self._mark(event.to, event)
        elif isinstance(event, GateOpened):
            planned = self._planned(event)
            self._mark(event.agent or (planned[0] if len(planned) == 1 else ""), event)

    def _look_at_step(self, event: StepStarted | StepFinished | StepFailed | StepSkipped) -> None:
        if event.step not in self._paths:
            self._paths.add(event.step)
            self._steps.setdefault(definition(event.step), Track()).put(event.seq, event.step)
        if isinstance(event, StepStarted) and event.caption is not None:
            self._speaks.put(event.seq, True)
        elif isinstance(event, StepSkipped):
            for agent in self._planned(event):
                self._mark(agent, event)

    def _mark(self, agent: str, event: Event) -> None:
        if agent:
            self._marks.setdefault(agent, Track()).put(event.seq, event)

    def _planned(self, event: Event) -> tuple[str, ...]:
        """Who would have acted in the step of an event."""
        planned = self._plan.at(event.seq, {}).get(definition(event.step))
        return planned.agents if planned is not None else ()

    # One entry

    def _speech(self, show: Show, mark: Event) -> Entry | None:
        call = self._state.calls.get(mark.call)
        if call is None:
            return None
        return self._kept(mark.call, call.ended, call.status == "finished", lambda: speech_of(show, call))

    def _use(self, show: Show, mark: Event) -> Entry | None:
        name = mark.call or mark.step
        tool = self._state.tools.get(name)
        if tool is None:
            return None
        return self._kept(name, tool.ended, tool.ended is not None, lambda: use_of(show, tool))

    def _kept(self, name: str, end: object, is_finished: bool, make: Callable[[], Entry]) -> Entry:
        """What is finished is worked out once."""
        kept = self._finished.get(name)
        if kept is not None and is_finished and kept[0] is end:
            return kept[1]
        made = make()
        if is_finished:
            self._finished.pop(name, None)
            self._finished[name] = (end, made)
            if len(self._finished) > _KEPT:
                del self._finished[next(iter(self._finished))]
        return made

    def _received(self, show: Show, mark: Handoff) -> Entry:
        giver = self._state.agents.get(mark.giver)
        who = giver.who if giver is not None else Performer(id=mark.giver)
        return Received(mark.seq, who, brief(show.words(mark.summary)), mark.step)

    def _direction(self, show: Show, mark: Directed) -> Entry:
        return Direction(mark.seq, mark.direction, brief(show.words(mark.detail)), brief(mark.by))

    def _asked(self, show: Show, mark: GateOpened) -> Entry:
        gate = self._state.gates[mark.gate]
        answer = gate.answered.choice if gate.answered else gate.closed.choice if gate.closed else None
        chosen = brief(show.words(answer))
        return Asked(mark.gate, brief(show.words(mark.question)), gate.status, chosen, mark.step)

    def _skipped(self, show: Show, mark: StepSkipped) -> Entry:
        planned = self.plan.get(definition(mark.step))
        return Skipped(mark.step, brief((planned and planned.title) or mark.step), brief(mark.reason))


_BOOKS: WeakKeyDictionary[Show, Book] = WeakKeyDictionary()
_MAKERS: dict[type[Event], Callable[[Book, Show, Any], Entry | None]] = {
    CallRouted: Book._speech,
    CallWaiting: Book._speech,
    CallStarted: Book._speech,
    ToolStarted: Book._use,
    ToolWaiting: Book._use,
    Handoff: Book._received,
    Directed: Book._direction,
    GateOpened: Book._asked,
    StepSkipped: Book._skipped,
}
