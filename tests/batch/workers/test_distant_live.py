"""Live runs elsewhere: one line in front of a model, one memory, and people who speak to them and watch."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from app.batch.executor import Ending, Work, WorkerLost
from app.batch.workers.elsewhere import Elsewhere
from app.engine.ledger import Ledger, SharedLedger
from app.events import CallRouted, CallWaiting, MemoryRead
from app.journal import Archive, Journal
from corpus.batches import read, rehearsal
from corpus.companies import Ensemble
from corpus.playing import until
from corpus.stub import Answer, Asked, Stub
from corpus.wires import NAMED
from providers.base import ToolCall
from providers.routing import ENOUGH

GEMINI = NAMED["gemini"]
TEXT = (
    "It was ",
    "a dark night, " * 10,
    "and then it was not.",
)  # longer than any secret, which must not show in parts
RUNS = ("01ARZ3NDEKTSV4RRFFQ69G5FAA", "01ARZ3NDEKTSV4RRFFQ69G5FAB", "01ARZ3NDEKTSV4RRFFQ69G5FAC")


@pytest.fixture
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Journal]:
    monkeypatch.setenv(GEMINI.key, "a-key-for-nobody")
    with Journal.open(tmp_path / "workspace", fast=True) as opened:
        yield opened


def says(pieces: Sequence[bytes | asyncio.Event]) -> Answer:
    return Answer(headers={"content-type": GEMINI.kind}, pieces=pieces)


def performed(
    journal: Journal,
    folder: Path,
    stub: Stub,
    more: str = "",
    top: str = "",
    company: Ensemble | None = None,
    ledger: Ledger | None = None,
) -> Elsewhere:
    """Two workers for a play of one step, whose model is the stub."""
    play = (
        f"schema: footlights/v1\nname: tell\nmodels: {{only: {GEMINI.model(stub.url, more)}}}\n"
        f"agents: {{a: {{persona: You tell., model: only{top}}}}}\nsteps: {{tell: {{agent: a, prompt: Tell.}}}}\n"
    )
    sources = rehearsal(read(folder, play, "tell")).sources
    return Elsewhere(journal, sources, company or Ensemble(folder / "outbox"), ledger)


def begin(executor: Elsewhere, run: str) -> asyncio.Task[Ending]:
    return asyncio.create_task(executor.perform(Work(run, 0, mode="live")))


async def test_all_workers_stand_in_one_line(tmp_path: Path, journal: Journal) -> None:
    over = asyncio.Event()
    *most, last = GEMINI.answer(TEXT)
    async with (
        Stub(says([*most, over, last])) as stub,
        performed(journal, tmp_path, stub, ", rate: {at_a_time: 1}") as executor,
    ):
        tasks = [begin(executor, run) for run in RUNS]
        await until(lambda: len(waiting(journal)) == 2 and len(stub.asked) == 1)
        over.set()
        endings = await asyncio.gather(*tasks)
    assert [ending.outcome for ending in endings] == ["succeeded"] * 3
    assert len(stub.asked) == 3
    assert {event.detail for event in waiting(journal)} == {f"{stub.url} is given 1 calls at a time"}


def waiting(journal: Journal) -> list[CallWaiting]:
    known = [run for run in RUNS if journal.knows(run)]
    return [event for run in known for event in journal.recorded(run) if isinstance(event, CallWaiting)]


async def test_a_run_elsewhere_hears_what_people_say(tmp_path: Path, journal: Journal) -> None:
    never = says([GEMINI.answer(TEXT)[0], asyncio.Event()])
    async with Stub(never) as stub, performed(journal, tmp_path, stub) as executor:
        task = begin(executor, RUNS[0])
        await until(lambda: len(stub.asked) == 1)
        journal.post(RUNS[0], "direct", "cancel", {"direction": "cancel"}, "Ada")
        ending = await task
        assert ending.outcome == "cancelled"
        assert ending.failure is not None
        assert ending.failure.message == "Ada cancelled the run"
        await until(lambda: journal.inbox(RUNS[0]) == [])


async def test_text_that_is_not_finished_is_shown(tmp_path: Path, journal: Journal) -> None:
    over = asyncio.Event()
    *most, last = GEMINI.answer(TEXT)
    async with (
        Archive(journal.path) as archive,
        Stub(says([*most, over, last])) as stub,
        performed(journal, tmp_path, stub) as executor,
    ):
        task = begin(executor, RUNS[0])
        while "a dark night" not in (await archive.partials(RUNS[0])).get("tell#1", ""):
            await asyncio.sleep(0.01)
        over.set()
        assert (await task).outcome == "succeeded"
        while await archive.partials(RUNS[0]):
            await asyncio.sleep(0.01)


async def test_what_agents_remember_is_kept_here(tmp_path: Path, journal: Journal) -> None:
    journal.remember("tell/a", "tone", "plain", "01ARZ3NDEKTSV4RRFFQ69G5FAZ")
    calls = (
        ToolCall("1", "memory.write", '{"key": "night", "value": "dark", "scope": "agent"}'),
        ToolCall("2", "memory.read", '{"query": "plain", "scope": "agent"}'),
    )

    def answer(asked: Asked) -> Answer:
        return says(GEMINI.answer(tool_calls=calls) if len(stub.asked) == 1 else GEMINI.answer(TEXT))

    tools = ", tools: [memory.read, memory.write]"
    async with Stub(answer) as stub, performed(journal, tmp_path, stub, top=tools) as executor:
        assert (await begin(executor, RUNS[0])).outcome == "succeeded"
    assert sorted(known["key"] for known in await journal.recollect("tell/a")) == ["night", "tone"]
    (was_read,) = [event for event in journal.recorded(RUNS[0]) if isinstance(event, MemoryRead)]
    assert was_read.value is not None
    assert b"plain" in journal.texts(RUNS[0])[was_read.value.ref]


async def test_what_earlier_runs_taught_of_a_model_is_known_elsewhere(tmp_path: Path, journal: Journal) -> None:
    async with Stub(says(GEMINI.answer(TEXT))) as stub:
        play = (
            f"schema: footlights/v1\nname: tell\nmodels: {{only: {GEMINI.model(stub.url)}}}\n"
            "agents: {a: {persona: You tell., model: {route: {among: [only]}}}}\nsteps:\n"
        ) + "".join(f"  part{number}: {{agent: a, prompt: Tell.}}\n" for number in range(ENOUGH))
        (source,) = rehearsal(read(tmp_path, play, "tell")).sources
        async with Elsewhere(journal, [source], Ensemble(tmp_path / "outbox")) as executor:
            for run in RUNS[:2]:
                assert (await begin(executor, run)).outcome == "succeeded"
    first, second = (next(one for one in journal.recorded(run) if isinstance(one, CallRouted)) for run in RUNS[:2])
    assert "calls" not in first.candidates[0].note
    assert f"100 % of {ENOUGH} calls" in second.candidates[0].note


async def test_a_call_that_had_gone_out_when_its_worker_was_lost_counts_as_spent(
    tmp_path: Path, journal: Journal
) -> None:
    ledger = SharedLedger({"turns": 10})
    never = says([GEMINI.answer(TEXT)[0], asyncio.Event()])
    async with Stub(never, says(GEMINI.answer(TEXT))) as stub:
        company = Ensemble(tmp_path / "outbox", places=1)
        async with performed(journal, tmp_path, stub, company=company, ledger=ledger) as executor:
            task = begin(executor, RUNS[0])
            await until(lambda: len(stub.asked) == 1)
            company.hired[0].die("it was pulled out")
            with pytest.raises(WorkerLost):
                await task
            assert (ledger.account.spent["turns"], sum(ledger.account.held.values())) == (1, 0)
            ending = await executor.perform(Work(RUNS[0], 0, mode="live", begun=True))
    assert ending.outcome == "succeeded"
    assert ledger.account.spent["turns"] == 2
