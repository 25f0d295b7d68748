"""Every tool that is named is there: one that is misspelt should be found before a model is paid."""

from __future__ import annotations

from app.document import Path
from app.document.suggest import did_you_mean
from app.scenario.checks.inspection import Inspection
from app.scenario.model import ToolStep
from app.tools.registry import families, knows, names


def check_tools(case: Inspection) -> None:
    """Tools of steps, and those that agents are offered."""
    for place in case.places:
        if isinstance(place.step, ToolStep):
            _insist(case, place.step.tool, (*place.at, "tool"))
        for index, word in enumerate(getattr(place.step, "tools", None) or ()):
            _insist(case, word, (*place.at, "tools", index))
    for name, agent in case.scenario.agents.items():
        for index, word in enumerate(agent.tools or ()):
            _insist(case, word, ("agents", name, "tools", index))


def _insist(case: Inspection, word: str, at: Path) -> None:
    if not knows(word):
        hint = did_you_mean(word, [*names(), *families()], otherwise='"footlights tools" lists them')
        case.report.warning("unknown-tool", f'there is no tool "{word}"', hint, at=at)
