"""A locked keyboard: what still counts, and what opens it."""

from __future__ import annotations

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


def test_only_what_was_named_passes() -> None:
    lock = Lock(("space", "pagedown"))
    assert lock.press("space", " ") == "through"
    assert lock.press("pagedown", None) == "through"
    assert [lock.press(key, None) for key in ("escape", "ctrl+c", "ctrl+q", "enter", "f1")] == ["stopped"] * 5


def test_q_three_times_opens_it() -> None:
    assert Fingers().type("qqq") == ["stopped", "stopped", "opened"]


def test_a_held_q_is_many_of_them() -> None:
    assert "opened" in Fingers().type("q" * 30, every=0.03)


@pytest.mark.parametrize("typed", ["qq", "qqx", "qxqxq", "QQQ"])
def test_what_is_nearly_so_does_not(typed: str) -> None:
    assert "opened" not in Fingers().type(typed)


def test_slowly_is_no_hold() -> None:
    assert "opened" not in Fingers().type("qqq", every=1.5)


def test_it_locks_again_after_it_was_opened() -> None:
    fingers = Fingers()
    fingers.type("qqq")
    assert fingers.type("q") == ["stopped"], "the old ones are not counted twice"


def test_a_pin_opens_it_and_q_does_not_any_more() -> None:
    assert "opened" not in Fingers(pin="4711").type("qqqqqq")
    assert Fingers(pin="4711").type("4711")[-1] == "opened"
    assert Fingers(pin="4711").type("994711")[-1] == "opened", "whoever mistypes begins again"
    assert "opened" not in Fingers(pin="4711").type("4711", every=6.0)


def test_a_key_that_passes_may_be_part_of_the_pin() -> None:
    assert Fingers("1", pin="11").type("11") == ["through", "opened"]


def test_it_says_how_it_is_opened() -> None:
    assert Lock().opens_with == "hold q to unlock"
    assert "4711" not in Lock(pin="4711").opens_with
