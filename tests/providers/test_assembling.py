"""What comes in pieces is put together again, however a server cuts it."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.base import ProviderError, ToolCall
from providers.wires.assembling import MOST_CHARACTERS, Halves, Thinking, ToolCalls

Piece = tuple[Any, Any, Any, Any]  # id, name, arguments, index


def joined(*pieces: Piece) -> list[ToolCall]:
    calls = ToolCalls()
    for id, name, arguments, index in pieces:
        calls.feed(id, name, arguments, index)
    return list(calls.done())


TWO = [ToolCall("a", "add", '{"x":1}'), ToolCall("b", "sub", '{"y":2}')]
SPELLINGS: dict[str, list[Piece]] = {
    "as OpenAI does": [
        ("a", "add", "", 0), (None, None, '{"x"', 0), (None, None, ":1}", 0),
        ("b", "sub", "", 1), (None, None, '{"y"', 1), (None, None, ":2}", 1),
    ],
    "interleaved": [
        ("a", "add", "", 0), ("b", "sub", "", 1), (None, None, '{"y"', 1), (None, None, '{"x"', 0),
        (None, None, ":2}", 1), (None, None, ":1}", 0),
    ],
    "index always 0": [("a", "add", '{"x":1}', 0), ("b", "sub", '{"y":', 0), (None, None, "2}", 0)],
    "index null": [("a", "add", '{"x":', None), (None, None, "1}", None), ("b", "sub", '{"y":2}', None)],
    "id and name in every piece": [
        ("a", "add", '{"x":', 0), ("a", "add", "1}", 0), ("a", "add", "", 0), ("b", "sub", '{"y":2}', 1),
    ],
    "arguments as an object": [("a", "add", {"x": 1}, 0), ("b", "sub", {"y": 2}, 0)],
    "empty ids in later pieces": [("a", "add", '{"x"', 0), ("", "", ":1}", 0), ("b", "sub", '{"y":2}', 1)],
}  # fmt: skip


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_two_calls_come_out_as_two_however_they_are_spelled(spelling: str) -> None:
    found = joined(*SPELLINGS[spelling])
    assert [(one.id, one.name, json.loads(one.arguments)) for one in found] == [
        (one.id, one.name, json.loads(one.arguments)) for one in TWO
    ]


def test_without_ids_a_name_after_whole_arguments_begins_another_call() -> None:
    found = joined((None, "add", '{"x":1}', 0), (None, "add", '{"x":2}', 0))
    assert found == [ToolCall("call_1", "add", '{"x":1}'), ToolCall("call_2", "add", '{"x":2}')]


def test_without_ids_another_name_begins_another_call() -> None:
    assert [one.name for one in joined((None, "now", None, None), (None, "here", "", None))] == ["now", "here"]


def test_no_arguments_are_an_empty_map() -> None:
    assert joined(("a", "now", None, 0)) == joined(("a", "now", "", 0)) == [ToolCall("a", "now", "{}")]


def test_arguments_that_are_no_json_stay_as_the_model_wrote_them() -> None:
    assert joined(("a", "add", '{"x": ', 0)) == [ToolCall("a", "add", '{"x":')]


def test_an_id_that_comes_twice_is_made_two() -> None:
    found = joined(("a", "add", "{}", 0), ("a", "add", "{}", 1))
    assert [one.id for one in found] == ["a", "a_2"]


def test_a_character_cut_in_two_inside_arguments_is_whole_again() -> None:
    assert joined(("a", "add", '{"x":"\ud83d', 0), (None, None, '\ude00"}', 0))[0].arguments == '{"x":"😀"}'


def test_arguments_without_end_are_given_up() -> None:
    calls = ToolCalls()
    calls.feed("a", "add", "x" * MOST_CHARACTERS, 0)
    with pytest.raises(ProviderError) as given_up:
        calls.feed(None, None, "x", 0)
    assert given_up.value.error == "malformed"


def test_calls_without_end_are_given_up() -> None:
    calls = ToolCalls()
    with pytest.raises(ProviderError):
        for number in range(100_000):
            calls.feed(str(number), "add", "", number)


@given(
    st.lists(
        st.tuples(
            st.none() | st.integers() | st.text(max_size=2),
            st.none() | st.booleans() | st.text(max_size=2),
            st.none() | st.text(max_size=4) | st.dictionaries(st.text(max_size=2), st.integers(), max_size=1),
            st.none() | st.integers(-1, 2) | st.text(max_size=1),
        ),
        max_size=12,
    )
)
def test_whatever_comes_every_call_has_an_id_of_its_own(pieces: list[Piece]) -> None:
    found = joined(*pieces)
    assert len({one.id for one in found}) == len(found)
    assert all(one.id and one.arguments for one in found)


@given(st.text(st.characters(codec="utf-8") | st.just("😀")), st.data())
def test_halves_of_characters_become_whole_wherever_the_text_is_cut(text: str, data: st.DataObject) -> None:
    units = text.encode("utf-16-le")
    cut = data.draw(st.integers(0, len(units) // 2)) * 2
    halves = Halves()
    pieces = [halves.join(part.decode("utf-16-le", "surrogatepass")) for part in (units[:cut], units[cut:])]
    assert "".join(pieces) == text


def test_half_a_character_that_stays_alone_is_marked() -> None:
    halves = Halves()
    assert halves.join("a\ud83d") + halves.join("b") == "a\ufffdb"


@given(st.lists(st.integers(0, 60), max_size=5))
def test_thoughts_between_tags_are_parted_from_the_answer_wherever_they_are_cut(cuts: list[int]) -> None:
    text = "\n<think>is a < b, or </b>?</think>\n\nyes: <think>"
    ends = sorted({0, *cuts, len(text)})
    thinking = Thinking()
    parts = [thinking.part(text[begin:end]) for begin, end in pairwise(ends)]
    parts.append(thinking.end())
    assert "".join(said for said, _ in parts) == "yes: <think>"
    assert "".join(thought for _, thought in parts) == "is a < b, or </b>?"


@pytest.mark.parametrize("text", ["<thin ice>", "<", " ", "a<think>b</think>", "</think>x"])
def test_a_text_that_does_not_begin_with_the_tag_is_all_answer(text: str) -> None:
    thinking = Thinking()
    said = [thinking.part(one)[0] for one in text] + [thinking.end()[0]]
    assert "".join(said) == text


def test_a_thought_that_never_ends_is_all_thought() -> None:
    thinking = Thinking()
    parts = [thinking.part("<think>hm</th"), thinking.end()]
    assert parts == [("", "hm"), ("", "</th")]
