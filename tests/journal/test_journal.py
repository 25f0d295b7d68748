"""Writing a run: what was added is durable when it is said to be, and reads back as it was written."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest

from app.events import CallFinished, Event, Ref, RunFinished, RunPaused, RunResumed, RunStarted, StepFinished, Usage
from app.journal import Archive, Journal
from app.journal.errors import JournalError, RunOver
from corpus.commands import ROOT
from corpus.journals import is_whole
from corpus.logs import tell

SCANS = 5  # of each reader, while somebody writes


async def test_what_was_awaited_can_be_read_back(journal: Journal, archive: Archive) -> None:
    log = journal.begin("RUN")
    added = [log.add(RunStarted(scenario="relay")), log.add(StepFinished(step="polish/2/verdict"))]
    await log.durable()
    assert log.durable_seq == 2
    assert await archive.events("RUN") == added
    assert [(event.run, event.seq) for event in added] == [("RUN", 1), ("RUN", 2)]


async def test_nothing_is_awaited_when_all_is_durable(journal: Journal) -> None:
    log = journal.begin("RUN")
    await log.durable()
    log.add(RunStarted(scenario="relay"))
    await log.durable()
    with pytest.raises(StopIteration):  # it comes to its end without giving way
        log.durable().send(None)


async def test_callbacks_come_in_order_and_only_after_their_events(journal: Journal) -> None:
    log = journal.begin("RUN")
    came: list[int] = []
    done = asyncio.Event()
    for number in range(1, 1201):
        log.add(StepFinished(step=str(number)))

        def durable(error: Exception | None, number: int = number) -> None:
            assert error is None
            assert log.durable_seq >= number
            came.append(number)
            if number == 1200:
                done.set()

        log.when_durable(durable)
    await done.wait()
    assert came == list(range(1, 1201))


async def test_what_is_asked_for_has_its_turn_however_many_events_come_in(journal: Journal) -> None:
    """Producers go on until a run was taken over; if that had to wait for them to pause, neither would ever end."""
    given_back = journal.begin("GIVEN BACK")
    given_back.add(RunStarted(scenario="relay"))
    await given_back.durable()
    given_back.release()
    log = journal.begin("RUN")
    busy = True

    async def produce() -> None:
        while busy:
            log.add(StepFinished())
            await log.durable()

    async with asyncio.TaskGroup() as group:
        for _ in range(600):
            group.create_task(produce())
        taken = await asyncio.to_thread(journal.take_over, "GIVEN BACK")
        busy = False
    assert taken.seq == 1


async def test_a_callback_that_fails_does_not_keep_the_others_from_being_told(journal: Journal) -> None:
    log = journal.begin("RUN")
    log.add(RunStarted(scenario="relay"))
    wrong: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: wrong.append(context["exception"]))

    def stumble(error: Exception | None) -> None:
        raise LookupError("stumbled")

    log.when_durable(stumble)
    await log.durable()
    assert [str(each) for each in wrong] == ["stumbled"]


async def test_events_of_many_runs_share_commits_and_keep_their_own_chains(journal: Journal) -> None:
    logs = [journal.begin(f"RUN{number}") for number in range(40)]

    async def produce(number: int) -> None:
        log = logs[number % 40]
        for _ in range(5):
            log.add(CallFinished(usage=Usage(input=1, output=2), cost_usd=0.001))
            await log.durable()

    async with asyncio.TaskGroup() as group:
        for number in range(400):
            group.create_task(produce(number))
    assert [is_whole(journal.path, log.run) for log in logs] == [50] * 40


async def test_a_kept_value_is_stored_once_a_run_and_resolves_everywhere(journal: Journal, archive: Archive) -> None:
    log = journal.begin("RUN")
    values = ["short", {"a": [1, None, True]}, "long " * 1000, "", 7]
    refs = [log.keep(value) for value in values]
    assert [log.keep(value) for value in values] == refs
    log.add(StepFinished(output=refs[0]))
    assert log.keep("short") == refs[0]
    log.add(StepFinished(output=refs[2]))
    await log.durable()
    assert [log.value(ref) for ref in refs] == values
    assert await archive.texts("RUN") == {ref.ref: value for ref, value in zip(refs, values, strict=True)}


async def test_two_runs_share_a_long_value(journal: Journal, archive: Archive) -> None:
    for run in ("ONE", "TWO"):
        log = journal.begin(run)
        log.add(StepFinished(output=log.keep("the same " * 500)))
        await log.durable()
    assert await archive.texts("ONE") == await archive.texts("TWO") != {}


async def test_a_run_that_is_taken_over_knows_its_values_again(journal: Journal) -> None:
    log = journal.begin("RUN")
    short, long = log.keep("short"), log.keep("long " * 1000)
    log.add(StepFinished(output=short))
    log.release()
    again = journal.take_over("RUN")
    assert (again.value(short), again.value(long)) == ("short", "long " * 1000)
    assert (again.keep("short"), again.keep("long " * 1000)) == (short, long)
    again.add(StepFinished(step="next"))
    await again.durable()
    assert is_whole(journal.path, "RUN") == 2


async def test_a_very_long_value_is_read_from_the_database(journal: Journal) -> None:
    log = journal.begin("RUN")
    long = "very long " * 20_000
    ref = log.keep(long)
    assert log.value(ref) == long
    log.add(StepFinished(output=ref))
    await log.durable()
    assert log.values[ref.ref] is None
    assert log.value(ref) == long


async def test_a_value_that_was_never_kept_is_named(journal: Journal) -> None:
    with pytest.raises(JournalError, match="0123abcd"):
        journal.begin("RUN").value(Ref("0123abcd"))


@pytest.mark.parametrize(
    ("event", "status", "reason"),
    [
        (RunPaused(reason="budget"), "paused", "budget"),
        (RunResumed(reason="person"), "running", ""),
        (RunFinished(outcome="exhausted", cost_usd=0.5, usage=Usage(output=9)), "exhausted", ""),
    ],
)
async def test_the_row_of_a_run_says_what_its_events_say(
    journal: Journal, archive: Archive, event: Event, status: str, reason: str
) -> None:
    log = journal.begin("RUN")
    log.add(RunStarted(scenario="relay", title="A relay", mode="rehearsal"))
    log.add(CallFinished(usage=Usage(input=2, output=3), cost_usd=0.25))
    log.add(event)
    await log.durable()
    row = await archive.find("RUN")
    assert (row.scenario, row.title, row.mode, row.status, row.reason) == (
        "relay",
        "A relay",
        "rehearsal",
        status,
        reason,
    )
    assert (row.cost_usd, row.tokens) == ((0.5, 9) if row.over else (0.25, 5))
    assert bool(row.ended) == row.over
    assert bool(row.holder) == (not row.over)


async def test_a_run_that_has_ended_cannot_be_taken_over(journal: Journal) -> None:
    log = journal.begin("RUN")
    tell(log)
    await log.durable()
    with pytest.raises(RunOver, match="succeeded"):
        journal.take_over("RUN")


async def test_a_second_run_of_the_same_name_is_refused_and_harms_nobody(journal: Journal) -> None:
    first, second, third = journal.begin("SAME"), journal.begin("SAME"), journal.begin("OTHER")
    first.add(RunStarted(scenario="relay"))
    await first.durable()
    second.add(RunStarted(scenario="relay"))
    third.add(RunStarted(scenario="relay"))
    first.add(StepFinished(step="next"))
    with pytest.raises(JournalError, match="SAME"):
        await second.durable()
    await first.durable()
    await third.durable()
    assert is_whole(journal.path, "SAME") == 2
    assert is_whole(journal.path, "OTHER") == 1


async def test_listeners_hear_every_event_at_once_until_they_leave(journal: Journal) -> None:
    log = journal.begin("RUN")
    heard: list[int] = []

    def listener(event: Event) -> None:
        heard.append(event.seq)

    log.add_listener(listener)
    log.add(RunStarted(scenario="relay"))
    assert heard == [1]
    log.remove_listener(listener)
    log.add(StepFinished())
    assert heard == [1]


async def test_reading_is_not_disturbed_by_writing(journal: Journal) -> None:
    """Four readers scan everything while events come in: nobody is ever told that the database is busy."""
    log = journal.begin("RUN")
    log.add(RunStarted(scenario="relay"))
    await log.durable()
    scans = [0] * 4

    async def read(number: int) -> None:
        async with Archive.open(journal.path) as archive:
            while scans[number] < SCANS:
                events = await archive.events("RUN")
                assert [event.seq for event in events] == list(range(1, len(events) + 1))
                scans[number] += 1

    async with asyncio.TaskGroup() as group:
        for number in range(4):
            group.create_task(read(number))
        while min(scans) < SCANS:
            for _ in range(10):
                log.add(StepFinished())
            await log.durable()
    assert is_whole(journal.path, "RUN") == log.seq


def test_what_a_process_kept_is_written_before_it_is_named(journal: Journal) -> None:
    """Every value that an event refers to is in the same commit, however many come at once."""
    log = journal.begin("RUN")
    for number in range(600):
        log.add(StepFinished(output=log.keep(f"{number} " * 400)))
    journal.close()

    async def unresolved() -> list[str]:
        async with Archive.open(journal.path) as archive:
            texts = await archive.texts("RUN")
            outputs = [event.output for event in await archive.events("RUN") if isinstance(event, StepFinished)]
            return [output.ref for output in outputs if output and output.ref not in texts]

    assert asyncio.run(unresolved()) == []


def test_writing_needs_no_reader_and_reading_no_writer() -> None:
    for name, unneeded in (("Journal", "aiosqlite"), ("Archive", "app.journal.writer")):
        code = f"import sys\nfrom app.journal import {name}\nassert {unneeded!r} not in sys.modules"
        subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
