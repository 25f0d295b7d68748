"""Who is who and what is called what, as an audience knows it from its programme."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.cli.narrating.page import Who
from app.events import Event, Performer, definition
from app.state import RunState, StepState
from app.state.terms import SECTIONS
from app.state.words import spaced


class Programme:
    """Names for the agents and steps of a run, in the words of its scenario."""

    def __init__(self, state: RunState, named: Callable[[Who], str]) -> None:
        self._state = state
        self._named = named
        self._titles: dict[str, str] = {}  # of the plan, by step

    def learn(self, plan: Any) -> None:
        """Take the titles from a plan: also of steps that are skipped, which say no title themselves."""
        for step in plan if isinstance(plan, list) else []:
            if isinstance(step, dict) and step.get("step"):
                self._titles[str(step["step"])] = str(step.get("title") or "")

    def who(self, agent: str) -> Who:
        """One of the cast."""
        known = self._state.agents.get(agent)
        if known is None:
            return Who.of(Performer(id=agent))
        return Who.of(known.who, *(other.who for other in self._state.agents.values()))

    def name(self, agent: str) -> str:
        """One of the cast, in a sentence."""
        return self._named(self.who(agent))

    def speaker(self, event: Event) -> str:
        """Who an event is about; with the step, where one agent is at several at once."""
        name, agent = self.name(event.agent), self._state.agents.get(event.agent)
        calls = [self._state.calls.get(id) for id in agent.under_way] if agent else []
        steps = {call.step for call in calls if call} | {
            step.path for step in self._state.steps.values() if step.agent == event.agent and not step.over
        }
        return f"{name}, {self.title(event.step)}" if steps - {event.step} else name

    def title(self, path: str) -> str:
        """What a step is called, by the step itself, by the plan, or else by its id."""
        step = self._state.steps.get(path)
        return (step.title if step else "") or self._titles.get(definition(path), "") or _last_word(path)

    def scope(self, scope: str) -> str:
        """Whose limit it is."""
        kind, _, name = scope.partition(":")
        if kind == "agent":
            return self.name(name)
        return self.title(name) if kind == "step" else "the run"

    def what(self, path: str, agent: str) -> str:
        """What somebody was asked: the title of the step, or where in a debate or a team they speak."""
        step = self._nearest(path)
        if step is None:
            return self.title(path)
        inside = [part for part in path[len(step.path) :].strip("/").split("/") if part not in ("", agent)]
        place = " ".join(part.replace("round", "round ", 1) for part in inside)
        title = "" if step.of in SECTIONS else self.title(step.path)
        return ", ".join(part for part in (title, self.item(path), place) if part)

    def item(self, path: str) -> str:
        """Which item of a list it is about: 2 of 5."""
        whole, _, number = path.partition("[")
        step = self._state.steps.get(whole)
        return f"{number.partition(']')[0]} of {step.count}" if step and step.count and number else ""

    def _nearest(self, path: str) -> StepState | None:
        """The step with a title that a path lies in."""
        while path:
            step = self._state.steps.get(path)
            if step is not None and (step.title or definition(path) in self._titles):
                return step
            path = path.rpartition("/")[0]
        return None


def _last_word(path: str) -> str:
    return spaced(path.rpartition("/")[2])
