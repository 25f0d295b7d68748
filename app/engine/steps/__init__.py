"""The kinds of steps, one file each, found by the key that names the kind in a scenario file."""

from __future__ import annotations

import importlib
from collections.abc import Awaitable, Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from app.engine.outcomes import Gives
from app.scenario.model.modifiers import Step

if TYPE_CHECKING:
    from app.engine.act import Act

Performer = Callable[["Act"], Awaitable[Gives]]
_NAMES = {"steps": "block", "set": "assign"}  # where the key is no good name for a file


def performer_of(step: Step) -> Performer:
    """What performs a step of this kind."""
    return _performer(step.kind)


@cache
def _performer(kind: str) -> Performer:
    module: Any = importlib.import_module(f"app.engine.steps.{_NAMES.get(kind, kind)}")
    perform: Performer = module.perform
    return perform
