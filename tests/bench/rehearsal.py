"""What one call of the rehearsal provider costs: the engine's benchmark must measure the engine, not this."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from providers.base import Message, Request, Script
from providers.rehearsal import Rehearsal

REPLY = "Three rows, two of them fine, one to be looked at by a person before noon."


def short_written_reply(calls: int = 2000) -> Callable[[], float]:
    """Seconds of CPU for one call that answers with a short written line."""
    return _seconds_of(Script(turns=(REPLY,), prompt="Look at the rows.", place="relay/7", seed=1), calls)


def composed_reply(calls: int = 500) -> Callable[[], float]:
    """The same for a text that nobody wrote."""
    persona = "A stage manager who has called ten thousand cues. You write short."
    return _seconds_of(Script(prompt="Review the plan for “dark mode”.", persona=persona, place="relay/7"), calls)


def _seconds_of(script: Script, calls: int) -> Callable[[], float]:
    messages = (Message("system", "You write short."), Message("user", "Look at the rows."))
    request = Request("understudy", messages, script=script)
    provider = Rehearsal()

    async def perform() -> float:
        begun = time.thread_time()
        for _ in range(calls):
            async for _chunk in provider.stream(request):
                pass
        return (time.thread_time() - begun) / calls

    return lambda: asyncio.run(perform())


if __name__ == "__main__":
    for measure in (short_written_reply(), composed_reply()):
        print(f"{min(measure() for _ in range(5)) * 1e6:.1f} µs")
