"""Reading the archive: lists, names, events, values, and following a run as it is performed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from app.events import (
    CallStarted,
    ExpectationChecked,
    Hold,
    Narration,
    Origin,
    Ref,
    RunFinished,
    RunPaused,
    RunStarted,
    StepFinished,
)
from app.journal import Archive, Journal
from app.journal.errors import RunNotFound
from app.journal.prune import erase_run
from corpus.logs import tell

RUNS = ["01JAAA0000000000000000AAAA", "01JAAA0000000000000000BBBB", "01JCCC0000000000000000CCCC"]


@pytest.fixture
async def archive(journal: Journal) -> AsyncIterator[Archive]:
    for number, run in enumerate(RUNS):
        log = journal.begin(run)
        log.add(RunStarted(scenario=f"play{number % 2}", origin=Origin(kind="batch", batch=f"batch{number}")))
        if number:
            log.add(RunFinished(outcome="succeeded") if number == 1 else RunPaused(reason="gate"))
        await log.durable()
    async with Archive.open(journal.path) as archive:
        yield archive


async def names(archive: Archive, **wanted: object) -> list[str]:
    return [row.run for row in await archive.runs(**wanted)]  # type: ignore[arg-type]


async def test_runs_are_listed_the_latest_first(archive: Archive) -> None:
    assert await names(archive) == RUNS[::-1]
    assert await names(archive, limit=2) == RUNS[:0:-1]


async def test_runs_are_chosen_by_status_scenario_batch_and_time(archive: Archive) -> None:
    second = (await archive.find(RUNS[1])).started
    assert await names(archive, status="succeeded") == [RUNS[1]]
    assert await names(archive, status="running") == [RUNS[0]]
    assert await names(archive, status="interrupted") == []
    assert await names(archive, scenario="play0") == [RUNS[2], RUNS[0]]
    assert await names(archive, batch="batch2") == [RUNS[2]]
    assert await names(archive, since=second) == [RUNS[2], RUNS[1]]
    assert await names(archive, scenario="play0", status="paused") == [RUNS[2]]


async def test_tests_of_models_are_left_out_where_that_is_wanted_and_are_never_the_last(
    archive: Archive, journal: Journal
) -> None:
    log = journal.begin("01JDDD0000000000000000DDDD")
    log.add(RunStarted(scenario="test", tags=("test",)))
    await log.durable()
    mine = journal.begin("01JEEE0000000000000000EEEE")
    mine.add(RunStarted(scenario="mine", tags=("test", "demo")))
    await mine.durable()
    assert await names(archive, tests=False) == [mine.run, *RUNS[::-1]]
    assert await names(archive, tag="test") == [mine.run, log.run]
    assert await names(archive, tag="dem") == []
    assert (await archive.find("last")).run == mine.run


async def test_where_there_is_nothing_but_tests_the_last_of_them_is_meant(journal: Journal) -> None:
    log = journal.begin(RUNS[0])
    log.add(RunStarted(scenario="test", tags=("test",)))
    await log.durable()
    async with Archive.open(journal.path) as archive:
        assert (await archive.find("last")).run == RUNS[0]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [(RUNS[0], 0), ("01JC", 2), ("01jc", 2), ("bbbb", 1), ("AAAA", 0), ("last", 2), (RUNS[1].lower(), 1)],
)
async def test_a_run_is_found_by_its_name_its_beginning_or_its_end(archive: Archive, wanted: str, found: int) -> None:
    assert (await archive.find(wanted)).run == RUNS[found]


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        ("01JA", "2 runs begin or end with 01JA"),
        ("01JAAA0000000000000000AAAX", f"did you mean {RUNS[0]}"),
        ("%", "there is no run %"),
        ("", "there is no run"),
        ("_" * 26, "there is no run"),
    ],
)
async def test_a_name_of_none_or_of_several_is_refused_with_those_near_it(
    archive: Archive, wanted: str, says: str
) -> None:
    with pytest.raises(RunNotFound) as refused:
        await archive.find(wanted)
    assert says in f"{refused.value.message} {refused.value.hint}"


async def test_events_are_read_from_any_number_on(archive: Archive, journal: Journal) -> None:
    log = journal.begin("LONG")
    for _ in range(12_000):
        log.add(StepFinished())
    await log.durable()
    assert [event.seq for event in await archive.events("LONG")] == list(range(1, 12_001))
    assert [event.seq for event in await archive.events("LONG", after=11_000)] == list(range(11_001, 12_001))
    assert [event.seq for event in await archive.events("LONG", after=3, limit=2)] == [4, 5]
    assert len(await archive.events("LONG", limit=7000)) == 7000
    assert await archive.events("NOSUCH") == []


async def test_a_run_is_followed_until_it_is_over(archive: Archive, journal: Journal) -> None:
    log = journal.begin("NEW")
    log.add(RunStarted(scenario="relay"))
    await log.durable()
    seen: list[int] = []

    async def follow(after: int) -> None:
        async for event in archive.follow("NEW", after=after):
            seen.append(event.seq)
            if event.seq < 20:
                log.add(StepFinished())
            elif event.seq == 20:
                log.add(RunFinished(outcome="succeeded"))

    await asyncio.wait_for(follow(0), 60)
    assert seen == list(range(1, 22))
    await asyncio.wait_for(follow(15), 60)
    assert seen[21:] == list(range(16, 22))


async def test_following_ends_when_a_paused_run_was_given_back(archive: Archive, journal: Journal) -> None:
    log = journal.begin("NEW")
    log.add(RunStarted(scenario="relay"))
    log.add(RunPaused(reason="gate"))
    log.release()
    journal._writer.perform(lambda connection: None)
    assert [event.seq async for event in archive.follow("NEW")] == [1, 2]


async def test_following_what_is_not_there_says_so(archive: Archive) -> None:
    with pytest.raises(RunNotFound):
        await anext(archive.follow("NOSUCH"))


async def test_whole_logs_come_back_with_all_their_values(archive: Archive, journal: Journal) -> None:
    log = journal.begin("TOLD")
    tell(log, seed=3, steps=20)
    await log.durable()
    texts = await archive.texts("TOLD")
    assert set(texts) == set(log.values)
    events = await archive.events("TOLD")
    assert journal.recorded("TOLD") == events
    assert isinstance(events[0], RunStarted)
    assert events[0].inputs is not None
    assert texts[events[0].inputs.ref]["goal"]


async def test_cancelling_a_reader_leaves_the_archive_usable(archive: Archive) -> None:
    for _ in range(20):
        task = asyncio.create_task(archive.events(RUNS[0]))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert len(await archive.events(RUNS[0])) == 1


async def test_a_run_that_was_interrupted_has_cost_what_its_open_calls_may_take(journal: Journal) -> None:
    log = journal.begin("01JFFF0000000000000000FFFF")
    log.add(RunStarted(scenario="mine"))
    log.add(CallStarted("m", hold=Hold(cost_usd=2.5, tokens=9), call="one#1", step="one"))
    await log.durable()
    async with Archive.open(journal.path) as archive:
        row = await archive.find(log.run)
        assert (row.status, (await archive.spent_in(row)).cost_usd, len(await archive.history(row))) == (
            "running",
            0,
            2,
        )
        gone = replace(row, status="interrupted")
        assert (await archive.spent_in(gone)).estimated_usd == 2.5
        assert (await archive.history(gone))[-1].call == "one#1"
        assert len(await archive.history(gone)) == 3


async def test_what_expectations_found_is_read_for_many_runs_at_once_and_of_an_erased_one_nothing(
    journal: Journal,
) -> None:
    words, long = "as it was said", "\0" * 200  # that is more than stands beside an event, as JSON
    logs = [journal.begin(run) for run in RUNS[:2]]
    for log in logs:
        log.add(RunStarted(scenario="play"))
        log.add(Narration(text=log.keep(words)))
        kept: list[str | Ref] = [log.keep(words), log.keep(long), "a figure", ""]
        for number, each in enumerate(kept):
            log.add(ExpectationChecked(number=number, about="a step", met=False, found=each))
        log.add(RunFinished(outcome="succeeded"))
        await log.durable()
        log.release()
    erase_run(journal.path, RUNS[0])
    async with Archive.open(journal.path) as archive:
        found = await archive.found_in(RUNS)
    assert found == {RUNS[0]: {}, RUNS[1]: {logs[1].keep(words).ref: words, logs[1].keep(long).ref: long}, RUNS[2]: {}}
