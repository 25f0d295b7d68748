"""Performs a checked scenario: emits events, and awaits that they are durable.

    run = perform("feature-sprint", {"feature": "dark mode"}, mode="rehearsal")
    async for event in run:
        print(event.seq, kind_of(event), event.step)
    result = await run.result()

`resume` goes on with a run that was cut off, `fork` begins one from a moment of another.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from app.engine.forking import fork
    from app.engine.run import Result, Run
    from app.engine.starting import perform, resume

__all__ = ["Result", "Run", "fork", "perform", "resume"]
_HOMES = {"Result": "run", "Run": "run", "fork": "forking", "perform": "starting", "resume": "starting"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
