"""Moments in words: every form finds its event in real rehearsals, and what finds none says what was meant."""

from __future__ import annotations

import pytest

from app.events import Event
from app.playback.anchors import NoAnchor, anchor, missing_hint, words_for
from corpus.rehearsals import PLAYS, rehearsed


def found(play: str, words: str) -> str:
    """The event at which words find their place: its number, kind and step."""
    is_here = anchor(words)
    event = next((event for event in rehearsed(play).events if is_here(event)), None)
    return "nowhere" if event is None else told(event)


def told(event: Event) -> str:
    return f"#{event.seq} {type(event).__name__} {event.step}".strip()


@pytest.mark.parametrize(
    ("play", "words", "event"),
    [
        ("feature-sprint", "start", "#1 RunStarted"),
        ("feature-sprint", "end", "#74 RunFinished"),
        ("feature-sprint", "#41", "#41 CallFinished polish/1/fix"),
        ("feature-sprint", "0:08", "#33 CallSpeaking polish/1/verdict"),
        ("feature-sprint", "0:15.5", "#51 CallFinished polish/2/verdict"),
        ("feature-sprint", "handoff", "#12 Handoff api"),
        ("feature-sprint", "2nd handoff", "#15 Handoff ui"),
        ("feature-sprint", "handoff to qa", "#29 Handoff polish/1/verdict"),
        ("feature-sprint", "3rd handoff to qa", "#47 Handoff polish/2/verdict"),
        ("feature-sprint", "handoff from qa", "#37 Handoff polish/1/fix"),
        ("feature-sprint", "handoff from qa to devops", "#62 Handoff deploy"),
        ("feature-sprint", "step polish begins", "#26 StepStarted polish"),
        ("feature-sprint", "step polish ends", "#56 StepFinished polish"),
        ("feature-sprint", "step verdict ends", "#35 StepFinished polish/1/verdict"),
        ("feature-sprint", "2nd time step polish/verdict begins", "#46 StepStarted polish/2/verdict"),
        ("feature-sprint", "step polish/2/verdict ends", "#52 StepFinished polish/2/verdict"),
        ("feature-sprint", "1st turn of polish", "#27 StepStarted polish/1"),
        ("feature-sprint", "2nd turn of polish", "#45 StepStarted polish/2"),
        ("feature-sprint", "gate sign_off opens", "#58 GateOpened sign_off"),
        ("feature-sprint", "gate sign_off answered", "#59 GateAnswered sign_off"),
        ("feature-sprint", "qa speaks", "#33 CallSpeaking polish/1/verdict"),
        ("feature-sprint", "2nd time  qa speaks", "#50 CallSpeaking polish/2/verdict"),
        ("feature-sprint", 'cue "Q5"', "#57 StepStarted sign_off"),
        ("feature-sprint", "cue Q4", "#26 StepStarted polish"),
        ("incident-triage", "1st error", "#12 ToolFailed evidence/health"),
        ("incident-triage", "tool table.filter begins", "#9 ToolStarted evidence/recent"),
        ("incident-triage", "3rd time tool http begins", "#128 ToolStarted recovered/1"),
        ("incident-triage", "2nd time step evidence/health begins", "#14 StepStarted evidence/health"),
        ("incident-triage", "2nd turn of recovered", "#132 StepStarted recovered/2"),
        ("market-scan", "debate decided", "#155 DebateDecided verdict"),
        ("market-scan", "debate verdict decided", "#155 DebateDecided verdict"),
        ("market-scan", "2nd round of verdict", "#133 DebateRound verdict"),
        ("market-scan", "step field/rivals ends", "#43 StepFinished field/rivals"),
        ("market-scan", "step field/rivals[2] ends", "#40 StepFinished field/rivals[2]"),
        ("market-scan", "99th handoff", "nowhere"),
    ],
)
def test_words_find_the_event_that_they_mean(play: str, words: str, event: str) -> None:
    assert found(play, words) == event


@pytest.mark.parametrize("play", PLAYS)
def test_every_event_has_words_by_which_it_is_found_again(play: str) -> None:
    events = rehearsed(play).events
    for event in events:
        words = words_for(events, event.seq)
        is_here = anchor(words)
        assert next(each.seq for each in events if is_here(each)) == event.seq, words


def test_words_of_one_run_find_the_same_moments_of_another() -> None:
    one, other = rehearsed("feature-sprint").events, rehearsed("feature-sprint", seed=7).events
    assert [event.mono for event in one] != [event.mono for event in other]
    for event in one:
        words = words_for(one, event.seq)
        if words.startswith("#"):
            continue
        is_here = anchor(words)
        there = next(each for each in other if is_here(each))
        assert (type(there), there.step, there.agent) == (type(event), event.step, event.agent), words


def test_where_nothing_happens_the_number_is_all_that_can_be_said() -> None:
    assert words_for(rehearsed("feature-sprint").events, 4711) == "#4711"
    assert words_for((), 1) == "#1"


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        ("2nd handof to critic", 'did you mean "2nd handoff to critic"?'),
        ("2 handoff to critic", 'did you mean "2nd handoff to critic"?'),
        ("step polish begin", 'did you mean "step polish begins"?'),
        ("gate sign_off open", 'did you mean "gate sign_off opens"?'),
        ("critic speak", 'did you mean "critic speaks"?'),
        ("step polish stops", "write  step NAME begins, or step NAME ends"),
        ("0th handoff", "write  handoff, handoff to NAME or handoff from NAME to NAME"),
        ("whenever", 'such as "2nd handoff to critic", "step polish ends", "critic speaks", "1:47" or "start"'),
        ("1:75", 'such as "2nd handoff to critic", "step polish ends", "critic speaks", "1:47" or "start"'),
    ],
)
def test_words_that_name_no_moment_are_told_what_could_have_been_meant(words: str, hint: str) -> None:
    with pytest.raises(NoAnchor, match="names no moment of a run") as refused:
        anchor(words)
    assert refused.value.hint == hint


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        ("handoff to qaa", 'there is no "qaa" in this run: did you mean "qa"?'),
        ("step polsh ends", 'there is no "polsh" in this run: did you mean "polish"?'),
        ("zebra speaks", 'there is no "zebra" in this run'),
        ("3rd turn of polish", "it does not happen"),
        ("9th handoff to qa", "it happens 3 times in this run"),
        ("2nd time gate sign_off opens", "it happens once in this run"),
        ("1st error", "it does not happen"),
        ("9:59", "the run takes 0:20"),
    ],
)
def test_a_cue_without_a_place_is_told_why(words: str, hint: str) -> None:
    assert missing_hint(words, rehearsed("feature-sprint").events) == hint
