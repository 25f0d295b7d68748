"""A locked keyboard: what still counts, and what opens it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from app.tui.lock import Lock, Verdict


class Fingers:
    """Somebody at a locked keyboard, who takes their time."""

    def __init__(self, *passes: str, pin: str = "") -> None:
        self.now = 0.0
        self.lock = Lock(passes, pin=pin, clock=lambda: self.now)

    def type(self, text: str, every: float = 0.1) -> list[Verdict]:
        said = []
        for character in text:
            self.now += every
            said.append(self.lock.press(character, character))
        return said

    def hold(self, seconds: float, *, first: float, every: float) -> list[Verdict]:
        """Keep q pressed, as a terminal tells it: again after a while, then again and again."""
        return [*self.type("q", first), *self.type("q", first), *self.type("q" * int((seconds - first) / every), every)]


def test_only_what_was_named_passes() -> None:
    lock = Lock(("space", "pagedown"))
    assert lock.press("space", " ") == "through"
    assert lock.press("pagedown", None) == "through"
    assert [lock.press(key, None) for key in ("escape", "ctrl+c", "ctrl+q", "enter", "f1")] == ["stopped"] * 5


@pytest.mark.parametrize(
    ("first", "every"), [(0.25, 0.03), (0.4, 1 / 30), (0.5, 0.04), (0.5, 0.1), (0.6, 0.1), (0.66, 0.04)]
)
def test_a_q_that_is_held_opens_it_however_slowly_a_terminal_repeats(first: float, every: float) -> None:
    assert "opened" in Fingers().hold(2.8, first=first, every=every)
    assert "opened" not in Fingers().hold(1.9, first=first, every=every)


@pytest.mark.parametrize("every", [0.13, 0.2, 0.3, 0.5, 1.5])
def test_taps_never_open_it(every: float) -> None:
    assert "opened" not in Fingers().type("q" * 200, every)


@pytest.mark.parametrize("typed", ["q" * 15 + "x" + "q" * 15, "qx" * 40, "Q" * 60])
def test_what_is_nearly_so_does_not(typed: str) -> None:
    assert "opened" not in Fingers().type(typed)


def test_a_key_that_is_let_go_and_held_again_begins_anew() -> None:
    fingers = Fingers()
    assert "opened" not in [*fingers.hold(1.5, first=0.4, every=0.05), *fingers.hold(1.5, first=0.7, every=0.05)]


def test_the_q_that_opened_it_does_nothing_more_until_it_was_quiet() -> None:
    fingers = Fingers()
    assert fingers.hold(2.1, first=0.4, every=0.03)[-1] == "opened" or fingers.type("q", 0.03) == ["opened"]
    assert echoes(fingers, [0.03] * 100 + [0.5, 0.69]) == {True}
    assert not fingers.lock.echoes("escape")
    assert echoes(fingers, [0.8]) == {False}


def echoes(fingers: Fingers, pauses: Sequence[float]) -> set[bool]:
    """What becomes of q after each of them, once it is open."""
    said = set()
    for pause in pauses:
        fingers.now += pause
        said.add(fingers.lock.echoes("q"))
    return said


def test_a_pin_opens_it_and_q_does_not_any_more() -> None:
    assert "opened" not in Fingers(pin="4711").hold(9, first=0.4, every=0.03)
    assert Fingers(pin="4711").type("4711")[-1] == "opened"
    assert Fingers(pin="4711").type("994711")[-1] == "opened", "whoever mistypes begins again"
    assert "opened" not in Fingers(pin="4711").type("4711", every=6.0)


def test_whoever_typed_a_pin_may_press_q_at_once() -> None:
    fingers = Fingers(pin="4711")
    fingers.type("4711")
    assert not fingers.lock.echoes("q")


def test_a_key_that_passes_may_be_part_of_the_pin() -> None:
    assert Fingers("1", pin="11").type("11") == ["through", "opened"]


def test_it_says_how_it_is_opened() -> None:
    assert Lock().opens_with == "hold q to unlock"
    assert "4711" not in Lock(pin="4711").opens_with
