"""What the engine says is written down, whatever strangers have put into it."""

from __future__ import annotations

from app.engine.clocks import RealClock, VirtualClock
from app.engine.log import Log
from app.engine.ulid import new_id
from app.events import CallFailed, Failure, Remark, RunStarted
from corpus.playing import House


async def test_half_a_character_anywhere_in_an_event_is_marked_and_the_run_goes_on(house: House) -> None:
    run = house.journal.begin(new_id())
    log = Log(run)
    log.clock = RealClock(log)
    log.add(RunStarted("play"))
    told = CallFailed(Failure(error="malformed", message="a\ud800b"), step="s\udfff", call="s#1")
    added = log.add(told)
    assert added is told
    assert (added.failure.message, added.step, added.seq) == ("a\ufffdb", "s\ufffd", 2)
    await log.durable()
    run.release()


async def test_a_run_that_goes_on_begins_at_the_moment_where_it_was_and_not_before(house: House) -> None:
    """1.011 seconds are 1010.9999999999999 milliseconds to a machine."""
    run = house.journal.begin(new_id())
    log = Log(run)
    log.clock = VirtualClock(log)
    log.add(RunStarted("play"))
    for milliseconds in range(1, 3000, 7):
        log.clock = VirtualClock(log, milliseconds / 1000)
        assert log.add(Remark("another moment")).mono == milliseconds
    await log.durable()
    run.release()
