"""A run told in time: every event once and in order, and what goes wrong with its source is told."""

from __future__ import annotations

import asyncio

import pytest

from app.playback.listening import in_time
from app.playback.playhead import Playhead
from app.playback.show import Show
from corpus.strands import Stopwatch, side_by_side


async def feed(playhead: Playhead, log: Stopwatch, error: Exception | None = None) -> None:
    for event in log.events:
        playhead.feed(event)
        await asyncio.sleep(0)
    if error is not None:
        raise error


async def test_every_event_is_told_once_and_in_order_until_the_source_has_no_more() -> None:
    log = side_by_side(4)
    playhead = Playhead(Show(lambda ref: log.values[ref.ref]), "brisk")
    playhead.speed = 500.0
    told = [event.seq async for event in in_time(playhead, feed(playhead, log))]
    assert told == [event.seq for event in log.events]


async def test_what_goes_wrong_with_the_source_is_raised_after_what_there_was() -> None:
    log = side_by_side(4)
    playhead = Playhead(Show(lambda ref: log.values[ref.ref]), "instant")
    told = []
    with pytest.raises(ValueError, match="torn"):
        async for event in in_time(playhead, feed(playhead, log, ValueError("torn"))):
            told.append(event.seq)
    assert len(told) == len(log.events)


async def test_whoever_stops_listening_ends_the_source() -> None:
    ended = asyncio.Event()

    async def forever() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    log = side_by_side(4)
    playhead = Playhead(Show(lambda ref: log.values[ref.ref]), "instant")
    playhead.feed(log.events[0])
    listening = in_time(playhead, forever())
    assert (await anext(listening)).seq == 1
    await asyncio.sleep(0)  # the source has begun
    await listening.aclose()  # type: ignore[attr-defined]
    assert ended.is_set()
