"""How long the audience is given: within the bounds of the table, and never more than a person would wait."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.events import (
    CallFailed,
    CallFinished,
    CallSpeaking,
    CallStarted,
    Event,
    Failure,
    GateAnswered,
    GateClosed,
    GateOpened,
    Handoff,
    MemoryRead,
    Narration,
    Ref,
    RunFinished,
    StepStarted,
    ToolFinished,
    ToolStarted,
)
from app.playback.pace import (
    HEADLINE,
    PACES,
    Length,
    caption_length,
    fill_length,
    headline_length,
    headline_of,
)

BEATS: list[tuple[Event, tuple[tuple[str, float, float], ...]]] = [
    (CallStarted("m"), (("cue-in", 0.15, 0.8),)),
    (CallFinished(), (("settle", 0.15, 1.2),)),
    (CallFailed(Failure(error="overloaded")), (("error", 1.5, 4.0),)),
    (ToolStarted("table"), (("tool", 0.25, 0.8),)),
    (ToolFinished(), (("tool", 0.4, 2.0),)),
    (Handoff("a", "b"), (("handoff-lift", 0.2, 0.6), ("handoff-move", 0.35, 1.0), ("handoff-land", 0.25, 1.0))),
    (GateOpened("ok", "approve"), (("question", 1.2, 5.0),)),
    (GateAnswered("ok", Ref("x")), (("answer", 0.5, 2.5),)),
    (GateClosed("ok", "expired"), (("answer", 0.5, 2.5),)),
    (Narration(Ref("x")), (("caption", 0.85, 7.0),)),
    (StepStarted(caption=Ref("x")), (("caption", 0.85, 7.0),)),
    (StepStarted(), ()),
    (MemoryRead("run"), ()),
    (RunFinished("succeeded"), (("bow", 1.0, 3.0),)),
]
PACED = ("brisk", "theatrical", "keynote")


@pytest.mark.parametrize("pace", PACED)
@pytest.mark.parametrize(("event", "bounds"), BEATS, ids=lambda value: type(value).__name__)
def test_every_beat_is_within_its_bounds(event: Event, bounds: tuple[tuple[str, float, float], ...], pace: str) -> None:
    beats = PACES[pace].beats(event, _to_read(bounds))
    assert [kind for kind, _ in beats] == [kind for kind, _, _ in bounds]
    for (_, seconds), (_, floor, ceiling) in zip(beats, bounds, strict=True):
        assert floor <= seconds <= ceiling


@pytest.mark.parametrize(("event", "bounds"), BEATS, ids=lambda value: type(value).__name__)
def test_slower_paces_take_longer_and_two_have_no_beats(
    event: Event, bounds: tuple[tuple[str, float, float], ...]
) -> None:
    lengths = [sum(seconds for _, seconds in PACES[pace].beats(event, _to_read(bounds))) for pace in PACED]
    assert lengths == sorted(lengths)
    assert len(set(lengths)) == (3 if bounds else 1)
    assert PACES["instant"].beats(event) == PACES["real"].beats(event) == ()


def _to_read(bounds: tuple[tuple[str, float, float], ...]) -> int:
    """Characters of a caption, where an event brings one."""
    return 60 if bounds and bounds[0][0] == "caption" else 0


def test_a_cue_gives_its_words_the_time_to_be_read_beside_what_happens() -> None:
    assert PACES["theatrical"].beats(CallStarted("m"), 60) == (("caption", 3.0), ("cue-in", 0.35))


def test_brisk_is_the_floor_and_theatrical_the_ideal() -> None:
    length = Length(1.0, 2.0, 4.0)
    assert [length.at(stretch) for stretch in (0, 0.5, 1, 1.5, 2)] == [1.0, 1.5, 2.0, 3.0, 4.0]
    assert PACES["brisk"].beats(CallStarted("m")) == (("cue-in", 0.15),)
    assert PACES["theatrical"].beats(CallStarted("m")) == (("cue-in", 0.35),)


@given(st.integers(0, 10_000))
def test_lengths_of_texts_are_in_order(characters: int) -> None:
    for length in (headline_length(characters), fill_length(characters), caption_length(characters)):
        assert 0 < length.floor <= length.ideal <= length.ceiling
    assert fill_length(characters).ideal <= 1.2
    assert caption_length(characters).ceiling <= 7.0


@given(st.text(max_size=400))
def test_a_first_sentence_is_no_longer_than_the_text_nor_than_anybody_reads(text: str) -> None:
    end = headline_of(text)
    assert 0 <= end <= min(HEADLINE, len(text))
    assert end > 0 or not text


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Split it here. Then the rest.", "Split it here."),
        ('"Really?" he asked. Nobody answered.', '"Really?"'),
        ("A heading of some length\nand more below", "A heading of some length\n"),
        ("Only this", "Only this"),
        ("In version 3.11 it is quicker, v. much so. Good.", "In version 3.11 it is quicker, v. much so."),
        ("word " * 40, "word " * 18),
        ("x" * 200, "x" * 90),
        ('{\n  "tasks": [\n', '{\n  "tasks": [\n'),
    ],
)
def test_where_a_first_sentence_ends(text: str, sentence: str) -> None:
    assert text[: headline_of(text)] == sentence


def test_of_a_long_wait_only_the_beginning_is_shown() -> None:
    before = CallStarted("m", mono=1000)
    waits = {name: pace.gap(before, CallSpeaking(mono=61_000)) for name, pace in PACES.items()}
    assert waits == {"instant": 0.0, "brisk": 0.4, "real": 2.0, "theatrical": 0.9, "keynote": pytest.approx(1.08)}
    assert PACES["theatrical"].gap(before, CallSpeaking(mono=1500)) == 0.5
    assert PACES["theatrical"].gap(before, CallSpeaking(mono=1000)) == 0.1, "somebody is seen to think"


def test_at_the_real_pace_every_wait_is_shown_and_at_the_others_only_those_that_mean_something() -> None:
    before, after = StepStarted(mono=0), StepStarted(mono=1500)
    assert [PACES[name].gap(before, after) for name in ("real", "theatrical", "instant")] == [1.5, 0.0, 0.0]
    assert PACES["theatrical"].gap(ToolStarted("t"), ToolFinished(mono=9000)) == 1.2
    assert PACES["theatrical"].gap(None, after) == 0.0


def test_while_a_caption_is_read_somebody_may_begin_to_act() -> None:
    pace = PACES["theatrical"]
    ((kind, seconds),) = pace.beats(Narration(Ref("x")), 120)
    assert (seconds, pace.held(kind, seconds)) == (6.0, 1.2)
    assert pace.held("error", 2.5) == 2.5
