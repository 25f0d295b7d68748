"""Whatever the audience does, events come in their order, and what was seen in the end is the same."""

from __future__ import annotations

import asyncio
import json
from functools import cache
from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.events import CallFinished, CallSpeaking, Event, Handoff, Ref, RunFinished, StepFailed, decode
from app.playback.pace import HEADLINE, PACES, STAGGER
from app.playback.play import HURRY, LAG, LONGEST, MOST, Moved
from app.playback.playhead import Playhead
from app.playback.show import Show, as_words
from app.state import CallState, fold
from corpus.commands import ROOT
from corpus.logs import Notebook, tell
from corpus.strands import alone, side_by_side

GOLDEN = ("every-kind", "fact-check", "feature-sprint", "incident-triage", "market-scan")


class Hall:
    """A log, its playhead, and a clock that a test moves."""

    def __init__(self, events: list[Event], values: dict[str, Any], pace: str = "theatrical") -> None:
        self.now = 0.0
        self.events = events
        self.show = Show(lambda ref: values.get(ref.ref))
        self.playhead = Playhead(self.show, pace, lambda: self.now)
        self.order: list[int] = []
        self.longest: dict[str, int] = {}  # how much of each call was shown at most
        self.fed = 0

    @classmethod
    def of(cls, log: Notebook, pace: str = "theatrical") -> Hall:
        hall = cls(log.events, log.values, pace)
        hall.feed(len(log.events))
        return hall

    def feed(self, count: int) -> None:
        for event in self.events[self.fed : self.fed + count]:
            self.playhead.feed(event)
        self.fed = min(len(self.events), self.fed + count)

    def wait(self, seconds: float) -> Moved:
        self.now += seconds
        return self.look()

    def look(self) -> Moved:
        moved = self.playhead.advance()
        if moved.rebuilt:
            self.order.clear()
            self.longest.clear()
        self.order += [event.seq for event in moved.events]
        for call in moved.spoke:
            shown = self.show.heard.get(call)
            if shown is not None:
                assert len(shown) >= self.longest.get(call, 0) or moved.rebuilt
                self.longest[call] = len(shown)
        return moved

    def to_the_end(self, frame: float = 1 / 15) -> float:
        """Look whenever something is due, until nothing is; how long it took."""
        begun = self.now
        while (due := self.playhead.due()) is not None or self.playhead.standing:
            if due is None:
                self.playhead.go()
            self.wait(max(due or 0.0, frame))
        return self.now - begun


@cache
def golden(name: str) -> tuple[list[Event], dict[str, Any]]:
    folder = ROOT / "tests" / "golden"
    events = [decode(line) for line in (folder / f"{name}.jsonl").read_text().splitlines()]
    return events, json.loads((folder / f"{name}.values.json").read_text())


def seen(show: Show) -> tuple[object, ...]:
    return show.events, show.state, show.heard, show.lit


@pytest.mark.parametrize("pace", PACES)
@pytest.mark.parametrize("name", GOLDEN)
def test_at_every_pace_the_same_is_seen_in_the_end(name: str, pace: str) -> None:
    events, values = golden(name)
    hall, other = Hall(events, values, pace), Hall(events, values, "instant")
    hall.feed(len(events))
    other.feed(len(events))
    hall.to_the_end()
    other.to_the_end()
    assert seen(hall.show) == seen(other.show)
    assert hall.order == [event.seq for event in events]
    assert hall.show.state == fold(events)
    assert hall.show.heard == {}


# Whatever the audience does

ACTS = st.one_of(
    st.tuples(st.just("wait"), st.floats(0, 20)),
    st.tuples(st.just("feed"), st.integers(1, 30)),
    st.tuples(st.just("pace"), st.sampled_from(sorted(PACES))),
    st.tuples(st.just("speed"), st.sampled_from((0.25, 1.0, 1.5, 8.0))),
    st.tuples(st.just("paused"), st.booleans()),
    st.tuples(st.just("seek"), st.integers(0, 80)),
    st.tuples(st.just("hear"), st.integers(0, 3)),
    st.sampled_from((("forward", None), ("back", None), ("to_head", None), ("to_start", None))),
)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(sorted(PACES)), st.lists(ACTS, max_size=30))
def test_whatever_the_audience_does_nothing_is_out_of_order_and_nothing_is_lost(
    seed: int, pace: str, acts: list[tuple[str, Any]]
) -> None:
    log = side_by_side(seed)
    hall = Hall(log.events, log.values, pace)
    for act, how in acts:
        _do(hall, act, how)
        hall.look()
        position = hall.playhead.seen
        assert [event.seq for event in hall.show.events] == list(range(1, position + 1))
        assert hall.show.state == fold(log.events[:position])
        assert all(_is_part(hall, call, text) for call, text in hall.show.heard.items())
        assert hall.playhead.pace != "instant" or not hall.show.heard
    hall.feed(len(log.events))
    hall.playhead.paused = False
    hall.playhead.speed = 1.0
    hall.to_the_end()
    late = Hall.of(log, "instant")
    late.to_the_end()
    assert seen(hall.show) == seen(late.show)


def _do(hall: Hall, act: str, how: Any) -> None:
    if act == "wait":
        hall.now += how
    elif act == "feed":
        hall.feed(how)
    elif act == "hear":
        for call in list(hall.show.state.calls.values())[-how - 1 :]:
            whole = _whole(hall, call)
            hall.playhead.hear(call.id, whole[: len(whole) // 2])
    elif act in ("pace", "speed", "paused"):
        setattr(hall.playhead, act, how)
    elif act == "seek":
        hall.playhead.seek(how)
    else:
        getattr(hall.playhead, act)()


def _is_part(hall: Hall, call: str, text: str) -> bool:
    known = hall.show.state.calls[call]
    return known.ended is None and _whole(hall, known).startswith(text)


def _whole(hall: Hall, call: CallState) -> str:
    """What a call will have said."""
    ended = next(event for event in hall.events if event.call == call.id and hasattr(event, "took_ms"))
    return hall.show.words(getattr(ended, "text", None) or getattr(ended, "partial", None))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(("theatrical", "brisk", "keynote", "real")), st.floats(0.01, 0.4))
def test_how_often_somebody_looks_changes_nothing_about_when_it_happens(seed: int, pace: str, frame: float) -> None:
    log = side_by_side(seed, turns=1)
    often, seldom = Hall.of(log, pace), Hall.of(log, pace)
    assert often.to_the_end(0.005) == pytest.approx(seldom.to_the_end(frame), abs=frame + 0.1)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 60))
def test_a_view_that_comes_late_sees_what_one_from_the_start_sees(seed: int, seq: int) -> None:
    log = side_by_side(seed)
    early, late = Hall.of(log, "instant"), Hall.of(log, "instant")
    early.playhead.paused = True
    for _ in range(min(seq, len(log.events))):
        early.playhead.forward()
        early.look()
    late.look()
    late.playhead.paused = True
    late.playhead.seek(seq)
    late.look()
    assert seen(early.show) == seen(late.show)


# Pace


def test_a_pause_stops_the_audience_at_once_and_nothing_is_skipped_afterwards() -> None:
    hall = Hall.of(alone("A first sentence that is long enough to be read for a while. And more."))
    hall.wait(2.0)
    hall.playhead.paused = True
    before = dict(hall.show.heard)
    assert before["say#1"]
    assert hall.playhead.due() is None
    assert not hall.wait(1000)
    assert hall.show.heard == before
    hall.playhead.paused = False
    hall.wait(0.1)
    assert 0 < len(hall.show.heard["say#1"]) - len(before["say#1"]) < 10


def test_twice_the_speed_takes_half_the_time() -> None:
    slow, fast = (Hall.of(side_by_side(5)) for _ in range(2))
    fast.playhead.speed = 2.0
    assert fast.to_the_end(0.01) == pytest.approx(slow.to_the_end(0.01) / 2, rel=0.02)


def test_a_first_sentence_is_read_and_the_rest_fills_in() -> None:
    sentence = "Two of the four sources disagree on the figure of last year."
    hall = Hall.of(alone(sentence + " x" * 400))
    shown = []
    while (due := hall.playhead.due()) is not None:
        hall.wait(max(due, 0.02))
        if "say#1" in hall.show.heard:
            shown.append((hall.now, len(hall.show.heard["say#1"])))
    began = shown[0][0]
    read = next(when for when, count in shown if count >= len(sentence)) - began
    filled = shown[-1][0] - began - read
    assert read == pytest.approx(len(sentence) / 28, abs=0.1)
    assert filled == pytest.approx(1.2, abs=0.1)


def test_at_the_real_pace_text_comes_as_it_came_and_silences_are_cut_short() -> None:
    hall = Hall.of(alone("abcdefghij", ((400, 2), (1000, 3), (60_000, 5)), took=61_000), "real")
    hall.wait(0.5)
    assert hall.show.heard == {"say#1": "ab"}
    hall.wait(0.9)
    assert hall.show.heard == {"say#1": "ab"}
    hall.wait(0.1)
    assert hall.show.heard == {"say#1": "abcde"}
    hall.wait(1.9)
    assert hall.show.heard == {"say#1": "abcde"}
    hall.wait(0.1)
    assert hall.show.state.over


def test_what_a_live_call_says_is_heard_at_once_at_the_real_pace() -> None:
    log = alone("Hello there, my friend.")
    hall = Hall(log.events, log.values, "real")
    hall.playhead.hear("say#1", "Hel")
    hall.feed(3)
    hall.wait(0.6)
    assert hall.show.heard == {"say#1": "Hel"}
    hall.playhead.hear("say#1", "Hello there,")
    assert hall.playhead.due() == 0.0
    assert hall.look().spoke == {"say#1"}
    assert hall.show.heard == {"say#1": "Hello there,"}


def test_what_a_live_call_says_is_never_ahead_of_what_is_there() -> None:
    log = alone("Hello there, my friend. How are you?")
    hall = Hall(log.events, log.values)
    hall.feed(3)
    hall.wait(60)
    assert hall.show.heard == {}
    assert hall.playhead.due() is None
    hall.playhead.hear("say#1", "Hello there,")
    hall.wait(60)
    assert hall.show.heard == {"say#1": "Hello there,"}
    hall.feed(2)
    assert not hall.show.state.over
    hall.wait(60)
    assert hall.show.state.over


def test_several_calls_speak_side_by_side() -> None:
    for seed in range(40):
        hall = Hall.of(side_by_side(seed))
        together = 0
        while (due := hall.playhead.due()) is not None:
            together = max(together, len(hall.wait(max(due, 0.05)).spoke))
        if together > 1:
            return
    pytest.fail("they wait for one another")


def test_a_call_ends_only_when_all_it_said_was_shown() -> None:
    log = side_by_side(3)
    hall = Hall.of(log)
    shown: dict[str, str] = {}
    while (due := hall.playhead.due()) is not None:
        moved = hall.wait(max(due, 0.02))
        shown |= {call: hall.show.heard[call] for call in moved.spoke if call in hall.show.heard}
        for event in moved.events:
            if isinstance(event, CallFinished) and event.call in shown:
                assert len(shown[event.call]) > 0.8 * len(hall.show.words(event.text))


def test_handoffs_that_are_made_together_follow_one_another_closely() -> None:
    events: list[Event] = [*(alone("Hi.").events[:1])]
    events += [Handoff("cto", taker, "plan", seq=number) for number, taker in enumerate(("qa", "editor"), 2)]
    events.append(RunFinished("succeeded", seq=4))
    hall = Hall(events, {})
    hall.feed(4)
    hall.wait(0.01)
    hall.wait(STAGGER)
    assert hall.playhead.seen == 3
    assert [beat.kind for beat, _ in hall.playhead.beats()] == ["handoff-lift", "handoff-lift"]
    hall.wait(0.3)
    assert [beat.kind for beat, _ in hall.playhead.beats()] == ["handoff-move", "handoff-lift"]
    assert hall.playhead.seen == 3


def test_what_is_shown_right_now_moves_from_nothing_to_all() -> None:
    hall = Hall.of(alone("A sentence that takes its time to be read by everybody."))
    seen_so_far: dict[str, list[float]] = {}
    while not hall.show.state.over or hall.playhead.beat is not None:
        hall.wait(0.03)
        if (beat := hall.playhead.beat) is not None:
            seen_so_far.setdefault(beat.kind, []).append(hall.playhead.progress())
    assert list(seen_so_far) == ["cue-in", "think", "headline", "settle", "bow"]
    for progress in seen_so_far.values():
        assert progress == sorted(progress)
        assert 0 <= progress[0] <= progress[-1] <= 1


def test_a_live_run_that_is_far_ahead_is_caught_up_with() -> None:
    log = side_by_side(8, turns=6)
    assert log.events[-1].mono / 1000 > 3 * LAG
    patient, hurried = Hall.of(log), Hall.of(log)
    hurried.playhead.live = True
    assert hurried.to_the_end(0.01) < patient.to_the_end(0.01) * 0.9
    assert hurried.order == patient.order
    assert HURRY == 1.5


def test_what_comes_after_a_silence_happens_when_it_comes() -> None:
    log = alone("Hi.")
    hall = Hall(log.events, log.values)
    hall.feed(1)
    hall.wait(100)
    assert hall.playhead.due() is None
    hall.feed(1)
    assert hall.playhead.due() == 0.0
    hall.look()
    beat = hall.playhead.beat
    assert beat is not None
    assert (beat.kind, hall.playhead.progress()) == ("cue-in", 0.0)


# Going elsewhere


def test_one_event_forward_and_one_back_stand_still_there() -> None:
    hall = Hall.of(side_by_side(1))
    hall.playhead.seek(10)
    hall.playhead.forward()
    assert (hall.playhead.seen, hall.playhead.paused) == (11, True)
    hall.playhead.back()
    assert hall.look().rebuilt
    assert (hall.playhead.seen, hall.playhead.behind) == (10, len(hall.events) - 10)
    assert hall.wait(100).events == ()


def test_whoever_goes_into_the_middle_of_a_speech_hears_what_was_said_by_then() -> None:
    text = "abcdefghij" * 4
    log = alone(text, ((0, 10), (1000, 10), (2000, 20)))
    log.events.insert(3, Handoff("qa", "editor", seq=4, mono=1600))
    for number, event in enumerate(log.events, 1):
        event.seq = number
    hall = Hall.of(log, "real")
    hall.playhead.seek(4)
    hall.look()
    assert hall.show.heard == {"say#1": text[:20]}
    hall.wait(2.0)
    assert hall.show.state.over


def test_the_next_and_the_previous_of_a_kind_are_found_from_where_one_is() -> None:
    log = side_by_side(2)
    speaking = [event.seq for event in log.events if isinstance(event, CallSpeaking)]
    hall = Hall.of(log)
    assert hall.playhead.find((CallSpeaking,), 1) == speaking[0]
    assert hall.playhead.find((CallSpeaking,), -1) is None
    hall.playhead.seek(speaking[1])
    assert hall.playhead.find((CallSpeaking,), 1) == speaking[2]
    assert hall.playhead.find((CallSpeaking,), -1) == speaking[0]
    assert hall.playhead.find((StepFailed,), 1) is None


async def test_who_waits_for_the_audience_goes_on_when_it_has_seen_the_event() -> None:
    hall = Hall.of(alone("Hello there."))
    waiting = asyncio.create_task(hall.playhead.shown(4))
    await asyncio.sleep(0)
    while (due := hall.playhead.due()) is not None:
        assert not waiting.done() or hall.playhead.seen >= 4
        hall.wait(max(due, 0.1))
        await asyncio.sleep(0)
    await waiting
    hall.playhead.to_start()
    await hall.playhead.shown(4)


# A long run


@pytest.fixture(scope="module")
def long() -> Notebook:
    log = Notebook()
    tell(log, steps=25_000)
    return log


@pytest.mark.parametrize("took", [0.0, LONGEST / 2.5])
def test_a_hundred_thousand_events_never_hold_a_frame_back_for_long(long: Notebook, took: float) -> None:
    """On a quick machine a frame is full of events; on a slow one, where a few of them take long, it ends early."""
    hall = Hall(long.events, long.values, "instant")
    now = count()
    playhead = Playhead(hall.show, "instant", lambda: next(now) * took)
    for event in long.events:
        playhead.feed(event)
    frames: list[int] = []
    while playhead.due() is not None:
        frames.append(len(playhead.advance().events))
    assert playhead.seen == len(long.events) > 100_000
    assert max(frames) == (3 * 64 - 1 if took else MOST), "every 64 events it looks at the clock"


def test_seeking_in_a_hundred_thousand_events_is_done_in_pieces(long: Notebook) -> None:
    hall = Hall.of(long, "theatrical")
    hall.playhead.paused = True
    hall.playhead.seek(90_000)
    assert hall.playhead.seen <= MOST
    looks = 0
    while hall.playhead.due() is not None:
        hall.look()
        looks += 1
    assert (hall.playhead.seen, looks) == (90_000, 90_000 // MOST - 1)
    assert hall.show.state == fold(long.events[:90_000])


def test_what_is_shown_is_fit_for_a_terminal() -> None:
    log = alone("red \x1b[31m and sk-proj-abcdefghijklmnopqrstuvwxyz0123456789 bold")
    hall = Hall(log.events, log.values)
    hall.feed(3)
    hall.playhead.hear("say#1", "red \x1b[31m")
    hall.wait(10)
    assert hall.show.heard["say#1"] == "red ␛[31m"
    hall.feed(2)
    hall.to_the_end()
    said = hall.show.state.agents["cto"].said
    assert isinstance(said, Ref)
    assert hall.show.words(said) == "red ␛[31m and sk-p••• bold"
    assert as_words({"a": ["\x07", 1]}) == '{\n  "a": [\n    "\\u0007",\n    1\n  ]\n}'
    assert HEADLINE == 90
