"""Bytes become messages the same way however they are cut, and what cannot be read is shown and never a crash."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator, Iterable
from typing import Any

import pytest

from corpus.wires import WIRES, Wire
from providers.base import ProviderError, ToolCall
from providers.wires import decoding
from providers.wires.decoding import DONE, excerpt, messages, parsed, shortened

SSE, NDJSON, JSON = "text/event-stream", "application/x-ndjson", "application/json"


class Body:
    """A response that has come as far as its headers."""

    def __init__(self, pieces: Iterable[bytes], kind: str = SSE) -> None:
        self.headers = {"content-type": kind} if kind else {}
        self._pieces = pieces

    async def aiter_bytes(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            yield piece


async def read(data: bytes | Iterable[bytes], kind: str = SSE) -> list[Any]:
    """All messages of a body."""
    return [one async for one in messages(Body([data] if isinstance(data, bytes) else data, kind))]


async def refused(data: bytes | Iterable[bytes], kind: str = SSE) -> ProviderError:
    """What was wrong with a body."""
    with pytest.raises(ProviderError) as raised:
        await read(data, kind)
    return raised.value


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b'data: {"a": 1}\n\ndata: {"b": 2}\n\n', [{"a": 1}, {"b": 2}]),
        (b'data: {"a": 1}\r\n\r\ndata: {"b": 2}\r\n\r\n', [{"a": 1}, {"b": 2}]),
        (b'data: {"a": 1}\r\rdata: {"b": 2}\r\r', [{"a": 1}, {"b": 2}]),
        (b'data:{"a": 1}\n\n', [{"a": 1}]),
        (b'event: x\nid: 7\nretry: 10\ndata: {"a": 1}\n\n', [{"a": 1}]),
        (b'data: {"a":\ndata:  1}\n\n', [{"a": 1}]),
        (b'data: {"a": 1}\n\ndata: [DONE]\n\ndata: {"b": 2}\n\n', [{"a": 1}, DONE]),
        (b'data: {"a": 1}\n\ndata: [DONE] \n\n', [{"a": 1}, DONE]),
        (b'\xef\xbb\xbfdata: {"a": 1}\n\n', [{"a": 1}]),
        (b'\xef\xbb\xbfdata: {"a": 1}', [{"a": 1}]),
        (b'data: {"a": 1}', [{"a": 1}]),
        (b"", []),
        (b": ping\n\n: ping\n\n", []),
        (b"event: ping\n\n\n\n\n", []),
        (b': ping\ndata: {"a": 1}\n: ping\n\n', [{"a": 1}]),
        ("data: \"a\u2028b\u0085c\"\n\n".encode(), ["a\u2028b\u0085c"]),
        (b'data: "\\ud83d"\n\n', ["\ud83d"]),
        (b'data: {"n": NaN}\n\n', None),
        (b"database: 1\n\n", []),
    ],
)  # fmt: skip
async def test_events_are_read_whichever_way_they_are_written(data: bytes, expected: list[Any] | None) -> None:
    found = await read(data)
    assert found == expected if expected is not None else found[0]["n"] != found[0]["n"]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b'{"a": 1}\n{"b": 2}\n', [{"a": 1}, {"b": 2}]),
        (b'{"a": 1}\r\n\r\n{"b": 2}', [{"a": 1}, {"b": 2}]),
        (b'\n\n{"a": 1}\n   \n', [{"a": 1}]),
        ('{"a": "x\u2028y"}\n'.encode(), [{"a": "x\u2028y"}]),
        (b'{\n  "error": "one text\\n",\n  "code": 5\n}\n', [{"error": "one text\n", "code": 5}]),
        (b"", []),
    ],
)
async def test_lines_of_json_are_read_and_one_text_over_many_lines_too(data: bytes, expected: list[Any]) -> None:
    for kind in (NDJSON, "application/jsonl", JSON, "application/problem+json; charset=utf-8"):
        assert await read(data, kind) == expected


@pytest.mark.parametrize("of", WIRES, ids=lambda of: of.name)
async def test_an_answer_is_the_same_however_it_is_cut(of: Wire) -> None:
    calls = (ToolCall("call_1", "look", '{"at": "Zürich 🌍"}'),)
    whole = b"".join(of.answer(["Grüße, ", "世界 🌍", "\u2028"], thought="hm 🤔", tool_calls=calls))
    expected = await read(whole, of.kind)
    assert len(expected) > 4
    assert await read([whole[at : at + 1] for at in range(len(whole))], of.kind) == expected
    chance = random.Random(5)
    for _ in range(50):
        cuts = sorted(chance.randrange(len(whole)) for _ in range(chance.randrange(1, 12)))
        pieces = [whole[start:end] for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
        assert await read(pieces, of.kind) == expected


async def test_line_ends_may_be_cut_in_two_everywhere() -> None:
    whole = b'data: {"a":\r\ndata: 1}\r\n\r\n: ping\r\n\r\ndata: {"b": 2}\r\n\r\n'
    for at in range(len(whole)):
        for then in range(at, len(whole)):
            assert await read([whole[:at], whole[at:then], whole[then:]]) == [{"a": 1}, {"b": 2}]


@pytest.mark.parametrize(
    "data",
    [b"data: {oops\n\n", b"data: \xff\xfe{}\n\n", b'data: "half', b"data: " + b"[" * 5000 + b"\n\n", b"data: \x00\n\n"],
)
async def test_what_is_not_json_fails_the_answer_and_is_shown_escaped(data: bytes) -> None:
    error = await refused(data)
    assert error.error == "malformed"
    assert error.message.startswith("the stream holds what is not JSON: ")
    assert error.message.isprintable()
    assert len(error.message) < 260


async def test_what_comes_before_a_malformed_message_was_read() -> None:
    found = []
    with pytest.raises(ProviderError):
        async for message in messages(Body([b'data: {"a": 1}\n\ndata: {"b"\n\n'])):
            found.append(message)
    assert found == [{"a": 1}]
    error = await refused(b'{"a": 1}\n{"b"\n', NDJSON)
    assert error.error == "malformed"


async def test_a_line_without_end_is_given_up_on_before_it_fills_the_memory() -> None:
    taken = 0

    def endless() -> Iterable[bytes]:
        nonlocal taken
        while True:
            taken += 1_000_000
            yield b"x" * 1_000_000

    assert (await refused(endless(), NDJSON)).error == "malformed"
    assert taken <= decoding.MOST_OF_A_MESSAGE + 2_000_000
    taken = 0
    assert (await refused(endless())).error == "malformed"


async def test_an_event_of_endless_lines_is_given_up_on_too() -> None:
    def endless() -> Iterable[bytes]:
        while True:
            yield b"data: " + b"x" * 100_000 + b"\n"

    assert (await refused(endless())).error == "malformed"


async def test_one_json_text_over_endless_lines_is_given_up_on_too() -> None:
    def endless() -> Iterable[bytes]:
        yield b"[\n"
        while True:
            yield b'"' + b"x" * 100_000 + b'",\n'

    assert (await refused(endless(), JSON)).error == "malformed"


async def test_a_megabyte_in_one_piece_is_no_trouble() -> None:
    text = "word " * 200_000
    assert await read(b"data: " + json.dumps({"text": text}).encode() + b"\n\n") == [{"text": text}]


@pytest.mark.parametrize("kind", ["text/html; charset=utf-8", "text/plain", ""])
async def test_an_answer_of_another_kind_is_none(kind: str) -> None:
    error = await refused(b"<html>\x1b[31mPlease log in" + b" or pay" * 200, kind)
    assert error.error == "bad_request"
    assert (kind.partition(";")[0] or "no content type") in error.message
    assert "<html>␛[31mPlease log in" in error.message
    assert len(error.message) < 400


async def test_of_an_endless_page_only_the_beginning_is_read() -> None:
    taken = []

    def endless() -> Iterable[bytes]:
        while True:
            taken.append(1)
            yield b"<p>"

    assert (await refused(endless(), "text/html")).error == "bad_request"
    assert len(taken) < 2000


def test_json_is_taken_even_where_it_is_wider_than_the_standard() -> None:
    assert parsed(b'{"a": [1, 2.5, null, true]}') == {"a": [1, 2.5, None, True]}
    assert parsed(b"Infinity") == float("inf")


@pytest.mark.parametrize("most", range(20, 60))
def test_a_word_that_is_cut_is_left_out_as_it_may_be_half_a_key(most: int) -> None:
    text = 'the key "opaque-key/with+signs=0123456789" was wrong'
    shown = shortened(text, most)
    assert "opaque" not in shown or "opaque-key/with+signs=0123456789" in shown
    assert len(shown) <= most + 4


def test_an_excerpt_covers_what_looks_like_a_key_even_where_it_is_cut() -> None:
    for before in range(150, 210):
        shown = excerpt(b"x " * (before // 2) + b"sk-proj-" + b"A1b2C3d4" * 8 + b" and more")
        assert "A1b2" not in shown


def test_an_excerpt_of_nothing_says_so() -> None:
    assert excerpt(b"") == "nothing"


async def test_reading_is_stopped_by_a_cancellation() -> None:
    class Never(Body):
        async def aiter_bytes(self) -> AsyncIterator[bytes]:
            yield b'data: {"a": 1}\n\n'
            await asyncio.Event().wait()

    found: list[Any] = []
    first = asyncio.Event()

    async def reading() -> None:
        async for message in messages(Never([])):
            found.append(message)
            first.set()

    task = asyncio.ensure_future(reading())
    await first.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert found == [{"a": 1}]
