"""What the audience has seen of a run: its events so far, the state they make, and what is being said.

Whatever is on screen is drawn from this and from nothing else, so that a view that is opened late looks like one that
was there from the start.
"""

from __future__ import annotations

import json
from collections.abc import Callable
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
from app.safety import mask_secrets, safe_text
from app.state import RunState, apply

REMEMBERED = 512  # texts that are kept ready to be drawn
_ALL = (RunStarted, RunPaused, RunResumed, RunFinished)  # they concern everybody
_BEGIN = (CallStarted, CallWaiting, ToolStarted, ToolWaiting)
_END = (CallFinished, CallFailed, ToolFinished, ToolFailed)


class Show:
    """A run as far as the audience has seen it."""

    def __init__(self, value: Callable[[Ref], Any]) -> None:
        self.events: list[Event] = []
        self.state = RunState()
        self.heard: dict[str, str] = {}  # what calls under way have said, as far as it is shown; fit for a terminal
        self.lit = ""  # the agent in the light
        self.passed = 0  # milliseconds that somebody has been waited for since the last event
        self.revision = 0
        self.touched: set[str] = set()  # agents whose panels changed; whoever draws them takes and clears it
        self._value = value
        self._acting: dict[str, None] = {}  # agents in the order in which they began what they still do
        self._words: dict[str, str] = {}

    @property
    def now(self) -> int:
        """The moment of the run, in milliseconds since it began."""
        return self.state.mono + self.passed

    def apply(self, event: Event) -> None:
        """Let one more event happen."""
        apply(self.state, event)
        self.passed = 0
        self.events.append(event)
        self.revision += 1
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

    def start_again(self) -> None:
        """Forget everything: the run is seen from its first event again."""
        self.touched.update(self.state.agents)
        self.events.clear()
        self.state = RunState()
        self.passed = 0
        self.heard.clear()
        self._acting.clear()
        self.lit = ""
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
    return safe_text(mask_secrets(value.replace("\r\n", "\n")))
