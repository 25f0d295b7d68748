"""A journal that its tasks, its event loop or its process leave: what was added is written, what comes later is not."""

from __future__ import annotations

import asyncio
import os
import threading

import pytest

from app.events import RunStarted, StepFinished
from app.journal import Archive, Journal
from app.journal.errors import JournalClosed
from corpus.journals import PATIENCE, is_whole
from corpus.logs import tell


async def test_cancelling_who_waits_tears_nothing(journal: Journal) -> None:
    """A storm: many wait, most are cancelled at every stage of a commit, and all events arrive all the same."""
    log = journal.begin("RUN")
    log.add(RunStarted(scenario="relay"))

    async def produce(number: int) -> None:
        for _ in range(20):
            log.add(StepFinished(step=str(number)))
            await log.durable()

    for turn in range(30):
        tasks = [asyncio.create_task(produce(number)) for number in range(20)]
        for _ in range(turn % 7 + 1):
            await asyncio.sleep(0)
        for task in tasks[turn % 3 :]:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    await log.durable()
    assert is_whole(journal.path, "RUN") == log.seq > 600


async def test_events_can_be_added_without_an_event_loop(journal: Journal) -> None:
    def perform() -> None:
        tell(journal.begin("RUN"))

    thread = threading.Thread(target=perform)
    thread.start()
    thread.join()
    journal.close()
    async with Archive.open(journal.path) as archive:
        assert (await archive.find("RUN")).status == "succeeded"


def test_each_of_two_event_loops_is_told_of_its_own(journal: Journal) -> None:
    def perform(run: str) -> None:
        async def produce() -> None:
            log = journal.begin(run)
            for _ in range(50):
                log.add(StepFinished())
                await log.durable()

        asyncio.run(produce())

    threads = [threading.Thread(target=perform, args=(run,)) for run in ("ONE", "TWO")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert [is_whole(journal.path, run) for run in ("ONE", "TWO")] == [50, 50]


def test_an_event_loop_that_is_gone_does_not_stop_the_writer(journal: Journal) -> None:
    log = journal.begin("RUN")

    async def leave() -> None:
        log.add(RunStarted(scenario="relay"))
        log.when_durable(lambda error: None)

    loop = asyncio.new_event_loop()
    loop.run_until_complete(leave())
    loop.close()
    log.add(StepFinished())
    journal.close()
    assert is_whole(journal.path, "RUN") == 2


async def test_closing_writes_what_is_left_and_tells_who_waits(journal: Journal) -> None:
    log = journal.begin("RUN")
    for _ in range(2000):
        log.add(StepFinished())
    waiting = asyncio.create_task(log.durable())
    await asyncio.sleep(0)
    journal.close()
    journal.close()
    await waiting
    assert is_whole(journal.path, "RUN") == 2000


def test_a_closed_journal_says_so(journal: Journal) -> None:
    log = journal.begin("RUN")
    journal.close()
    for refused in (
        lambda: log.add(StepFinished()),
        lambda: journal.begin("OTHER"),
        lambda: journal.take_over("RUN"),
        lambda: journal.inbox("RUN"),
        lambda: journal.post("RUN", "answer", "gate", {}),
    ):
        with pytest.raises(JournalClosed):
            refused()


async def test_a_run_that_was_given_back_takes_no_more_events(journal: Journal) -> None:
    log = journal.begin("RUN")
    log.add(RunStarted(scenario="relay"))
    log.release()
    with pytest.raises(JournalClosed, match="RUN"):
        log.add(StepFinished())
    assert journal.take_over("RUN").seq == 1


def test_the_last_to_close_leaves_one_file_and_its_lock(journal: Journal) -> None:
    with Journal.open(journal.path) as other:
        other.begin("RUN").add(StepFinished())
    assert journal.path.with_name("workspace.db-wal").exists()
    journal.close()
    assert sorted(file.name for file in journal.path.parent.glob("workspace.db*")) == [
        "workspace.db",
        "workspace.db.lock",
    ]


@pytest.mark.filterwarnings("ignore:This process")  # is multi-threaded, says Python 3.12: that is the point
def test_a_forked_child_is_refused_and_the_parent_goes_on(journal: Journal) -> None:
    log = journal.begin("RUN")
    ref = log.keep("long " * 1000)
    log.add(StepFinished(output=ref))
    child = os.fork()
    if child == 0:  # nothing may leave this branch but by _exit: it is pytest as well
        refused = 0
        for attempt in (
            lambda: log.add(StepFinished()),
            lambda: journal.inbox("RUN"),
            lambda: journal.take_over("RUN"),
        ):
            try:
                attempt()
            except JournalClosed:
                refused += 1
            except BaseException:
                os._exit(99)
        journal.close()
        os._exit(refused)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 3
    log.add(StepFinished())
    journal.close()
    assert is_whole(journal.path, "RUN") == 2
