"""Texts are counted, measured, compared, searched and checked, whatever they hold and however long they are."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from app.tools.text import compared, counted, readability, rendered
from tools.conftest import Failing, Using

ENGLISH = "The cat sat on the mat. It was warm. The dog was not amused, but it said nothing."
LAWYERLY = (
    "Notwithstanding aforementioned considerations, institutional administrators systematically reconsidered "
    "organisational responsibilities, particularly concerning interdepartmental communication irregularities."
)


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("", (0, 0, 0, 0, 0)),
        ("One.", (4, 1, 1, 1, 1)),
        ("No end", (6, 2, 1, 1, 1)),
        ('It\'s 3.5 km. Really?! "Yes." Ok…', (32, 6, 4, 1, 1)),
        ("a b\nc\n\n  \n\nd", (12, 4, 1, 6, 2)),
        ("Größe über alles.", (17, 3, 1, 1, 1)),
        (" \n ", (3, 0, 0, 2, 0)),
    ],
)
def test_a_text_is_counted(text: str, counts: tuple[int, ...]) -> None:
    assert tuple(counted(text).values()) == counts


@given(some.text(alphabet=".!?…\"')] \nab'-é", max_size=200))
def test_counts_are_never_less_than_nothing_nor_more_than_characters(text: str) -> None:
    counts = counted(text)
    assert all(0 <= number <= len(text) for number in counts.values())


@pytest.mark.parametrize(
    "text", ["!" * 999_999 + "x", "a." * 500_000, "\n " * 500_000, "!'" * 500_000, "a" + ".-" * 400_000]
)
def test_counting_takes_time_by_the_length_alone(text: str) -> None:
    start = time.thread_time()
    counted(text)
    assert time.thread_time() - start < 2


def test_simple_text_reads_easily_and_lawyers_do_not() -> None:
    assert readability(ENGLISH, "en")["level"] == "very easy"
    assert readability(LAWYERLY, "en")["level"] == "very hard"
    assert readability("Der Hund schläft. Es ist warm.", "de")["score"] > readability(LAWYERLY, "de")["score"]


async def test_a_text_without_words_cannot_be_measured(failing: Failing) -> None:
    assert (await failing("text.readability", {"text": "..."})).error == "bad_arguments"


def test_a_comparison_counts_what_was_added_and_removed() -> None:
    found = compared(["a", "b", "c"], ["a", "B", "c", "d"], 1)
    assert (found["same"], found["added"], found["removed"]) == (False, 2, 1)
    assert "-b\n+B" in found["diff"]
    assert compared(["a"], ["a"], 3) == {"same": True, "added": 0, "removed": 0, "diff": ""}


async def test_texts_of_many_lines_are_not_compared(failing: Failing) -> None:
    assert (await failing("text.diff", {"before": "a\n" * 3_000, "after": "b\n" * 3_000})).error == "refused"


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        (r"\d+", ["12", "7"]),
        (r"(\w)=", ["a", "b"]),
        (r"(\w)=(\d+)", [["a", "12"], ["b", "7"]]),
        (r"(?P<name>\w)=(?P<value>\d+)", [{"name": "a", "value": "12"}, {"name": "b", "value": "7"}]),
        (r"^b", ["b"]),
        ("nothing", []),
    ],
)
async def test_a_pattern_gives_what_its_groups_hold(using: Using, pattern: str, found: list[Any]) -> None:
    assert await using("text.extract", {"text": "a=12\nb=7", "pattern": pattern}) == found


async def test_capitals_and_the_number_of_finds_can_be_told(using: Using) -> None:
    arguments = {"text": "aAaA", "pattern": "A", "ignore_case": True, "limit": 3}
    assert await using("text.extract", arguments) == ["a", "A", "a"]


async def test_what_is_found_keeps_its_letters(using: Using) -> None:
    assert await using("text.extract", {"text": "Größe 🎭", "pattern": r"\S+"}) == ["Größe", "🎭"]


@pytest.mark.parametrize("pattern", ["(", "a{99999999999}", "(?P<1>a)", "[z-a]"])
async def test_a_pattern_that_cannot_be_read_is_said_to_be(failing: Failing, pattern: str) -> None:
    raised = await failing("text.extract", {"text": "a", "pattern": pattern})
    assert raised.error == "bad_arguments"
    assert raised.message.startswith("this pattern cannot be read")


async def test_a_pattern_that_would_take_for_ever_is_ended(failing: Failing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.tools.apart.SECONDS", 0.3)
    raised = await failing("text.extract", {"text": "a" * 60 + "b", "pattern": r"(a+)+$"})
    assert (raised.error, raised.message) == ("failed", "this took longer than 0.3 s")


async def test_a_search_that_is_cancelled_leaves_no_process(using: Using) -> None:
    import psutil

    me = psutil.Process()
    before = set(me.children())  # what earlier tests keep ready
    searching = asyncio.create_task(using("text.extract", {"text": "a" * 60 + "b", "pattern": r"(a+)+$"}))
    while not (set(me.children()) - before or searching.done()):
        await asyncio.sleep(0)
    searching.cancel()
    with pytest.raises(asyncio.CancelledError):
        await searching
    assert set(me.children()) <= before


@pytest.mark.parametrize(
    ("rules", "problems"),
    [
        ({}, []),
        ({"min_words": 3, "max_words": 9, "max_characters": 99, "contains": ["BELL"], "excludes": ["cat"]}, []),
        ({"min_words": 9}, ["5 words; at least 9 are wanted"]),
        ({"max_words": 2, "max_characters": 4}, ["5 words; 2 is the most", "27 characters; 4 is the most"]),
        ({"contains": ["bell", "cat", "dog"]}, ["not in it: cat, dog"]),
        ({"excludes": ["nobody"]}, ["should not be in it: nobody"]),
    ],
)
async def test_a_text_is_checked_against_rules(using: Using, rules: dict[str, Any], problems: list[str]) -> None:
    got = await using("text.validate", {"text": "The bell rang. Nobody went.", **rules})
    assert got == {"ok": not problems, "problems": problems}


@given(
    some.dictionaries(some.from_regex(r"[a-z]{1,8}", fullmatch=True), some.text(min_size=1, max_size=20), max_size=6),
    some.text(max_size=20),
)
def test_a_template_gives_its_words_and_the_fields_in_their_places(fields: dict[str, str], between: str) -> None:
    template = between.replace("{", "{{").replace("}", "}}").join(["", *(f"{{{name}}}" for name in fields), ""])
    assert rendered(template, fields) == between.join(["", *fields.values(), ""])


async def test_numbers_and_truths_are_filled_in_as_json(using: Using) -> None:
    arguments = {"template": "{share} % of {count}: {sure}", "fields": {"share": 12.5, "count": 8, "sure": True}}
    assert (await using("text.render", arguments))["text"] == "12.5 % of 8: true"


@pytest.mark.parametrize(
    ("template", "fields", "said"),
    [
        ("{service} is {state}", {"service": "checkout"}, 'the field "state" is missing'),
        ("{service}", {"service": ""}, 'the field "service" is empty'),
        ("{service}", {"service": None}, 'the field "service" is empty'),
        ("{service}", {"service": "a", "servise": "b"}, 'the template has no field "servise"'),
        ("{service", {}, "this template cannot be read: expected '}' before end of string"),
        ("{0}", {}, 'this template cannot be read: "0" is no field'),
        ("{a.b}", {"a": "x"}, 'this template cannot be read: "a.b" is no field'),
        ("{a!r}", {"a": "x"}, 'this template cannot be read: "a" is no field'),
    ],
)
async def test_a_template_is_never_sent_with_a_hole(
    failing: Failing, template: str, fields: dict[str, Any], said: str
) -> None:
    raised = await failing("text.render", {"template": template, "fields": fields})
    assert (raised.error, raised.message) == ("bad_arguments", said)


async def test_a_message_that_grew_too_long_is_refused(failing: Failing) -> None:
    arguments = {"template": "{name}", "fields": {"name": "x" * 50}, "max_characters": 40}
    assert (await failing("text.render", arguments)).error == "refused"
