"""What the audience has seen: who is in the light, whose panel changed, and texts that are fit for a terminal."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.events import (
    CallFailed,
    CallFinished,
    CallStarted,
    Directed,
    Event,
    Failure,
    Handoff,
    Performer,
    Ref,
    RunPaused,
    RunStarted,
    ToolFinished,
    ToolStarted,
)
from app.playback.show import REMEMBERED, Show

CAST = tuple(Performer(id=name) for name in ("a", "b", "c"))
OPENING = RunStarted("play", cast=CAST)


def shown(*events: Event) -> Show:
    show = Show(lambda ref: ref.ref)
    for number, event in enumerate((OPENING, *events), 1):
        event.seq = number
        show.apply(event)
    return show


def begins(agent: str, number: int = 1) -> CallStarted:
    return CallStarted("m", agent=agent, step=agent, call=f"{agent}#{number}")


def ends(agent: str, number: int = 1) -> CallFinished:
    return CallFinished(agent=agent, step=agent, call=f"{agent}#{number}")


@pytest.mark.parametrize(
    ("events", "lit"),
    [
        ([], ""),
        ([begins("a")], "a"),
        ([begins("a"), begins("b")], "b"),
        ([begins("a"), begins("b"), ends("b")], "a"),
        ([begins("a"), begins("b"), ends("a")], "b"),
        ([begins("a"), begins("b"), begins("c"), ends("c"), ends("b")], "a"),
        ([begins("a"), ends("a")], "a"),
        ([begins("a"), ends("a"), begins("b"), ends("b")], "b"),
        ([begins("a"), begins("b"), begins("a", 2), ends("a", 2)], "a"),
        ([begins("a"), begins("b"), ToolStarted("t", agent="a", call="a!t#1")], "a"),
        ([begins("a"), ToolStarted("t", call="t#1"), ToolFinished(call="t#1")], "a"),
        ([begins("a"), RunPaused("person")], "a"),
        ([begins("a"), begins("b"), CallFailed(Failure(error="x"), agent="b", call="b#1")], "a"),
    ],
)
def test_in_the_light_is_who_began_last_and_still_acts_else_who_acted_last(events: list[Event], lit: str) -> None:
    assert shown(*events).lit == lit


def test_only_panels_that_changed_are_to_be_drawn_again() -> None:
    show = shown(begins("a"))
    assert show.touched == {"a", "b", "c", ""}
    show.touched.clear()
    show.hear("a#1", "Hello")
    assert show.touched == {"a"}
    show.touched.clear()
    show.apply(Handoff("a", "b", agent="b", seq=3))
    assert show.touched == {"a", "b"}
    show.touched.clear()
    show.apply(Directed("mute", to="c", seq=4))
    assert show.touched == {"c"}
    show.touched.clear()
    show.apply(begins("b"))
    assert show.touched == {"a", "b"}, "the light went from one to the other"


def test_every_change_is_counted() -> None:
    show = shown()
    counted = [show.revision]
    changes: tuple[Callable[[], None], ...] = (
        lambda: show.apply(begins("a")), lambda: show.hear("a#1", "x"), show.hush, show.start_again,
    )  # fmt: skip
    for change in changes:
        change()
        counted.append(show.revision)
    assert counted == sorted(set(counted))


def test_what_was_heard_is_gone_when_the_call_has_ended_or_was_cut_off() -> None:
    for end in (ends("a"), RunPaused("person")):
        show = shown(begins("a"))
        show.hear("a#1", "Hello")
        assert show.heard == {"a#1": "Hello"}
        show.apply(end)
        assert show.heard == {}


def test_words_are_safe_whole_and_kept_for_a_while() -> None:
    asked: list[str] = []

    def value(ref: Ref) -> object:
        asked.append(ref.ref)
        return {"list": {"b": [1, "ü"]}, "none": None}.get(ref.ref, f"\x1b[1m{ref.ref}\r\n")

    show = Show(value)
    assert show.words(None) == show.words(Ref("none")) == ""
    assert show.words(Ref("list")) == '{\n  "b": [\n    1,\n    "ü"\n  ]\n}'
    assert [show.words(Ref("x")) for _ in range(3)] == ["␛[1mx\n"] * 3
    assert asked.count("x") == 1
    for number in range(2 * REMEMBERED):
        show.words(Ref(str(number)))
    show.words(Ref("x"))
    assert asked.count("x") == 2
    assert show.value(None) is None
