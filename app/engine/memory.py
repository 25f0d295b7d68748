"""What agents remember: for the run, shared by its cast, or each its own across runs.

A rehearsal begins with nothing remembered and leaves nothing, so that it is the same every time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.events import MemoryRead, MemoryWritten

if TYPE_CHECKING:
    from app.engine.act import Act
    from app.engine.performance import Performance
    from app.engine.tooling import ToolUse

MOST_FOUND = 20


async def remember(act: Act, use: ToolUse) -> Any:
    """Perform one of the two, and say in the log what was remembered or shown."""
    performance = act.scene.play.performance
    log = performance.log
    own = use.arguments.get("scope") == "agent" and bool(use.agent)
    scope = f"agent:{use.agent}" if own else "run"
    if use.name == "memory.write":
        key, value = str(use.arguments["key"]), use.arguments["value"]
        log.add(MemoryWritten(scope, log.keep(key), log.keep(value), step=use.path, agent=use.agent, cause=act.cause))
        performance.remembered.setdefault(scope, {})[key] = value
        if own and performance.keeps_memory:
            performance.journal.remember(_owner(act, use.agent), key, value, log.run)
        return {"remembered": key}
    query = str(use.arguments.get("query") or "")
    found = await _found(performance, act, scope, query, own, use.agent)
    asked = log.keep(query) if query else ""
    log.add(MemoryRead(scope, asked, log.keep(found), step=use.path, agent=use.agent, cause=act.cause))
    return found


async def _found(
    performance: Performance, act: Act, scope: str, query: str, own: bool, agent: str
) -> list[dict[str, Any]]:
    known = performance.remembered.get(scope, {})
    if own and performance.keeps_memory:
        return await performance.journal.recollect(_owner(act, agent), query, MOST_FOUND)
    words = query.lower().split()
    return [
        {"key": key, "value": value}
        for key, value in known.items()
        if all(word in f"{key} {value}".lower() for word in words)
    ][:MOST_FOUND]


def _owner(act: Act, agent: str) -> str:
    """Whose memory it is: the card's wherever it is cast, else that of this scenario's agent."""
    play = act.scene.play
    speaker = play.speakers[agent]
    return speaker.card_name or f"{play.scenario.name}/{agent}"
