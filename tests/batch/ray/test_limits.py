"""What the workers of a cluster share: the places at an endpoint, its pauses, and the money of the batch."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from app.batch.conducting import Conducted
from app.batch.driving import Drive
from app.batch.plan import Plan
from app.batch.planning import Wish, planned
from app.events import CallFailed, CallFinished, CallStarted, CallWaiting, Event, RunPaused
from app.journal import Journal
from corpus.batches import Noted, read
from corpus.playing import PATIENCE
from corpus.stub import Answer, Asked, Stub
from corpus.two_nodes import KEY, RayNode, TwoNodes
from corpus.wires import NAMED

CHAT = NAMED["chat"]
MANY = 48  # runs: more than one of the two workers takes
PRICE = ", price: {input: 1000, output: 1000}, params: {max_tokens: 100}"


def live(folder: Path, stub: Stub, count: int, more: str = "", **wish: object) -> Plan:
    """A batch of runs that each call the stub twice."""
    text = (
        f"schema: footlights/v1\nname: live\nmodels: {{m: {CHAT.model(stub.url, more)}}}\n"
        "inputs: {number: {type: integer}}\n"
        "agents: {host: {persona: You greet., model: m}}\n"
        "steps:\n"
        "  first: {agent: host, prompt: 'First of ${{ inputs.number }}.'}\n"
        "  second: {agent: host, prompt: 'Second of ${{ inputs.number }}.'}\n"
    )
    rows = [{"number": number} for number in range(count)]
    return planned([read(folder, text, "live")], Wish(rows=rows, **wish))  # type: ignore[arg-type]


def events(journal: Journal, plan: Plan) -> list[Event]:
    """Of all runs that have begun."""
    return [event for item in plan.items if journal.knows(item.run) for event in journal.recorded(item.run)]


def waiting(journal: Journal, plan: Plan) -> list[str]:
    """What calls have waited for."""
    return [event.detail for event in events(journal, plan) if isinstance(event, CallWaiting)]


async def until(holds: Callable[[], bool], conducting: asyncio.Task[Conducted]) -> None:
    """Let a batch go on until something holds."""
    async with asyncio.timeout(PATIENCE):
        while not holds():
            assert not conducting.done(), conducting.result()
            await asyncio.sleep(0.02)


@asynccontextmanager
async def conducted(journal: Journal, plan: Plan, on: str) -> AsyncIterator[tuple[Drive, asyncio.Task[Conducted]]]:
    """A batch that goes on meanwhile, and no longer than its test."""
    drive = Drive.begin(journal, plan)
    task = asyncio.create_task(drive.conduct(Noted(), on=on))
    try:
        yield drive, task
    finally:
        task.cancel()
        await asyncio.wait([task])


def answer_after(*events: asyncio.Event) -> Answer:
    """An answer that waits for something before its first word."""
    return replace(CHAT.reply("Good evening."), pieces=[*events, *CHAT.answer("Good evening.")])


def prompt(asked: Asked) -> str:
    return str(asked.json["messages"][-1]["content"])


async def test_workers_use_the_keys_of_their_own_machines(tmp_path: Path, journal: Journal, cluster: TwoNodes) -> None:
    async with Stub(answer_after()) as stub:
        plan = live(tmp_path, stub, 4)
        await Drive.begin(journal, plan).conduct(Noted(), on=cluster.on)
    assert {asked.headers["authorization"] for asked in stub.asked} == {f"Bearer {KEY}"}
    assert sorted(map(prompt, stub.asked)) == sorted(f"{one} of {n}." for one in ("First", "Second") for n in range(4))
    assert KEY.encode() not in b"".join(path.read_bytes() for path in journal.path.parent.iterdir() if path.is_file())


async def test_all_workers_together_keep_to_the_places_that_an_endpoint_has(
    tmp_path: Path, journal: Journal, cluster: TwoNodes
) -> None:
    go_on = asyncio.Event()
    async with Stub(answer_after(go_on)) as stub:
        plan = live(tmp_path, stub, MANY, ", rate: {at_a_time: 2}")
        async with conducted(journal, plan, cluster.on) as (_, conducting):
            await until(lambda: len(waiting(journal, plan)) == MANY - 2 and len(stub.asked) >= 2, conducting)
            assert len(stub.asked) == 2
            go_on.set()
            assert (await conducting).left == 0
    assert len(stub.asked) == 2 * MANY


async def test_all_workers_together_keep_to_the_requests_of_a_minute(
    tmp_path: Path, journal: Journal, cluster: TwoNodes
) -> None:
    async with Stub(answer_after()) as stub:
        plan = live(tmp_path, stub, MANY, ", rate: {requests: 30}")
        async with conducted(journal, plan, cluster.on) as (drive, conducting):
            why = "openai/parrot takes 30 requests a minute"
            await until(lambda: why in waiting(journal, plan) and len(stub.asked) >= 30, conducting)
            await drive.stop(0.0, "seen enough")
            await conducting
    assert len(stub.asked) == 30


async def test_a_pause_that_an_endpoint_asks_for_holds_all_workers(
    tmp_path: Path, journal: Journal, cluster: TwoNodes
) -> None:
    came: list[float] = []

    def answer(asked: Asked) -> Answer:
        came.append(time.monotonic())
        if len(came) == 1:
            return CHAT.refusal(429, retry_after="2")
        return answer_after()

    async with Stub(answer) as stub:
        plan = live(tmp_path, stub, MANY, ", rate: {at_a_time: 1}")
        conducted = await Drive.begin(journal, plan).conduct(Noted(), on=cluster.on)
    assert conducted.left == 0
    assert len(came) == 2 * MANY + 1
    assert came[1] - came[0] >= 2.0


async def test_two_workers_do_not_spend_more_than_the_batch_has_and_pause(
    tmp_path: Path, journal: Journal, cluster: TwoNodes
) -> None:
    async with Stub(answer_after()) as stub:
        plan = live(tmp_path, stub, MANY, PRICE, budget={"cost_usd": 1.0})
        conducted = await Drive.begin(journal, plan).conduct(Noted(), on=cluster.on)
    told = events(journal, plan)
    spent = sum(event.cost_usd for event in told if isinstance(event, CallFinished | CallFailed))
    assert 0 < spent <= 1.0
    assert {event.reason for event in told if isinstance(event, RunPaused)} <= {"batch", "signal"}
    assert conducted.left > 0
    assert "the batch may use $1.00" in conducted.stopped


@pytest.mark.parametrize("lose", [RayNode.kill, RayNode.freeze], ids=["killed", "frozen"])
async def test_what_a_lost_worker_had_under_way_is_made_again_and_stays_counted(
    tmp_path: Path,
    journal: Journal,
    cluster: TwoNodes,
    monkeypatch: pytest.MonkeyPatch,
    lose: Callable[[RayNode], None],
) -> None:
    monkeypatch.setattr("app.batch.workers.elsewhere.BEAT", 1.0)
    go_on = asyncio.Event()

    def answer(asked: Asked) -> Answer:
        return answer_after(go_on) if prompt(asked).startswith("Second") else answer_after()

    async with Stub(answer) as stub:
        plan = live(tmp_path, stub, MANY, f"{PRICE}, rate: {{at_a_time: {MANY}}}", budget={"cost_usd": 100.0})
        async with conducted(journal, plan, cluster.on) as (_, conducting):
            await until(lambda: sum(prompt(asked).startswith("Second") for asked in stub.asked) == MANY, conducting)
            assert cluster.second is not None
            lose(cluster.second)
            await until(lambda: any(asked.gone.is_set() for asked in stub.asked), conducting)
            go_on.set()
            assert (await conducting).left == 0
    asked = [prompt(one) for one in stub.asked]
    assert all(asked.count(f"First of {number}.") == 1 for number in range(MANY)), (
        "what is finished is not paid for twice"
    )
    told = events(journal, plan)
    lost = [event for event in told if isinstance(event, CallFailed)]
    assert [event.failure.error for event in lost] == ["interrupted"] * (len(asked) - 2 * MANY)
    assert len(lost) > 0
    holds = {event.hold.cost_usd for event in told if isinstance(event, CallStarted)}
    assert all(event.cost_usd in holds for event in lost)


@pytest.fixture(autouse=True)
def no_keys_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
