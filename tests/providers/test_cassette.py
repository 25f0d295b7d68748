"""Cassettes as files: what is found in them, what is said of damaged ones, and what writing keeps."""

from __future__ import annotations

import asyncio
import json
import os
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from app.events import Usage
from providers.base import Chunk, Message, ProviderError, Request, ToolCall, ToolOffer
from providers.tapes.cassette import (
    Answer,
    Asked,
    Cassette,
    CassetteRefused,
    Fault,
    Header,
    Recording,
    asked_of,
    read_cassette,
    without_days,
)
from providers.tapes.recorder import Recorder
from providers.tapes.unrecorded import what_differs

HEADER = Header(cassette=1, scenario="play", date="2026-03-01")
HELLO = Asked(messages=[{"role": "user", "content": "Hello."}])
CALL = Recording(
    step="plan", agent="cto", model="one", use="openai/one", asked=HELLO,
    answer=Answer(text="Hello to you.", usage=Usage(input=3, output=4)), first_ms=400, took_ms=1_400, date="2026-03-01",
)  # fmt: skip


def asking(text: str, **more: Any) -> Recording:
    return replace(CALL, asked=asked_of(Request("one", (Message("user", text),), **more), str))


def heard(recording: Recording) -> list[Chunk]:
    async def listen() -> list[Chunk]:
        return [chunk async for chunk in recording.play(str)]

    return asyncio.run(listen())


# What is found


def test_a_call_is_found_by_all_that_it_asks() -> None:
    cassette = Cassette(HEADER, [CALL])
    assert cassette.find(CALL) is not None
    for other in (
        replace(CALL, step="ship"),
        replace(CALL, agent="pm"),
        replace(CALL, time=2),
        replace(CALL, use="openai/two"),
        asking("Hello!"),
        asking("Hello.", params={"temperature": 1}),
        asking("Hello.", tools=(ToolOffer("mail", "", {}),)),
        asking("Hello.", shape={"type": "object"}),
    ):
        assert cassette.find(other) is None


@given(st.permutations(["a", "b", "c"]))
def test_the_order_of_names_makes_no_difference(names: list[str]) -> None:
    shape = {"type": "object", "properties": {name: {"type": "string"} for name in names}}
    known = asking("Hello.", shape={"properties": {name: {"type": "string"} for name in "abc"}, "type": "object"})
    assert Cassette(HEADER, [known]).find(asking("Hello.", shape=shape)) is not None


def test_of_two_recordings_of_one_call_the_last_counts() -> None:
    newer = replace(CALL, answer=Answer(text="Good evening."))
    found = Cassette(HEADER, [CALL, newer]).find(CALL)
    assert found is not None
    assert found.answer.text == "Good evening."


def test_the_ids_of_tool_calls_make_no_difference() -> None:
    def conversation(id: str) -> Request:
        wants = Message("assistant", "", (ToolCall(id, "mail", "{}"),), echo={"signature": id})
        return Request("one", (wants, Message("tool", "sent", tool_call=id)))

    assert asked_of(conversation("toolu_01A"), str) == asked_of(conversation("call_9"), str)


def test_the_days_of_a_recording_and_of_now_make_no_difference() -> None:
    asked = Asked(messages=[{"role": "user", "content": "It is ⟨date⟩, and 2020-01-01 is past."}])
    cassette = Cassette(HEADER, [replace(CALL, asked=asked)])
    today = without_days(cassette.days | {"2031-12-24"})
    for day in ("2026-03-01", "2031-12-24"):
        text = today(f"It is {day}, and 2020-01-01 is past.")
        assert cassette.find(asking(text)) is not None


@pytest.mark.parametrize("moment", ["2026-03-01T12:30:59Z", "2026-03-01 12:30", "2026-03-01T12:30:59.123456+01:00"])
def test_a_moment_of_such_a_day_is_one_word(moment: str) -> None:
    assert without_days(frozenset({"2026-03-01"}))(f"at {moment}.") == "at ⟨time⟩."


# What is played


def test_an_answer_comes_as_it_came() -> None:
    chunks = heard(CALL)
    assert "".join(chunk.text for chunk in chunks) == "Hello to you."
    assert (chunks[-1].finish, chunks[-1].usage) == ("stop", Usage(input=3, output=4))
    assert chunks[0].after == pytest.approx(0.4)
    assert sum(chunk.after for chunk in chunks) == pytest.approx(1.4)


@given(st.text(max_size=4_000), st.text(max_size=40), st.integers(0, 500), st.integers(0, 5_000))
def test_whatever_came_takes_its_time_and_loses_nothing(text: str, thought: str, first: int, more: int) -> None:
    chunks = heard(replace(CALL, answer=Answer(text=text, thought=thought), first_ms=first, took_ms=first + more))
    assert "".join(chunk.text for chunk in chunks) == text
    assert "".join(chunk.thought for chunk in chunks) == thought
    assert sum(chunk.after for chunk in chunks) == pytest.approx((first + more) / 1000)


def test_a_failure_comes_after_what_was_said_before_it() -> None:
    fault = Fault("rate_limited", "slow down", "wait", 30.0)
    said: list[str] = []

    async def listen() -> None:
        async for chunk in replace(CALL, answer=Answer(text="Hel", finish=None), fault=fault).play(str):
            said.append(chunk.text)
            assert chunk.finish is None

    with pytest.raises(ProviderError) as failed:
        asyncio.run(listen())
    assert "".join(said) == "Hel"
    error = failed.value
    assert (error.error, error.message, error.hint, error.retry_after) == ("rate_limited", "slow down", "wait", 30.0)


# What is written


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    tape = tmp_path / "tape.jsonl"
    recorder = Recorder.begin(tape, HEADER)
    recorder.add(CALL)
    recorder.add(replace(CALL, time=2, fault=Fault("auth"), answer=Answer(finish=None)))
    again = read_cassette(tape)
    assert again.header == HEADER
    assert again.recordings == (CALL, replace(CALL, time=2, fault=Fault("auth"), answer=Answer(finish=None)))


def test_a_line_is_read_from_left_to_right_by_people(tmp_path: Path) -> None:
    tape = tmp_path / "tape.jsonl"
    Recorder.begin(tape, HEADER).add(CALL)
    header, line = tape.read_text().splitlines()
    assert header == '{"cassette":1,"scenario":"play","date":"2026-03-01"}'
    assert line.startswith(
        '{"step":"plan","agent":"cto","model":"one","use":"openai/one","asked":{"messages":[{"role":'
    )
    assert line.endswith('"first_ms":400,"took_ms":1400,"date":"2026-03-01"}')


def test_only_its_owner_may_read_it_whatever_the_umask(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        Recorder.begin(tmp_path / "tape.jsonl", HEADER)
    finally:
        os.umask(old)
    assert (tmp_path / "tape.jsonl").stat().st_mode & 0o777 == 0o600


def test_a_line_that_a_kill_left_unfinished_is_passed_over_and_then_taken_away(tmp_path: Path) -> None:
    tape = tmp_path / "tape.jsonl"
    Recorder.begin(tape, HEADER).add(CALL)
    whole = tape.read_bytes()
    for length in range(whole.index(b"\n") + 1, len(whole)):
        tape.write_bytes(whole[:length])
        assert read_cassette(tape).recordings == ()
    Recorder.go_on(tape).add(CALL)
    assert tape.read_bytes() == whole


def test_many_may_record_at_once(tmp_path: Path) -> None:
    tape = tmp_path / "tape.jsonl"
    Recorder.begin(tape, HEADER)

    def record(number: int) -> None:
        recorder = Recorder.go_on(tape)
        for time in range(1, 11):
            recorder.add(replace(CALL, step=f"s{number}", time=time, answer=Answer(text="x" * 10_000)))

    threads = [threading.Thread(target=record, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({one.place for one in read_cassette(tape).recordings}) == 80


def test_what_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    import resource

    tape = tmp_path / "tape.jsonl"
    recorder = Recorder.begin(tape, HEADER)
    recorder.add(CALL)
    before = tape.read_bytes()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 10, limits[1]))
    try:
        with pytest.raises(OSError, match="too large"):
            recorder.add(CALL)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert tape.read_bytes() == before


def test_a_cassette_is_read_once_for_all_and_again_when_it_changed(tmp_path: Path) -> None:
    tape = tmp_path / "tape.jsonl"
    recorder = Recorder.begin(tape, HEADER)
    recorder.add(CALL)
    first = read_cassette(tape)
    assert read_cassette(tape) is first
    recorder.add(replace(CALL, time=2))
    assert len(read_cassette(tape).recordings) == 2


# What is wrong


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([""], ":1:1: the first line does not say that this is a cassette"),
        (['{"a": 1}'], ":1:1: the first line does not say that this is a cassette"),
        (['{"cassette": 2}'], ":1:1: this is a cassette of version 2; version 1 is played here"),
        (['{"cassette": 1}', '{"step": "é" 3}'], ":2:14: the line is damaged"),
        (['{"cassette": 1}', "", '{"step": "a"}'], ":3:1: the line is damaged: Object missing required field `agent`"),
        (['{"cassette": 1}', "\x00\x00"], ":2:1: the line is damaged"),
    ],
)
def test_a_damaged_cassette_is_refused_with_its_place(lines: list[str], said: str, tmp_path: Path) -> None:
    tape = tmp_path / "tape.jsonl"
    tape.write_text("".join(f"{line}\n" for line in lines))
    with pytest.raises(CassetteRefused) as refused:
        read_cassette(tape)
    assert refused.value.message.startswith(f"{tape}{said}")
    assert refused.value.hint


def test_what_is_no_plain_file_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path):
        with pytest.raises(CassetteRefused, match="no plain file"):
            read_cassette(path)


# What differs


def test_the_nearest_recording_is_the_one_most_like_it() -> None:
    cassette = Cassette(HEADER, [asking("What is the capital of France?"), asking("How is the weather in Rome?")])
    told = what_differs(cassette, asking("How is the weather in Oslo?"))
    assert told == (
        "the nearest recording (plan, cto, 1st time) differs:\n  message 1 (user):\n"
        "    -How is the weather in Rome?\n    +How is the weather in Oslo?"
    )


def test_a_call_that_was_recorded_less_often_is_told_by_its_number() -> None:
    told = what_differs(Cassette(HEADER, [CALL]), replace(CALL, time=2))
    assert told.endswith("time: 1 was recorded, 2 is asked")


def test_a_long_difference_is_cut_and_a_long_line_shows_where_it_differs() -> None:
    long = "so many words that nobody reads them all, " * 200
    told = what_differs(Cassette(HEADER, [asking(long + "left")]), asking(long + "right"))
    assert "left" in told
    assert "right" in told
    assert len(told) < 600
    other = json.dumps({"role": "user", "content": "\n".join(map(str, range(500)))})
    cassette = Cassette(HEADER, [replace(CALL, asked=Asked(messages=[json.loads(other)]))])
    assert told_lines(what_differs(cassette, asking("none of it"))) <= 20


def told_lines(text: str) -> int:
    return text.count("\n") + 1


def test_of_an_empty_cassette_it_is_said_that_it_is_empty() -> None:
    assert what_differs(Cassette(HEADER), CALL) == "it has no recordings"


@given(st.lists(st.text(max_size=80), min_size=1, max_size=4), st.lists(st.text(max_size=80), min_size=1, max_size=4))
def test_whatever_differs_is_said_in_lines_that_are_safe(was: list[str], now: list[str]) -> None:
    def conversation(texts: list[str]) -> Recording:
        return replace(CALL, asked=Asked(messages=[{"role": "user", "content": text} for text in texts]))

    told = what_differs(Cassette(HEADER, [conversation(was)]), conversation(now))
    assert told.isprintable() or "\n" in told
    assert "\x1b" not in told
