"""What agents remember is the engine's to keep: without a run there is nothing to remember in."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from app.tools.base import ToolError

Failing = Callable[..., Coroutine[Any, Any, ToolError]]


@pytest.mark.parametrize(
    ("name", "arguments"), [("memory.read", {"query": "tea"}), ("memory.write", {"key": "tea", "value": "green"})]
)
async def test_outside_of_a_run_nothing_is_remembered(name: str, arguments: dict[str, Any], failing: Failing) -> None:
    raised = await failing(name, arguments)
    assert (raised.error, raised.message, raised.hint) == ("refused", "only a run can remember", "use it in a scenario")
