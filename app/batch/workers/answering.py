"""Answers what one worker asks of the driver: what its runs share with those of others, and what is in the archive."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from app.batch.workers.holds import Holds, begun_calls
from app.batch.workers.lines import Places
from app.batch.workers.wire import (
    Answered,
    Counted,
    Enter,
    Learn,
    Left,
    MayHold,
    Message,
    News,
    Pause,
    Question,
    Recollect,
    Remember,
    Unanswered,
    Used,
    Withdraw,
)
from app.engine.ledger import SharedLedger
from app.errors import FootlightsError, Mistake
from app.journal.errors import JournalError

if TYPE_CHECKING:
    from app.engine.ledger import Ledger
    from app.journal import Journal
    from providers.limiter import Limiter


class Answering:
    """For one worker. The ledger and the limiter are those of all of them."""

    def __init__(
        self, say: Callable[[Message], None], journal: Journal, ledger: Ledger | None, limiter: Limiter
    ) -> None:
        self._say = say
        self._journal = journal
        self._holds = Holds(ledger or SharedLedger({}))
        self._places = Places(limiter)
        self._looking: dict[int, asyncio.Task[None]] = {}  # for an answer, by question

    def ask(self, question: Question) -> None:
        """Look for the answer, and say it."""
        number = question.question
        task = self._looking[number] = asyncio.create_task(self._answer(question))
        task.add_done_callback(lambda _: self._looking.pop(number, None))  # it may have used a number twice

    def hear(self, news: News) -> None:
        """Something that wants no answer."""
        match news:
            case Remember(agent, key, value, run):
                self._journal.remember(agent, key, value, run)
            case Used():
                self._holds.hear(news)
            case Left() | Counted():
                self._places.hear(news)
            case Withdraw():
                self._withdraw(news)

    def lose(self) -> None:
        """The worker is gone, and with it all who waited and all who were inside."""
        for task in self._looking.values():
            task.cancel()
        self._places.lose()
        self._holds.bury()

    def lose_run(self, run: str) -> None:
        """It may be gone on with elsewhere. What it held for calls that had gone out may have to be paid."""
        if self._holds.any_of(run):
            self._holds.lose(run, begun_calls(self._journal.recorded(run)))

    async def _answer(self, question: Question) -> None:
        said: Answered | Unanswered
        try:
            said = Answered(question.question, await self._found(question))
        except FootlightsError as error:
            said = Unanswered(question.question, error.message, error.hint)
        except Exception as error:  # a mistake of ours must not leave a run waiting for ever
            mistake = Mistake.of(error)
            said = Unanswered(question.question, mistake.message, mistake.hint)
        self._say(said)

    async def _found(self, question: Question) -> Any:
        answer: Any = None
        match question:
            case MayHold(number, run, hold, waits):
                answer = await self._holds.hold(number, run, hold, waits)
            case Enter(number, call):
                answer = await self._places.enter(number, call)
            case Pause(_, endpoint):
                await self._places.end_of_pause(endpoint)
            case Recollect(_, agent, words, limit):
                answer = []
                with suppress(JournalError):  # what cannot be read just now is not known
                    answer = await self._journal.recollect(agent, words, limit)
            case Learn():
                answer = list((await self._journal.experience()).items())
        return answer

    def _withdraw(self, news: Withdraw) -> None:
        if news.question in self._holds:
            self._holds.hear(news)
        elif news.question in self._places:
            self._places.hear(news)
        elif (task := self._looking.get(news.question)) is not None:
            task.cancel()
