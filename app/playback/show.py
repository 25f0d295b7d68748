"""What the audience has seen of a run: its events so far, the state they make, and what is being said.

Whatever is on screen is drawn from this and from nothing else, so that a view that is opened late looks like one that
was there from the start.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from app.events import (
    CallFailed,
    CallFinished,
    CallStarted,
    CallWaiting,
    Directed,
    Event,
    Handoff,
    Ref,
    RunFinished,
    RunPaused,
    RunResumed,
    RunStarted,
    ToolFailed,
    ToolFinished,
    ToolStarted,
    ToolWaiting,
)
from app.playback.beats import caption_of
from app.safety import clean
from app.state import RunState, apply
from app.state.copying import Settling, copied

REMEMBERED = 512  # texts that are kept ready to be drawn
_ALL = (RunStarted, RunPaused, RunResumed, RunFinished)  # they concern everybody
_BEGIN = (CallStarted, CallWaiting, ToolStarted, ToolWaiting)
_END = (CallFinished, CallFailed, ToolFinished, ToolFailed)


@dataclass(frozen=True, slots=True)
class Kept:
    """A show at one moment, to come back to."""

    state: RunState
    lit: str
    acting: tuple[str, ...]
    caption: tuple[int, Ref | None]
    settling: Settling


class Show:
    """A run as far as the audience has seen it."""

    def __init__(self, value: Callable[[Ref], Any]) -> None:
        self.events: list[Event] = []
        self.state = RunState()
        self.start: RunStarted | None = None  # what kind of run it is; known before the audience has seen it begin
        self.heard: dict[str, str] = {}  # what calls under way have said, as far as it is shown; fit for a terminal
        self.lit = ""  # the agent in the light
        self.passed = 0  # milliseconds that somebody has been waited for since the last event
        self.revision = 0
        self.whole: Sequence[Event] = ()  # every event of a run that is known to its end, seen or not
        self.touched: set[str] = set()  # agents whose panels changed; whoever draws them takes and clears it
        self._value = value
        self._acting: dict[str, None] = {}  # agents in the order in which they began what they still do
        self._words: dict[str, str] = {}
        self._caption: tuple[int, Ref | None] = (0, None)  # the last of the play itself, and the event it came with
        self._cued: tuple[int, str] = (0, "")  # the last of a cue

    @property
    def caption(self) -> str:
        """The words for the audience: those of the play, or of a cue that came with them or later."""
        seq, written = self._caption
        return clean(self._cued[1]) if self._cued[0] >= max(1, seq) else self.words(written)

    @property
    def now(self) -> int:
        """The moment of the run, in milliseconds since it began."""
        return self.state.mono + self.passed

    def apply(self, event: Event) -> None:
        """Let one more event happen."""
        apply(self.state, event)
        self.know(event)
        self.passed = 0
        self.events.append(event)
        self.revision += 1
        if (written := caption_of(event)) is not None:
            self._caption = (event.seq, written)
        if isinstance(event, _ALL):
            self.touched.update(self.state.agents)
            self.heard.clear()
            self._acting.clear()
            return
        if isinstance(event, _BEGIN):
            self._begins(event.agent)
        elif isinstance(event, _END):
            self.heard.pop(event.call, None)
            self._rests(event.agent)
        self._touch(event)

    def know(self, event: Event) -> None:
        """It has come, and will be seen later: what kind of run it is holds wherever the audience is."""
        if isinstance(event, RunStarted):
            self.start = event

    def hear(self, call: str, text_so_far: str) -> None:
        """A call under way has said so much; the text is fit for a terminal already."""
        self.heard[call] = text_so_far
        self.revision += 1
        known = self.state.calls.get(call)
        if known is not None:
            self.touched.add(known.agent)

    def hush(self) -> None:
        """Show nothing any more of what calls under way have said."""
        self.touched.update(self.state.calls[call].agent for call in self.heard if call in self.state.calls)
        self.heard.clear()
        self.revision += 1

    def cue(self, seq: int, caption: str) -> None:
        """A cue has come with an event, and says this; nothing, when none that speaks has come so far."""
        if (seq, caption) != self._cued:
            self._cued = (seq, caption)
            self.revision += 1

    def keep(self, settling: Settling) -> Kept:
        """What is needed to come back to this moment."""
        return Kept(copied(self.state, settling), self.lit, tuple(self._acting), self._caption, settling)

    def start_again(self, kept: Kept | None = None, events: Sequence[Event] = ()) -> None:
        """Forget everything: the run is seen from its first event again, or from a moment that was kept."""
        self.touched.update(self.state.agents)
        self.events[:] = events
        self.state = RunState() if kept is None else copied(kept.state, kept.settling)
        self.touched.update(self.state.agents)
        self.passed = 0
        self.heard.clear()
        self._acting = {} if kept is None else dict.fromkeys(kept.acting)
        self.lit = "" if kept is None else kept.lit
        self._caption = (0, None) if kept is None else kept.caption
        self.revision += 1

    def value(self, ref: Ref | None) -> Any:
        """What a Ref in an event stands for."""
        return None if ref is None else self._value(ref)

    def words(self, ref: Ref | None) -> str:
        """The same as text for people, fit for a terminal: structures as JSON with indents."""
        if ref is None:
            return ""
        known = self._words.get(ref.ref)
        if known is None:
            if len(self._words) >= REMEMBERED:
                del self._words[next(iter(self._words))]
            known = self._words[ref.ref] = as_words(self._value(ref))
        return known

    def _begins(self, agent: str) -> None:
        if agent not in self.state.agents:
            return
        self._acting.pop(agent, None)
        self._acting[agent] = None
        self._light(agent)

    def _rests(self, agent: str) -> None:
        known = self.state.agents.get(agent)
        if known is not None and not known.under_way:
            self._acting.pop(agent, None)
        self._light(next(reversed(self._acting), self.lit))

    def _light(self, agent: str) -> None:
        if agent != self.lit:
            self.touched.update((self.lit, agent))
            self.lit = agent

    def _touch(self, event: Event) -> None:
        step = self.state.steps.get(event.step)
        agents = {event.agent or (step.agent if step is not None else "")}
        if isinstance(event, Handoff):
            agents |= {event.giver, event.taker}
        elif isinstance(event, Directed):
            agents.add(event.to)
        self.touched.update(agents & self.state.agents.keys())


def as_words(value: Any) -> str:
    """Any plain data as text that drives no terminal and shows no key."""
    if value is None:
        return ""
    if not isinstance(value, str):
        try:
            value = json.dumps(value, ensure_ascii=False, indent=2, default=str)
        except (ValueError, RecursionError):
            value = "…"
    return clean(value)
