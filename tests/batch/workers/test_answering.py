"""What a worker asks of the driver is answered, or it is told that there is no answer: it never waits for nothing."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from app.batch.workers.answering import Answering
from app.batch.workers.asking import LinkAsking
from app.batch.workers.wire import Answered, Learn, MayHold, Message, Question, Unanswered, Withdraw
from app.engine.ledger import SharedLedger
from app.errors import FootlightsError
from app.events import Hold
from app.journal import Journal
from providers.limiter import Limiter


class Broke:
    """A ledger that fails as nobody foresaw."""

    async def hold(self, hold: Hold, waits: bool = True) -> str:
        raise KeyError(hold.tokens)


async def asked(answering: Answering, said: asyncio.Queue[Message], question: Question) -> Message:
    """What is said to a question."""
    answering.ask(question)
    return await said.get()


async def test_a_mistake_of_ours_is_told_to_the_worker_who_asked(tmp_path: Path) -> None:
    said: asyncio.Queue[Message] = asyncio.Queue()
    with Journal.open(tmp_path / "workspace") as journal:
        answering = Answering(said.put_nowait, journal, Broke(), Limiter(lambda: 0.0))  # type: ignore[arg-type]
        found = await asked(answering, said, MayHold(1, "run", Hold(tokens=7)))
    assert found == Unanswered(1, "KeyError: 7", "this is a mistake in Footlights; please report it")


async def test_whoever_asks_and_gets_no_answer_fails_with_what_was_said() -> None:
    said: list[Message] = []
    asking = LinkAsking(said.append)
    task = asyncio.create_task(asking.ask(Learn(asking.number())))
    await asyncio.sleep(0)
    asking.unanswered(1, FootlightsError("the archive cannot be read", "footlights salvage mends it"))
    with pytest.raises(FootlightsError, match="cannot be read"):
        await task
    asking.unanswered(1, FootlightsError("it comes too late"))
    assert said == [Learn(1)]


async def test_a_question_that_is_withdrawn_is_not_answered(tmp_path: Path) -> None:
    said: asyncio.Queue[Message] = asyncio.Queue()
    with Journal.open(tmp_path / "workspace") as journal:
        answering = Answering(said.put_nowait, journal, SharedLedger({}), Limiter(lambda: 0.0))
        answering.ask(Learn(1))
        answering.hear(Withdraw(1))
        assert await asked(answering, said, Learn(2)) == Answered(2, [])
