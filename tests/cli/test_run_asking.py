"""The prompt of a gate on a terminal: drawn by us alone, answered by number or word, never by what was typed ahead."""

from __future__ import annotations

import asyncio
import io
import os
import pty
from collections.abc import Callable, Iterator

import pytest

from app.cli.asking import SETTLING, Answer, Prompter, understood
from app.cli.gates import MOST_LINES, drawn
from app.cli.ink import Ink
from app.journal.questions import Question
from corpus.probes import ALL, drives_a_terminal

PLAIN = Ink(colour=False)
QUESTION = Question("ship#1", "ship", "approve", "Ship it?", ("ship", "ship later", "hold"))


class Hand:
    """A person at a terminal: what they type, and a clock that says how long they took."""

    def __init__(self) -> None:
        self.keyboard, terminal = pty.openpty()
        self.source = os.fdopen(terminal, "r")
        self.screen = io.StringIO()
        self.now = 0.0
        self.prompter = Prompter(self.source, self.screen, lambda: self.now)

    def type(self, text: str) -> None:
        os.write(self.keyboard, text.encode())

    async def shown(self, text: str) -> None:
        while text not in self.screen.getvalue():
            await asyncio.sleep(0)


@pytest.fixture
def hand() -> Iterator[Hand]:
    person = Hand()
    yield person
    person.source.close()
    os.close(person.keyboard)


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("1", Answer("ship")),
        ("3 after the freeze", Answer("hold", "after the freeze")),
        ("2.", Answer("ship later")),
        ("ship", Answer("ship")),
        ("SHIP LATER: not today", Answer("ship later", "not today")),
        ("hold - it smells", Answer("hold", "it smells")),
        ("0", None),
        ("4", None),
        ("shipping", None),
        ("", None),
        ("yes", None),
    ],
)
def test_an_answer_is_a_number_or_a_word_with_a_note(typed: str, answer: Answer | None) -> None:
    assert understood(typed, QUESTION.options) == answer


def test_words_answer_where_there_are_no_options() -> None:
    assert understood("1 thing only", ()) == Answer("1 thing only")
    assert understood("", ()) is None


async def test_the_person_answers_after_a_look_at_the_question(hand: Hand) -> None:
    asking = asyncio.create_task(hand.prompter.ask(QUESTION))
    await hand.shown("> ")
    hand.now = SETTLING
    hand.type("maybe\n")
    await hand.shown('  "maybe" is not one of them\n')
    await hand.shown("a number or a word, and a note after it if you like; Ctrl+D leaves it open\n> ")
    hand.type("2 tomorrow\n")
    assert await asking == Answer("ship later", "tomorrow")
    assert "? ship\n│ Ship it?\n  1  ship\n  2  ship later\n  3  hold\n" in hand.screen.getvalue()


async def test_what_was_typed_before_the_question_answers_nothing(hand: Hand) -> None:
    hand.type("1\n1\n")
    asking = asyncio.create_task(hand.prompter.ask(QUESTION))
    await hand.shown("> ")
    hand.now = SETTLING
    hand.type("hold\n")
    assert await asking == Answer("hold")


async def test_what_comes_too_soon_to_be_an_answer_is_asked_again(hand: Hand) -> None:
    asking = asyncio.create_task(hand.prompter.ask(QUESTION))
    await hand.shown("> ")
    hand.type("1\n")
    await hand.shown("once more, please\n> ")
    hand.now = SETTLING
    hand.type("3\n")
    assert await asking == Answer("hold")


async def test_closing_the_input_leaves_the_question_open(hand: Hand) -> None:
    asking = asyncio.create_task(hand.prompter.ask(QUESTION))
    await hand.shown("> ")
    hand.type("\x04")
    assert await asking is None


async def test_a_question_that_is_settled_elsewhere_is_taken_back(hand: Hand) -> None:
    asking = asyncio.create_task(hand.prompter.ask(QUESTION))
    await hand.shown("> ")
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert hand.screen.getvalue().endswith("> \n")


@pytest.mark.parametrize(
    "change",
    [
        lambda text: Question(text, text, "approve", text, (text, "hold"), text, 0, 2_000_000_000_000_000, text),
        lambda text: Question(text, "", "ask", text),
    ],
)
def test_nothing_in_a_question_drives_the_terminal_or_leaves_its_edge(change: Callable[[str], Question]) -> None:
    lines = drawn(change(f"{ALL}\n> 1\n? other\n  1  yes"), PLAIN, 0.0)
    assert not drives_a_terminal("\n".join(lines))
    assert not any(line.startswith(("> ", "? other")) for line in lines)


def test_a_question_without_end_is_cut_where_the_prompt_stays_in_sight() -> None:
    lines = drawn(Question("g", "g", "ask", "line\n" * 10_000), PLAIN, 0.0)
    assert len(lines) < MOST_LINES + 6
    assert "│ (+9940 more lines)" in lines


def test_the_time_that_is_left_and_what_happens_then_are_said() -> None:
    lines = drawn(Question("g", "g", "approve", "?", ("a", "b"), "b", 0, 100_000_000, "the_boss", "Sign"), PLAIN, 40.0)
    assert lines[1] == "? Sign  for the boss"
    assert any(line.startswith("  1 min left, until ") and line.endswith("; then it is b") for line in lines)
