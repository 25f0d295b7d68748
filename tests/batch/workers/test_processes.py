"""Workers that are processes: killed, stopped, hanging, or left behind by a driver that was killed."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from app.batch.executor import Ending, Work, WorkerLost
from app.batch.plan import Item
from app.batch.workers import elsewhere
from app.batch.workers.desk import BEATS
from app.batch.workers.elsewhere import Elsewhere
from app.batch.workers.processes import Processes, Troop
from app.events import CallFailed, CallFinished, kind_of
from app.journal import Archive, Journal
from corpus.batches import Noted, performed, read, rehearsal, results
from corpus.commands import ROOT
from corpus.companies import conductor
from corpus.playing import until
from corpus.processes import below, is_left
from corpus.stub import Answer, Asked, Stub
from corpus.wires import NAMED

TEN_MEGABYTES = 10_000_000
GEMINI = NAMED["gemini"]  # needs no SDK, and so begins quickly
STORY = """\
schema: footlights/v1
name: story
models: {{only: {model}}}
agents: {{a: {{persona: You tell., model: only}}}}
steps:
  one: {{agent: a, prompt: Tell the first part.}}
  two: {{agent: a, prompt: "Go on from ${{{{ steps.one.output }}}}"}}
"""


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal.open(tmp_path / "workspace", fast=True) as opened:
        yield opened


def workers_of(driver: int) -> list[psutil.Process]:
    """The worker processes of a driver."""
    return below("worker_process", driver)


async def test_many_runs_are_performed_by_processes(tmp_path: Path, journal: Journal) -> None:
    plan, watcher = rehearsal(read(tmp_path), repeat=40), Noted()
    assert (await performed(journal, plan, watcher, workers=2)).left == 0
    assert Counter(ending.outcome for ending in watcher.endings) == {"succeeded": 80}
    assert (await results(journal)).count("passed") == 80
    assert not workers_of(os.getpid())


class Together(Noted):
    """How many runs were under way when the first one ended."""

    at_first = 0

    def ended(self, item: Item, ending: Ending) -> None:
        self.at_first = self.at_first or len(self.begun)
        super().ended(item, ending)


async def test_so_many_are_under_way_as_somebody_asks_for(tmp_path: Path, journal: Journal) -> None:
    watcher = Together()
    await performed(journal, rehearsal(read(tmp_path), repeat=50, parallel=90), watcher, workers=2)
    assert watcher.at_first == 90


def killed(worker: psutil.Process, beats: asyncio.Queue[None]) -> str:
    worker.kill()
    return "SIGKILL ended it"


def frozen(worker: psutil.Process, beats: asyncio.Queue[None]) -> str:
    """It is there, keeps its socket open, and says nothing any more, while the time goes by."""
    worker.suspend()
    for _ in range(BEATS):
        beats.put_nowait(None)
    return "it does not answer any more"


@pytest.mark.parametrize("lose", [killed, frozen])
async def test_a_worker_that_is_lost_in_the_middle_of_a_call_costs_that_call_and_no_other(
    tmp_path: Path,
    journal: Journal,
    monkeypatch: pytest.MonkeyPatch,
    lose: Callable[[psutil.Process, asyncio.Queue[None]], str],
) -> None:
    monkeypatch.setenv(GEMINI.key, "a-key-for-nobody")
    monkeypatch.setattr(elsewhere, "FAREWELL", 0.01)
    beats = asyncio.Queue[None]()
    prompts: Counter[str] = Counter()

    def answer(asked: Asked) -> Answer:
        said = asked.json["contents"][-1]["parts"][0]["text"]
        prompts[said] += 1
        whole = GEMINI.answer("A part.")
        hangs = said.startswith("Go on") and prompts[said] == 1
        return Answer(headers={"content-type": GEMINI.kind}, pieces=[*whole[:1], asyncio.Event()] if hangs else whole)

    async with Stub(answer) as stub:
        checked = read(tmp_path, STORY.format(model=GEMINI.model(stub.url)), "story")
        (source,) = rehearsal(checked, repeat=1).sources
        run = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
        async with Elsewhere(journal, [source], Troop(tmp_path / "outbox", 1, 1), beat=beats.get) as executor:
            performing = asyncio.create_task(executor.perform(Work(run, 0, mode="live")))
            await until(lambda: len(prompts) == 2)
            (worker,) = workers_of(os.getpid())
            why = lose(worker, beats)
            with pytest.raises(WorkerLost, match=f"worker 1 is gone: {why}"):
                await performing
            ending = await executor.perform(Work(run, 0, mode="live", begun=True))
    assert not is_left(worker)
    assert ending.outcome == "succeeded"
    assert prompts == {"Tell the first part.": 1, "Go on from A part.": 2}
    events = journal.recorded(run)
    assert [event.call for event in events if isinstance(event, CallFailed | CallFinished)] == [
        "one#1",
        "two#1",
        "two#2",
    ]
    assert Counter(map(kind_of, events))["run.resumed"] == 1


async def test_whatever_is_killed_each_item_has_one_end(tmp_path: Path, journal: Journal) -> None:
    plan, watcher = rehearsal(read(tmp_path), repeat=40), Noted()
    conducting = conductor(journal, plan, Troop(tmp_path / "outbox", 2, 4), watcher)
    task = asyncio.create_task(conducting.conduct())
    for ended in (1, 20):
        await until(lambda ended=ended: len(watcher.endings) >= ended)  # type: ignore[misc]
        workers_of(os.getpid())[0].kill()
    assert (await task).left == 0
    assert conducting.health().trouble.endswith(" is gone: SIGKILL ended it")
    assert sorted(ending.run for ending in watcher.endings) == [item.run for item in plan.items]
    async with Archive(journal.path) as archive:
        runs = await archive.batch_runs(plan.batch)
    assert Counter(run.status for run in runs) == {"succeeded": 80}


async def test_workers_leave_ctrl_c_to_the_driver(tmp_path: Path, journal: Journal) -> None:
    plan = rehearsal(read(tmp_path), repeat=1)
    async with Processes(journal, plan.sources, 1) as executor:
        await executor.perform(Work(plan.items[0].run, 0, plan.items[0].inputs, matrix={"market": "DE"}))
        (worker,) = workers_of(os.getpid())
        assert os.getpgid(worker.pid) != os.getpgid(0)
        worker.send_signal(signal.SIGINT)
        await executor.perform(Work(plan.items[1].run, 0, plan.items[1].inputs, matrix={"market": "DE"}))
        assert executor.health().lost == 0


async def test_a_worker_that_hangs_is_killed_when_its_time_is_over(
    tmp_path: Path, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(elsewhere, "FAREWELL", 0.01)
    plan = rehearsal(read(tmp_path), repeat=1)
    async with Processes(journal, plan.sources, 1) as executor:
        await executor.perform(Work(plan.items[0].run, 0, matrix={"market": "DE"}))
        (worker,) = workers_of(os.getpid())
        worker.suspend()
        performing = asyncio.create_task(executor.perform(Work(plan.items[1].run, 0, matrix={"market": "DE"})))
        await until(lambda: executor.health().under_way == 1)
        await executor.stop(0.0)
        with pytest.raises(WorkerLost):
            await performing
    assert not is_left(worker)


async def test_a_very_long_value_comes_through(tmp_path: Path, journal: Journal) -> None:
    text = "x" * TEN_MEGABYTES
    play = "schema: footlights/v1\nname: long\nagents: {a: {persona: You say.}}\ninputs: {text: {type: string}}\n"
    steps = 'steps: {say: {agent: a, prompt: Say., rehearsal: {reply: Done.}}}\noutputs: {text: "${{ inputs.text }}"}\n'
    plan = rehearsal(read(tmp_path, play + steps, "long"), inputs={"text": text}, repeat=1)
    assert (await performed(journal, plan, workers=1)).left == 0
    assert max(map(len, journal.texts(plan.items[0].run).values())) > TEN_MEGABYTES


async def test_a_worker_that_cannot_begin_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [])
    worker = await Troop(tmp_path / "outbox", 1, 1).hire(1)
    assert [message async for message in worker] == []
    assert "No module named" in await worker.close(60.0)


async def test_a_worker_that_a_signal_without_a_name_has_ended_says_its_number(tmp_path: Path) -> None:
    worker = await Troop(tmp_path / "outbox", 1, 1).hire(1)
    (process,) = workers_of(os.getpid())
    process.send_signal(signal.SIGRTMIN + 6)
    assert await worker.close(60.0) == f"signal {signal.SIGRTMIN + 6} ended it"


async def test_what_is_said_to_a_worker_that_is_gone_is_lost_without_a_word(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    worker = await Troop(tmp_path / "outbox", 1, 1).hire(1)
    (process,) = workers_of(os.getpid())
    process.kill()
    assert [message async for message in worker] == []
    for _ in range(20):
        worker.send(b"are you there?")
        await asyncio.sleep(0)
    assert await worker.close(60.0) == "SIGKILL ended it"
    assert "socket.send() raised" not in caplog.text


DRIVER = """
import asyncio, sys
from pathlib import Path
from app.batch.executor import Work
from app.batch.plan import Source
from app.batch.workers.processes import Processes
from app.engine.ulid import new_ids
from app.journal import Journal
from corpus.batches import read, rehearsal

async def drive(folder):
    with Journal.open(folder / "workspace", fast=True) as journal:
        plan = rehearsal(read(folder), repeat=1)
        async with Processes(journal, plan.sources, 2) as executor:
            async def perform(run):
                await executor.perform(Work(run, 0, matrix={"market": "DE"}))
                print("performed", flush=True)
            await asyncio.gather(*map(perform, new_ids(5000)))

asyncio.run(drive(Path(sys.argv[1])))
"""


async def test_workers_end_by_themselves_when_their_driver_is_killed(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "tests")))}
    command = [sys.executable, "-c", DRIVER, str(tmp_path)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as driver:
        assert driver.stdout is not None
        assert driver.stdout.readline() == "performed\n"
        workers = workers_of(driver.pid)
        assert len(workers) == 2
        driver.kill()
    await until(lambda: not any(map(is_left, workers)))
