"""Runs that are performed elsewhere: the same log as here, whatever becomes of the worker, the archive, the driver."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from app.batch.conducting import Conductor
from app.batch.executor import Ending, Stopped, Work, WorkerLost
from app.batch.here import Here
from app.batch.plan import Plan
from app.batch.workers import wire
from app.batch.workers.desk import BEATS
from app.batch.workers.elsewhere import Elsewhere
from app.engine.ledger import SharedLedger
from app.errors import FootlightsError
from app.events import RunFinished, RunPaused, kind_of
from app.journal import Journal
from app.journal.chain import read_seals
from app.journal.connection import open_reader
from app.journal.errors import RunBusy
from app.journal.log import Entry
from app.journal.standing import Standing
from app.journal.verify import verify_workspace
from corpus.batches import GREET, Noted, read, rehearsal
from corpus.bundled import FEW, KINDS, loaded
from corpus.companies import Beside, Ensemble, Overheard, conductor
from corpus.playing import until

RELAY = """\
schema: footlights/v1
name: relay
agents: {a: {persona: You pass on.}}
steps:
  one: {agent: a, prompt: Begin., rehearsal: {reply: One.}}
  two: {agent: a, prompt: "Go on from ${{ steps.one.output }}", rehearsal: {reply: Two.}}
  three: {agent: a, prompt: "Go on from ${{ steps.two.output }}", rehearsal: {reply: Three.}}
"""


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal.open(tmp_path / "workspace", fast=True) as opened:
        yield opened


@pytest.fixture
def company(tmp_path: Path) -> Ensemble:
    return Ensemble(tmp_path / "outbox")


@pytest.fixture
def event_by_event(monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers pass each event on as it comes, so that a run can be lost between any two."""
    monkeypatch.setattr("app.batch.workers.distant.MANY", 1)


def relay(folder: Path, repeat: int = 6) -> Plan:
    return rehearsal(read(folder, RELAY, "relay"), repeat=repeat)


def story(journal: Journal, run: str) -> list[dict[str, object]]:
    """What happened, but for which run it was and when."""
    return [{**msgspec.to_builtins(event), "run": "", "at": 0} for event in journal.recorded(run)]


def kinds(journal: Journal, run: str) -> list[str]:
    return [kind_of(event) for event in journal.recorded(run)]


@pytest.mark.parametrize("play", [*FEW, KINDS], ids=lambda play: play.stem)
async def test_a_run_elsewhere_is_the_same_as_here_event_for_event(
    journal: Journal, company: Ensemble, play: Path
) -> None:
    plan, other = (rehearsal(loaded(play), repeat=1) for _ in range(2))
    assert await conductor(journal, plan, company).conduct()
    await Conductor(journal, other, Here(journal, other.sources), Noted(), begun={}).conduct()
    for one, same in zip(plan.items, other.items, strict=True):
        mine, theirs = story(journal, one.run), story(journal, same.run)
        for begun in (mine[0], theirs[0]):
            begun["origin"] = ""
        assert mine == theirs
        assert journal.texts(one.run) == journal.texts(same.run)


def dies_after(number: int) -> Callable[[Beside], Overheard]:
    """The first worker says so many times something, and is gone; those who come in its place live."""

    def way_of(worker: Beside) -> Overheard:
        said = 0

        def on_the_way(message: bytes) -> Sequence[bytes]:
            nonlocal said
            said += 1
            if worker.name == "worker 1" and said > number:
                worker.die("it was pulled out")
            return [message]

        return on_the_way

    return way_of


@pytest.mark.usefixtures("event_by_event")
@pytest.mark.parametrize("number", range(0, 24, 3))
async def test_what_a_lost_worker_had_begun_is_gone_on_with_and_no_finished_call_is_made_again(
    tmp_path: Path, journal: Journal, number: int
) -> None:
    company = Ensemble(tmp_path / "outbox", places=1)
    company.on_the_way = dies_after(number)
    plan, watcher = relay(tmp_path), Noted()
    conducted = await conductor(journal, plan, company, watcher).conduct()
    assert (conducted.left, conducted.stopped) == (0, "")
    assert sorted(ending.run for ending in watcher.endings) == [item.run for item in plan.items]
    for item in plan.items:
        happened = Counter(kinds(journal, item.run))
        assert (happened["run.started"], happened["run.finished"]) == (1, 1)
        assert happened["call.finished"] == happened["step.finished"] == 3
        assert happened["call.started"] == 3 + happened["call.failed"]
    assert sound(journal)


async def test_a_run_that_began_here_can_be_gone_on_with_elsewhere_with_long_values(
    tmp_path: Path, journal: Journal, company: Ensemble
) -> None:
    long = "word " * 50_000
    text = RELAY.replace("steps:", "inputs: {long: {type: string}}\nsteps:", 1).replace(
        "Begin.", '"${{ inputs.long }}"'
    )
    plan = rehearsal(read(tmp_path, text, "relay"), inputs={"long": long}, repeat=1)
    (item,) = plan.items
    here = Here(journal, plan.sources)
    performing = asyncio.create_task(here.perform(Work(item.run, 0, item.inputs)))
    await until(lambda: here.health().under_way == 1)
    await here.stop(0.0)
    assert (await performing).status == "paused"
    assert await conductor(journal, plan, company).conduct()
    assert kinds(journal, item.run).count("call.started") == 3
    assert isinstance(journal.recorded(item.run)[-1], RunFinished)


@pytest.mark.usefixtures("event_by_event")
async def test_runs_that_are_stopped_are_paused_and_nothing_new_begins(tmp_path: Path, journal: Journal) -> None:
    company, watcher = Ensemble(tmp_path / "outbox", places=1, slots=2), Noted()
    plan = relay(tmp_path)
    conducting = conductor(journal, plan, company, watcher)
    task = asyncio.create_task(conducting.conduct())
    await until(lambda: len(watcher.begun) >= 2 and any(journal.knows(item.run) for item in plan.items))
    await conducting.stop(5.0, "it is late")
    conducted = await task
    assert conducted.stopped == "it is late"
    for item in plan.items:
        if journal.knows(item.run):
            assert isinstance(journal.recorded(item.run)[-1], RunPaused | RunFinished)
    assert (await conductor(journal, plan, company).conduct()).left == 0
    assert all(kinds(journal, item.run).count("call.finished") == 3 for item in plan.items)


@pytest.mark.usefixtures("event_by_event")
async def test_a_run_is_lost_to_one_worker_and_not_to_the_archive(tmp_path: Path, journal: Journal) -> None:
    company = Ensemble(tmp_path / "outbox", places=1)
    company.on_the_way = dies_after(1)
    plan = relay(tmp_path, repeat=1)
    async with Elsewhere(journal, plan.sources, company) as executor:
        with pytest.raises(WorkerLost, match="worker 1 is gone: it was pulled out"):
            await executor.perform(Work(plan.items[0].run, 0))
        await until(lambda: executor.health().workers == 1)
        assert executor.health().lost == 1
        assert executor.health().trouble == "worker 1 is gone: it was pulled out"
        ending = await executor.perform(Work(plan.items[0].run, 0, begun=journal.knows(plan.items[0].run)))
        assert ending.outcome == "succeeded"


class Unending(Beside):
    """A worker that dies, and of which no end can be made either."""

    async def close(self, grace: float) -> str:
        await super().close(grace)
        raise OSError("the way to it is blocked")


@pytest.mark.usefixtures("event_by_event")
async def test_whoever_waits_for_a_run_is_told_also_when_no_end_can_be_made_of_its_worker(
    tmp_path: Path, journal: Journal
) -> None:
    class Company(Ensemble):
        async def hire(self, number: int) -> Beside:
            worker = Unending(number, tmp_path / "outbox", self.slots)
            worker.on_the_way = dies_after(1)(worker)
            return worker

    plan = relay(tmp_path, repeat=1)
    with pytest.raises(OSError, match="the way to it is blocked"):
        async with Elsewhere(journal, plan.sources, Company(tmp_path / "outbox", places=1)) as executor:
            with pytest.raises(WorkerLost, match="worker 1 is gone"):
                await executor.perform(Work(plan.items[0].run, 0))


async def test_when_every_worker_dies_at_once_it_is_said_why(tmp_path: Path, journal: Journal) -> None:
    company = Ensemble(tmp_path / "outbox", places=2)

    def way_of(worker: Beside) -> Overheard:
        worker.die("no room for it")
        return lambda message: [message]

    company.on_the_way = way_of
    async with Elsewhere(journal, relay(tmp_path).sources, company) as executor:
        with pytest.raises(FootlightsError, match=r"there are no workers left: worker \d is gone: no room for it"):
            await executor.perform(Work("01ARZ3NDEKTSV4RRFFQ69G5FAV", 0))
    assert len(company.hired) == 6


def falls_silent_after(number: int) -> Callable[[Beside], Overheard]:
    """Every worker says so many times something, and then nothing more; it is there all the same."""

    def way_of(worker: Beside) -> Overheard:
        left = iter(range(number))
        return lambda message: [message] if next(left, None) is not None else []

    return way_of


async def test_nobody_takes_over_a_run_whose_driver_lives(
    tmp_path: Path, journal: Journal, company: Ensemble, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.batch.workers.distant.SOON", 0.0)
    company.on_the_way = falls_silent_after(2)
    plan = relay(tmp_path, repeat=1)
    run = plan.items[0].run
    async with Elsewhere(journal, plan.sources, company) as executor:
        performing = asyncio.create_task(executor.perform(Work(run, 0)))
        await until(lambda: journal.knows(run))
        with Journal.open(journal.path) as other, pytest.raises(RunBusy, match="is being performed by process"):
            other.take_over(run)
        performing.cancel()
    assert journal.take_over(run).seq > 0


@pytest.mark.usefixtures("event_by_event")
async def test_a_worker_that_does_not_stop_in_time_is_ended(
    tmp_path: Path, journal: Journal, company: Ensemble, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.batch.workers.elsewhere.FAREWELL", 0.01)
    company.on_the_way = falls_silent_after(2)
    plan = relay(tmp_path, repeat=1)
    async with Elsewhere(journal, plan.sources, company) as executor:
        performing = asyncio.create_task(executor.perform(Work(plan.items[0].run, 0)))
        await until(lambda: journal.knows(plan.items[0].run))
        await executor.stop(0.0)
        with pytest.raises(WorkerLost):
            await performing
        with pytest.raises(Stopped):
            await executor.perform(Work(plan.items[0].run, 0, begun=True))


async def test_a_run_that_nobody_waits_for_any_more_ends_and_harms_no_other(
    tmp_path: Path, journal: Journal, company: Ensemble
) -> None:
    plan = relay(tmp_path)
    async with Elsewhere(journal, plan.sources, company) as executor:
        first, *others = [asyncio.create_task(executor.perform(Work(item.run, 0))) for item in plan.items]
        await until(lambda: executor.health().under_way > 0)
        first.cancel()
        endings = await asyncio.gather(*others)
        assert {ending.outcome for ending in endings} == {"succeeded"}
        assert executor.health().lost == 0


async def test_a_worker_that_has_nothing_to_say_answers_when_it_is_asked(tmp_path: Path, journal: Journal) -> None:
    company, beats, heard = Ensemble(tmp_path / "outbox", places=1), asyncio.Queue[None](), Counter[type]()

    def on_the_way(message: bytes) -> Sequence[bytes]:
        heard[type(wire.from_worker(message))] += 1
        return [message]

    company.on_the_way = lambda worker: on_the_way
    async with Elsewhere(journal, relay(tmp_path).sources, company, beat=beats.get) as executor:
        for asked in range(2, 2 * BEATS):  # when it began it was asked as well
            beats.put_nowait(None)
            await until(lambda asked=asked: heard[wire.Pong] == asked)  # type: ignore[misc]
        assert executor.health().lost == 0
    assert heard.keys() == {wire.Pong}


# What no worker says


def forged(change: Callable[[wire.Written], wire.Written]) -> Callable[[Beside], Overheard]:
    """The first worker says something else than happened, of a run as it comes."""

    def way_of(worker: Beside) -> Overheard:
        def on_the_way(message: bytes) -> Sequence[bytes]:
            said = wire.from_worker(message)
            if worker.name != "worker 1" or not isinstance(said, wire.Wrote):
                return [message]
            return [wire.encode(wire.Wrote([change(written) for written in said.runs]))]

        return on_the_way

    return way_of


def of_the_last(change: Callable[[Entry], Entry]) -> Callable[[wire.Written], wire.Written]:
    """Of the events that come together, the last is another."""
    return lambda written: replace(written, entries=[*written.entries[:-1], change(written.entries[-1])])


WRONG: dict[str, Callable[[wire.Written], wire.Written]] = {
    "another number": of_the_last(lambda event: replace(event, seq=event.seq + 1)),
    "another time": of_the_last(lambda event: replace(event, at=event.at + 1)),
    "another kind": of_the_last(lambda event: replace(event, kind="step.failed")),
    "another hash": of_the_last(lambda event: replace(event, hash=bytes(32))),
    "another text": of_the_last(lambda event: replace(event, body=event.body[:-1] + b" }")),
    "another run": of_the_last(lambda event: replace(event, body=event.body.replace(b'"run":"0', b'"run":"1'))),
    "a value that is not its digest": of_the_last(lambda event: replace(event, blobs=(("0" * 32, b'"forged"'),))),
    "an event that is missing": lambda written: replace(written, entries=written.entries[1:]),
    "an event that comes twice": lambda written: replace(written, entries=[*written.entries, written.entries[-1]]),
    "no events": lambda written: replace(written, entries=[]),
    "an end that is none": lambda written: replace(written, entries=written.entries[:-1]),
    "an end that is not told": lambda written: replace(written, standing=Standing()),
    "a part that was never given": lambda written: replace(written, part=99),
}


@pytest.mark.parametrize("change", WRONG.values(), ids=WRONG)
async def test_what_does_not_follow_is_refused_and_the_run_is_done_again(
    tmp_path: Path, journal: Journal, change: Callable[[wire.Written], wire.Written]
) -> None:
    company, plan = Ensemble(tmp_path / "outbox", places=1), relay(tmp_path, repeat=1)
    company.on_the_way = forged(change)
    (item,) = plan.items
    async with Elsewhere(journal, plan.sources, company) as executor:
        with pytest.raises(WorkerLost, match="worker 1 is gone: it said what no worker says"):
            await executor.perform(Work(item.run, 0))
    assert (await conductor(journal, plan, Ensemble(tmp_path / "outbox")).conduct()).left == 0
    assert kinds(journal, item.run).count("call.finished") == 3
    assert sound(journal)


@pytest.mark.parametrize("message", [b"", b"hello", b"\x00" * 100, b"\x91\xa4Fire", wire.encode(wire.Safe([(1, 1)]))])
async def test_bytes_that_are_no_message_end_the_worker(tmp_path: Path, journal: Journal, message: bytes) -> None:
    company, plan = Ensemble(tmp_path / "outbox", places=1), relay(tmp_path, repeat=1)
    company.on_the_way = lambda worker: lambda said: [message]
    async with Elsewhere(journal, plan.sources, company) as executor:
        with pytest.raises(WorkerLost, match="it said what no worker says"):
            await executor.perform(Work(plan.items[0].run, 0))


async def test_an_ending_that_the_log_does_not_bear_out_is_refused(tmp_path: Path, journal: Journal) -> None:
    company, plan = Ensemble(tmp_path / "outbox", places=1), relay(tmp_path, repeat=1)
    run = plan.items[0].run
    company.on_the_way = lambda worker: lambda said: [wire.encode(wire.Ended(1, Ending(run, "finished", "succeeded")))]
    async with Elsewhere(journal, plan.sources, company) as executor:
        with pytest.raises(WorkerLost, match="is not how it ended"):
            await executor.perform(Work(run, 0))


# What fails here


async def test_a_run_for_which_there_is_no_room_here_is_paused_as_it_is_when_performed_here(
    tmp_path: Path, journal: Journal, company: Ensemble
) -> None:
    plan, watcher = relay(tmp_path, repeat=60), Noted()
    (pages,) = journal._writer.perform(lambda connection: connection.execute("PRAGMA page_count").fetchone())
    limit = f"PRAGMA max_page_count = {pages + 8}"
    journal._writer.perform(lambda connection: connection.execute(limit).fetchone())
    conducted = await conductor(journal, plan, company, watcher).conduct()
    assert "there is no room to write" in conducted.stopped
    assert {ending.reason for ending in watcher.endings if ending.status == "paused"} == {"disk"}
    journal._writer.perform(lambda connection: connection.execute("PRAGMA max_page_count = 100000").fetchone())
    assert (await conductor(journal, plan, company).conduct()).left == 0
    assert sound(journal)


async def test_what_cannot_be_performed_says_the_same_as_here(
    tmp_path: Path, journal: Journal, company: Ensemble
) -> None:
    plan = rehearsal(read(tmp_path, GREET), repeat=1)
    async with Elsewhere(journal, plan.sources, company) as executor:
        with pytest.raises(FootlightsError, match='there is no input "tune"'):
            await executor.perform(Work(plan.items[0].run, 0, {"tune": "loud"}))


async def test_runs_elsewhere_spend_from_one_ledger(tmp_path: Path, journal: Journal, company: Ensemble) -> None:
    ledger, watcher = SharedLedger({"turns": 7}), Noted()
    plan = relay(tmp_path)
    conducted = await conductor(journal, plan, company, watcher, ledger).conduct()
    assert "the batch may use 7 calls" in conducted.stopped
    assert sum(kinds(journal, item.run).count("call.started") for item in plan.items if journal.knows(item.run)) == 7
    assert ledger.account.spent["turns"] == 7
    assert not any(ledger.account.held.values())


@pytest.mark.usefixtures("event_by_event")
async def test_what_a_lost_worker_held_of_the_ledger_comes_back(tmp_path: Path, journal: Journal) -> None:
    company, ledger = Ensemble(tmp_path / "outbox", places=1), SharedLedger({"turns": 1000})
    company.on_the_way = dies_after(9)
    plan = relay(tmp_path)
    assert (await conductor(journal, plan, company, ledger=ledger).conduct()).left == 0
    assert not any(ledger.account.held.values())
    assert len(company.hired) > 1


def sound(journal: Journal) -> bool:
    """Does every run of the archive bear being looked at?"""
    with closing(open_reader(journal.path)) as connection:
        return not any(found.damage for found in verify_workspace(connection, read_seals(journal.path)))
