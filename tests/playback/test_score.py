"""A run that is known to its end: the same show as one that was fed, at any moment, and as long as somebody wants."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache, partial
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import UsageError
from app.events import CallSpeaking, Event, Handoff, StepStarted, decode
from app.playback.course import Course
from app.playback.cues import Cue, Placing
from app.playback.pace import PACES, stretched
from app.playback.playhead import Playhead
from app.playback.reel import EVERY
from app.playback.score import CannotFit, fitted, plan, possible
from app.playback.show import Show
from app.state import fold
from corpus.commands import ROOT
from corpus.logs import Notebook, tell
from corpus.strands import side_by_side

GOLDEN = ("every-kind", "fact-check", "feature-sprint", "hello", "incident-triage", "market-scan")
WRITTEN = ("brisk", "theatrical", "keynote")


class Hall:
    """A show, and a clock that a test moves."""

    def __init__(self, values: dict[str, Any], pace: str = "theatrical") -> None:
        self.now = 0.0
        self.show = Show(lambda ref: values.get(ref.ref))
        self.playhead = Playhead(self.show, pace, lambda: self.now)

    @classmethod
    async def loaded(cls, events: Sequence[Event], values: dict[str, Any], pace: str = "theatrical") -> Hall:
        hall = cls(values, pace)
        await hall.playhead.load(events)
        hall.look()
        return hall

    def look(self) -> None:
        """Let happen all that is due now."""
        while True:
            self.playhead.advance()
            if self.playhead.due() != 0.0:
                return

    def wait_until(self, moment: float) -> None:
        self.now = moment
        self.look()

    def picture(self) -> tuple[object, ...]:
        """All that is drawn from."""
        show, playhead = self.show, self.playhead
        beats = [(beat.kind, beat.event.seq, round(progress, 6)) for beat, progress in playhead.beats()]
        return playhead.seen, show.state, list(show.events), dict(show.heard), show.lit, show.caption, beats


@cache
def golden(name: str) -> tuple[tuple[Event, ...], dict[str, Any]]:
    folder = ROOT / "tests" / "golden"
    events = tuple(decode(line) for line in (folder / f"{name}.jsonl").read_text().splitlines())
    return events, json.loads((folder / f"{name}.values.json").read_text())


@pytest.mark.parametrize("pace", ["brisk", "real", "theatrical"])
@pytest.mark.parametrize("name", GOLDEN)
async def test_the_score_says_when_everything_happens_to_whoever_is_fed(name: str, pace: str) -> None:
    events, values = golden(name)
    hall, fed = await Hall.loaded(events, values, pace), Hall(values, pace)
    for event in events:
        fed.playhead.feed(event)
    while True:
        for event in fed.playhead.advance().events:
            assert hall.playhead.time_of(event.seq) == pytest.approx(fed.now)
        due = fed.playhead.due()
        if due is None:
            break
        fed.now += due
    assert fed.playhead.seen == len(events)


@pytest.mark.parametrize("pace", ["brisk", "real", "theatrical"])
@pytest.mark.parametrize("name", GOLDEN)
async def test_a_moment_that_is_gone_to_looks_like_one_that_was_come_to(name: str, pace: str) -> None:
    """Also in the middle of a sentence, a handoff or a caption, forth and back."""
    events, values = golden(name)
    hall = await Hall.loaded(events, values, pace)
    assert hall.playhead.length is not None
    moments = sorted(Random(7).uniform(0, hall.playhead.length) for _ in range(40))
    come_to = {}
    for moment in moments:
        hall.wait_until(moment)
        come_to[moment] = _frozen(hall)
    hall.playhead.paused = True
    for moment in Random(8).sample(moments, len(moments)):
        hall.playhead.seek_time(moment)
        assert _frozen(hall) == come_to[moment]


def _frozen(hall: Hall) -> str:
    return repr(hall.picture())


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(sorted(PACES)), st.lists(st.integers(0, 90), max_size=25))
async def test_wherever_the_audience_goes_the_state_is_the_fold(seed: int, pace: str, places: list[int]) -> None:
    log = side_by_side(seed)
    hall = await Hall.loaded(log.events, log.values, pace)
    hall.playhead.paused = True
    for place in places:
        hall.playhead.seek(place)
        seen = hall.playhead.seen
        assert hall.show.state == fold(log.events[:seen])
        assert [event.seq for event in hall.show.events] == list(range(1, seen + 1))


async def test_keyframes_change_nothing_that_is_seen() -> None:
    log = Notebook()
    tell(log, steps=EVERY)
    assert len(log.events) > 3 * EVERY
    hall = await Hall.loaded(log.events, log.values, "real")
    hall.playhead.paused = True
    chance = Random(3)
    for place in [chance.randint(0, len(log.events)) for _ in range(8)] + [EVERY - 1, EVERY, EVERY + 1, 0]:
        hall.playhead.seek(place)
        told = Show(lambda ref: log.values.get(ref.ref))
        for event in log.events[:place]:
            told.apply(event)
        assert (hall.show.state, hall.show.events) == (told.state, log.events[:place])
        assert (hall.show.lit, hall.show.caption) == (told.lit, told.caption)


async def test_a_run_that_ends_before_its_audience_can_be_scrubbed_from_then_on() -> None:
    events, values = golden("feature-sprint")
    hall = Hall(values)
    for event in events[:40]:
        hall.playhead.feed(event)
    hall.wait_until(10.0)
    assert hall.playhead.length is None
    seen = hall.playhead.seen
    for event in events[40:]:
        hall.playhead.feed(event)
    await hall.playhead.load()
    assert (hall.playhead.seen, hall.playhead.head) == (seen, len(events))
    assert hall.playhead.time_of(seen) <= hall.playhead.now <= hall.playhead.time_of(seen + 1)
    length = hall.playhead.length
    assert length is not None
    hall.wait_until(hall.now + length)
    assert hall.playhead.seen == len(events)
    assert hall.playhead.now == length


async def test_the_end_is_when_the_last_of_it_has_been_shown() -> None:
    events, values = golden("hello")
    hall = await Hall.loaded(events, values)
    assert hall.playhead.length is not None
    hall.playhead.seek(hall.playhead.head)
    hall.look()
    assert hall.playhead.now < hall.playhead.length
    left = hall.playhead.due()
    assert left == pytest.approx(hall.playhead.length - hall.playhead.now), "it is looked at once more, at its end"
    hall.playhead.to_head()
    hall.look()
    assert (hall.playhead.now, hall.playhead.due()) == (hall.playhead.length, None)
    hall.playhead.to_head()
    assert hall.playhead.now == hall.playhead.length


# As long as somebody wants


@pytest.mark.parametrize("name", GOLDEN)
async def test_a_show_fits_every_length_that_is_possible(name: str) -> None:
    events, values = golden(name)
    hall = await Hall.loaded(events, values)
    shortest, longest = hall.playhead.possible or (0.0, 0.0)
    assert 0 < shortest < longest
    for share in (0.0, 0.01, 0.2, 0.5, 0.8, 0.99, 1.0):
        wanted = shortest + share * (longest - shortest)
        hall.playhead.fit(wanted)
        assert hall.playhead.length == pytest.approx(wanted, abs=0.1)
        assert hall.playhead.fits == wanted
    for wanted in (shortest - 0.2, longest + 0.2):
        with pytest.raises(CannotFit, match=r"at least and .* at most"):
            hall.playhead.fit(wanted)
    assert hall.playhead.length == pytest.approx(longest, abs=0.1)


@pytest.mark.parametrize("name", GOLDEN)
def test_the_longer_the_pace_the_longer_the_show(name: str) -> None:
    events, values = golden(name)
    course_at = partial(Course, words=Show(lambda ref: values.get(ref.ref)).words)
    lengths = [plan(events, course_at(stretched("any", step / 10))).length for step in range(21)]
    assert lengths == sorted(lengths)
    assert possible(events, course_at) == (lengths[0], lengths[-1])
    assert plan(events, course_at(fitted(events, course_at, lengths[7]))).length == pytest.approx(lengths[7], abs=0.1)


async def test_a_run_that_goes_on_has_no_length_to_fit() -> None:
    events, values = golden("hello")
    hall = Hall(values)
    hall.playhead.feed(events[0])
    with pytest.raises(UsageError, match="goes on"):
        hall.playhead.fit(10.0)
    assert hall.playhead.possible is None
    hall.playhead.seek_time(5.0)
    assert hall.playhead.seen == 0


async def test_another_pace_leaves_the_audience_where_it_is() -> None:
    events, values = golden("market-scan")
    hall = await Hall.loaded(events, values)
    hall.wait_until(20.0)
    for pace in ("brisk", "real", "keynote", "theatrical"):
        seen = hall.playhead.seen
        hall.playhead.pace = pace
        assert hall.playhead.seen == seen
        assert hall.playhead.time_of(seen) <= hall.playhead.now
    assert hall.playhead.now == pytest.approx(20.0, abs=0.2)


# Cues


def on(kind: type[Event], number: int, **said: Any) -> tuple[Cue, Any]:
    """A cue at the n-th event of a kind, and how it is found."""
    left = [number]

    def found(event: Event) -> bool:
        left[0] -= isinstance(event, kind)
        return left[0] == 0 and isinstance(event, kind)

    return Cue(str(number), "there", **said), found


async def test_a_cue_that_holds_waits_for_go_and_shows_what_it_came_with() -> None:
    events, values = golden("feature-sprint")
    hall = await Hall.loaded(events, values)
    hall.playhead.set_cues(Placing([on(Handoff, 1, hold="audience", caption="Look."), on(Handoff, 2)]))
    first, second = hall.playhead.cues
    hall.wait_until(1000.0)
    assert hall.playhead.standing is first
    assert hall.playhead.seen == first.seq
    assert hall.playhead.due() is None
    assert hall.show.caption == "Look."
    assert (hall.playhead.cue, hall.playhead.standby) == (first, second)
    hall.playhead.go()
    assert hall.playhead.standing is None
    hall.wait_until(2000.0)
    assert hall.playhead.seen == len(events)
    assert hall.show.caption != "Look.", "the play has its own captions after it"


async def test_a_cue_that_holds_holds_a_live_run_too_and_nothing_is_lost() -> None:
    events, values = golden("feature-sprint")
    hall = Hall(values)
    hall.playhead.set_cues(Placing([on(CallSpeaking, 2, hold="audience")]))
    for event in events:
        hall.playhead.feed(event)
        hall.wait_until(hall.now + 5.0)
    assert hall.playhead.standing is not None
    seen = hall.playhead.seen
    hall.playhead.go()
    hall.wait_until(hall.now + 0.5)
    assert hall.playhead.seen < seen + 20, "it goes on at its pace, not in a rush"


async def test_in_keynote_every_cue_holds_and_go_to_the_next_when_nothing_does() -> None:
    events, values = golden("feature-sprint")
    hall = await Hall.loaded(events, values, "keynote")
    held = []
    for _ in range(100):
        hall.wait_until(hall.now + 500.0)
        if hall.playhead.standing is None:
            break
        held.append(hall.playhead.standing.seq)
        hall.playhead.go()
    named = {event.cue: event.seq for event in reversed(events) if isinstance(event, StepStarted) and event.cue}
    first, *others = sorted(named.values())
    assert held == [first + 1, *others], "the first step says a line, and its cue comes with it"
    assert [placed.cue.name for placed in hall.playhead.cues] == ["Q1", "Q2", "Q3", "Q4", "Q5", "Q6"]
    hall.playhead.pace = "theatrical"
    hall.playhead.to_start()
    hall.playhead.go()
    assert hall.playhead.seen == held[0]


async def test_a_cue_gives_its_caption_time_and_sets_a_pace() -> None:
    events, values = golden("feature-sprint")
    hall = await Hall.loaded(events, values)
    before = hall.playhead.length or 0.0
    hall.playhead.set_cues(Placing([on(Handoff, 1, pace="brisk")]))
    brisk = hall.playhead.length or 0.0
    assert brisk < before
    hall.playhead.seek(hall.playhead.head)
    assert hall.playhead.pace == "theatrical", "the pace of the show is what somebody chose; a cue sets it for a while"
    hall.playhead.fit(before)
    assert hall.playhead.length == pytest.approx(before, abs=0.1)


async def test_what_a_cue_says_is_fit_for_a_terminal() -> None:
    events, values = golden("hello")
    hall = await Hall.loaded(events, values)
    hall.playhead.set_cues(Placing([on(StepStarted, 1, caption="\x1b[31mred sk-proj-abcdefghijklmnopqrstuvwx")]))
    hall.playhead.seek(hall.playhead.head)
    assert "\x1b" not in hall.show.caption
    assert "abcdefghijklmnopqrstuvwx" not in hall.show.caption
