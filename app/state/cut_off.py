"""The calls of a run that nobody performs any more: they went out, and who knows what became of them.

Whoever was asked may have worked for nothing, and be paid for it. So each is counted at its worst case, as an estimate,
until the run is resumed and says so itself. One that is rehearsed or played reaches nobody: it costs nothing, and is
made anew as if it had never begun.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from app.events import CallFailed, CallFinished, CallStarted, Event, Failure

CUT_OFF = Failure(error="interrupted", message="it was cut off before its end")


def end_of(started: CallStarted, *, rehearsed: bool = False) -> CallFailed:
    """How a call has ended that was cut off."""
    reached_nobody = rehearsed or started.played
    return CallFailed(
        CUT_OFF,
        cost_usd=0.0 if reached_nobody else started.hold.cost_usd,
        basis="rehearsed" if reached_nobody else "unpriced" if started.hold.unpriced else "estimated",
        played=started.played,
        step=started.step,
        agent=started.agent,
        call=started.call,
        cause=started.seq,
    )


def came_to_nothing(call: CallFinished | CallFailed) -> bool:
    """Was it cut off before it had reached anybody? Then no limit counts it."""
    was_cut_off = isinstance(call, CallFailed) and call.failure.error == CUT_OFF.error
    return was_cut_off and call.basis == "rehearsed" and not (call.cost_usd or call.usage.total)


def cut_off(events: Iterable[Event], *, rehearsed: bool) -> list[CallFailed]:
    """An end for every call that has none; each says the number and the time of the last event."""
    begun: dict[str, CallStarted] = {}
    last = None
    for last in events:
        if isinstance(last, CallStarted):
            begun[last.call] = last
        elif isinstance(last, CallFinished | CallFailed):
            begun.pop(last.call, None)
    if last is None:
        return []
    ends = (end_of(call, rehearsed=rehearsed) for call in begun.values())
    return [replace(end, run=last.run, seq=last.seq, at=last.at, mono=last.mono) for end in ends]
