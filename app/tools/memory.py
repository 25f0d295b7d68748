"""What agents remember. The engine performs these two by itself, as it alone knows whose memory it is, and the run."""

from __future__ import annotations

from typing import NoReturn

from app.tools.base import Arguments, Surroundings, Tool, ToolError, arguments_of

_SCOPE = {"enum": ["run", "agent"], "description": "run: shared by the cast for this run; agent: your own, for ever"}


async def _by_the_engine(arguments: Arguments, surroundings: Surroundings) -> NoReturn:
    raise ToolError("refused", "only a run can remember", "use it in a scenario")


TOOLS = (
    Tool(
        "memory.read",
        "Look up what is remembered: by its key, or by words in it; nothing asked gives all.",
        arguments_of(query={"type": "string", "maxLength": 500}, scope=_SCOPE),
        _by_the_engine,
        example={"query": "customer", "scope": "run"},
    ),
    Tool(
        "memory.write",
        "Remember something under a key.",
        arguments_of(required=("key", "value"), key={"type": "string", "maxLength": 200}, value={}, scope=_SCOPE),
        _by_the_engine,
        effect="write",
        idempotent=True,
        example={"key": "customer", "value": "prefers short answers", "scope": "agent"},
    ),
)
