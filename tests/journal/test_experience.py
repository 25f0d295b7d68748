"""What earlier live runs teach of each model: how often it could be relied on, and how quick it was."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from app.engine.ulid import new_id
from app.events import CallFailed, CallFinished, CallSpeaking, CallStarted, Failure, Mode, RunStarted, Usage
from app.journal import Journal
from app.journal.experience import FAULTS, HALF_LIFE, LINE, MOST_CALLS, MOST_RUNS, experience_of, served

M = ("openai/m", "")
Call = tuple[str, str, int, int, int]  # provider/model, error, to the first token, in all, tokens written


async def perform(
    journal: Journal, *calls: Call, mode: Mode = "live", address: str = "", tags: tuple[str, ...] = ()
) -> None:
    """A run in which these calls were made."""
    log = journal.begin(new_id())
    log.add(RunStarted("play", mode=mode, tags=tags))
    for number, (use, error, first_ms, took_ms, output) in enumerate(calls):
        call = f"one#{number}"
        log.add(CallStarted("m", use, address=address, call=call))
        if first_ms:
            log.add(CallSpeaking(first_ms, call=call))
        if error:
            log.add(CallFailed(Failure(error=error), took_ms=took_ms, call=call))
        else:
            log.add(CallFinished(usage=Usage(output=output), took_ms=took_ms, call=call))
    await log.durable()
    log.release()


def answered(use: str = "openai/m", first_ms: int = 400, took_ms: int = 2400, output: int = 100) -> Call:
    return use, "", first_ms, took_ms, output


def failed(error: str, use: str = "openai/m") -> Call:
    return use, error, 0, 100, 0


async def test_speed_and_the_time_to_the_first_token_are_those_in_the_middle(journal: Journal) -> None:
    await perform(
        journal, answered(first_ms=100), answered(first_ms=500, took_ms=1500, output=200), answered(took_ms=60_400)
    )
    found = experience_of(journal.path)[M]
    assert (found.calls, found.success, found.first_ms) == (3, 1.0, 400)
    assert found.speed == pytest.approx(100 / 2.3)


@pytest.mark.parametrize("error", sorted(FAULTS - {LINE}))
async def test_what_the_endpoint_did_wrong_counts_against_it(journal: Journal, error: str) -> None:
    await perform(journal, answered(), failed(error), failed(error), answered())
    assert experience_of(journal.path)[M].success == pytest.approx(0.5)


@pytest.mark.parametrize("error", ["refused", "truncated"])
async def test_an_answer_that_is_no_use_shows_that_the_endpoint_works(journal: Journal, error: str) -> None:
    await perform(journal, answered(), failed(error))
    assert (experience_of(journal.path)[M].calls, experience_of(journal.path)[M].success) == (2, 1.0)


@pytest.mark.parametrize("error", ["bad_request", "context_too_long", "auth", "quota", "interrupted"])
async def test_what_was_not_its_fault_is_not_counted_at_all(journal: Journal, error: str) -> None:
    await perform(journal, answered(), failed(error))
    assert experience_of(journal.path)[M].calls == 1


async def test_a_line_that_never_stood_teaches_nothing_and_one_that_broke_does(journal: Journal) -> None:
    await perform(journal, answered(), failed("connection"), failed("connection"))
    assert (experience_of(journal.path)[M].calls, experience_of(journal.path)[M].success) == (1, 1.0)
    await perform(journal, ("openai/m", "connection", 300, 900, 0))
    assert experience_of(journal.path)[M].success == pytest.approx(0.5)


async def test_a_model_is_known_by_where_it_is_served_too(journal: Journal) -> None:
    await perform(journal, failed("overloaded"), address="http://127.0.0.1:1/v1")
    await perform(journal, answered(), address="http://127.0.0.1:2/v1/")
    await perform(journal, answered(), answered())
    assert {one: (known.calls, known.success) for one, known in experience_of(journal.path).items()} == {
        M: (2, 1.0),
        served("openai/m", "http://127.0.0.1:1/v1"): (1, 0.0),
        served("openai/m", "http://127.0.0.1:2/v1"): (1, 1.0),
    }


async def test_tests_of_a_model_teach_nothing_of_it(journal: Journal) -> None:
    await perform(journal, failed("overloaded"), failed("timeout"), tags=("test",))
    await perform(journal, answered(), tags=("nightly",))
    assert (experience_of(journal.path)[M].calls, experience_of(journal.path)[M].success) == (1, 1.0)


async def test_an_answer_that_came_all_at_once_has_no_speed(journal: Journal) -> None:
    await perform(journal, answered(first_ms=2000, took_ms=2010), answered(output=3))
    assert experience_of(journal.path)[M].speed is None


async def test_only_what_was_live_teaches(journal: Journal) -> None:
    await perform(journal, failed("overloaded"), mode="rehearsal")
    await perform(journal, failed("overloaded"), mode="cassette")
    await perform(journal, answered())
    await perform(journal, answered("ollama/qwen3"), ("ollama/qwen3", "", 0, 0, 0))
    found = experience_of(journal.path)
    assert {use: (one.calls, one.success) for use, one in found.items()} == {
        M: (1, 1.0),
        ("ollama/qwen3", ""): (2, 1.0),
    }


async def test_what_is_long_ago_counts_less(journal: Journal) -> None:
    await perform(journal, failed("overloaded"))
    week_ago = (time.time() - HALF_LIFE) * 1_000_000
    with closing(sqlite3.connect(journal.path)) as connection, connection:
        connection.execute(
            "UPDATE events SET body = CAST(json_set(CAST(body AS TEXT), '$.at', ?) AS BLOB)", (int(week_ago),)
        )
    await perform(journal, answered())
    found = experience_of(journal.path)[M]
    assert (found.calls, round(found.success, 3)) == (2, 0.667)


async def test_only_the_latest_calls_of_a_model_count_and_only_the_latest_runs_are_looked_at(journal: Journal) -> None:
    await perform(journal, failed("overloaded"), answered("openai/old"))
    for _ in range(MOST_RUNS):
        await perform(journal, *[answered()] * 5)
    found = experience_of(journal.path)
    assert found.keys() == {M}
    assert (found[M].calls, found[M].success) == (MOST_CALLS, 1.0)


async def test_a_call_that_is_under_way_teaches_nothing(journal: Journal) -> None:
    log = journal.begin(new_id())
    log.add(RunStarted("play"))
    log.add(CallStarted("m", "openai/m", call="one#1"))
    log.add(CallSpeaking(300, call="one#1"))
    await log.durable()
    assert experience_of(journal.path) == {}
    log.release()


def test_where_nothing_was_performed_or_nothing_can_be_read_nothing_is_learned(tmp_path: Path) -> None:
    assert experience_of(tmp_path / "nowhere.db") == {}
    (tmp_path / "broken.db").write_bytes(b"SQLite format 3\0" + b"\xff" * 8000)
    assert experience_of(tmp_path / "broken.db") == {}
