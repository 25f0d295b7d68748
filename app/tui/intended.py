"""What a run was begun with: its plan, and whether the play speaks to its audience or uses tools."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple


class Planned(NamedTuple):
    """A step as it was planned."""

    path: str
    title: str
    needs: tuple[str, ...]  # their names within the same block
    agents: tuple[str, ...]
    kind: str


def plan_of(value: Any) -> dict[str, Planned]:
    """The plan that a run was started with, by the paths of its steps; what is not one is no plan."""
    steps = (each for each in (value if isinstance(value, list) else ()) if isinstance(each, dict) and "step" in each)
    return {planned.path: planned for planned in map(_planned, steps)}


def in_order(plan: Mapping[str, Planned]) -> list[Planned]:
    """The steps as they come one after the other: a plan has those of the whole first, then those inside blocks."""
    at = {path: place for place, path in enumerate(plan)}

    def way(path: str) -> tuple[int, ...]:
        names = path.split("/")
        return tuple(at.get("/".join(names[: depth + 1]), 0) for depth in range(len(names)))

    return sorted(plan.values(), key=lambda planned: way(planned.path))


def _planned(step: dict[str, Any]) -> Planned:
    return Planned(
        path=str(step["step"]),
        title=str(step.get("title", "")),
        needs=_names(step.get("needs")),
        agents=_names(step.get("agents")),
        kind=str(step.get("kind", "")),
    )


def _names(value: Any) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list) else ()


def captions_in(source: Any) -> bool:
    """Does a play speak to its audience? Its files tell before it does, so that its first words move nothing."""
    return _is_in(source, _CAPTION)


def tools_in(source: Any) -> bool:
    """Does a step use a tool, or somebody in a line that is written for them?"""
    return _is_in(source, _TOOL)


def _is_in(source: Any, pattern: re.Pattern[str]) -> bool:
    files = source.get("files") if isinstance(source, dict) else None
    return any(pattern.search(str(text)) for text in (files.values() if isinstance(files, dict) else ()))


_CAPTION = re.compile(r"^[ -]*(?:caption|narrate) *:", re.MULTILINE)
_TOOL = re.compile(r"(?:^[ -]*|[{,] *)tool *:", re.MULTILINE)
