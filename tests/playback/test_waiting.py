"""While a live run waits for a model, its clock goes on, and shows the same to whoever comes late."""

from __future__ import annotations

from typing import Any

import pytest

from app.events import (
    CallFailed,
    CallSpeaking,
    CallStarted,
    Event,
    Failure,
    GateOpened,
    Performer,
    RunPaused,
    RunStarted,
)
from app.playback.playhead import Playhead
from app.playback.show import Show
from app.state import meters
from corpus.histories import BEGAN, History

ASKED = 500  # milliseconds after the beginning


def asked(mode: Any = "live", **more: Any) -> History:
    """A run in which somebody was asked a moment ago."""
    history = History()
    history.add(RunStarted("play", cast=(Performer(id="a"),), mode=mode, limits={"wall": 60.0}, **more))
    history.add(CallStarted("one", step="x", agent="a", call="x#1"), after=ASKED)
    return history


class Seat:
    """Somebody who watches a run, with a clock on the wall that a test moves."""

    def __init__(self, history: History, pace: str = "theatrical", *, live: bool = True) -> None:
        self.history, self.milliseconds, self.fed = history, 0, 0
        self.show = Show(history.value)
        self.playhead = Playhead(self.show, pace, lambda: self.milliseconds / 1000, self._wall)
        self.playhead.live = live
        self.look()

    def _wall(self) -> float:
        return BEGAN / 1_000_000 + self.milliseconds / 1000

    def look(self, milliseconds: int | None = None) -> int:
        """The moment that is shown, so long after the run began."""
        for event in self.history.events[self.fed :]:
            self.playhead.feed(event)
        self.fed = len(self.history.events)
        self.milliseconds = self.milliseconds if milliseconds is None else milliseconds
        self.playhead.advance()
        return self.show.now


def test_the_clock_and_the_limit_of_time_go_on_while_a_model_thinks() -> None:
    seat = Seat(asked())
    assert [seat.look(at) for at in (3_000, 12_000, 20_000)] == [3_000, 12_000, 20_000]
    assert seat.playhead.waits
    (wall,) = meters(seat.show.state, seat.show.now)
    assert wall.spent == 20.0


def test_whoever_comes_late_sees_the_same_moment() -> None:
    history = asked()
    early = Seat(history)
    early.look(3_000)
    late = Seat(history)
    late.playhead.to_head()
    assert late.look(12_300) == early.look(12_300) == 12_300


def test_the_moment_never_goes_back_while_what_came_is_yet_to_be_shown() -> None:
    history = asked()
    seat = Seat(history)
    seat.look(20_000)
    history.add(CallSpeaking(step="x", agent="a", call="x#1"), after=19_520)
    seen = [seat.look(at) for at in range(20_000, 24_000, 100)]
    assert seen == sorted(seen)
    assert seat.show.state.calls["x#1"].spoke == 20_020


@pytest.mark.parametrize(
    "event",
    [
        RunPaused(reason="person"),
        CallFailed(Failure(error="auth"), step="x", agent="a", call="x#1"),
    ],
    ids=["paused", "nobody is asked"],
)
def test_it_stands_still_when_nobody_is_waited_for(event: Event) -> None:
    history = asked()
    history.add(event, after=500)
    seat = Seat(history, "instant")
    assert seat.look(9_000) == 1_000
    assert not seat.playhead.waits


def test_a_question_to_a_person_alone_moves_no_clock() -> None:
    history = History()
    history.add(RunStarted("play", cast=(Performer(id="a"),)))
    history.add(GateOpened("ok", "approve", step="ok"))
    assert Seat(history, "instant").look(9_000) == 0


def test_the_time_until_a_model_is_asked_again_is_a_wait_too() -> None:
    history = asked()
    history.add(CallFailed(Failure(error="overloaded"), 8_000, step="x", agent="a", call="x#1"))
    seat = Seat(history, "instant")
    assert seat.look(5_000) == 5_000
    seat.look(60_000)
    assert not seat.playhead.waits


@pytest.mark.parametrize("mode", ["rehearsal", "cassette"])
def test_virtual_time_passes_by_events_alone_also_where_it_is_watched_from_elsewhere(mode: str) -> None:
    assert Seat(asked(mode)).look(9_000) == ASKED


def test_an_audience_that_stands_still_has_a_clock_that_does() -> None:
    seat = Seat(asked())
    seat.look(2_000)
    seat.playhead.paused = True
    assert seat.look(9_000) == 2_000
    assert Seat(asked(), live=False).look(9_000) == ASKED
