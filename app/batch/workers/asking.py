"""How a worker asks for what its runs share with those of others: of the driver here, on a cluster of an actor."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from typing import Any, Protocol

from app.batch.workers.wire import Message, News, Question
from app.errors import FootlightsError


class Asking(Protocol):
    """The way to whoever answers."""

    def number(self) -> int:
        """Of a question to come."""
        ...

    async def ask(self, question: Question) -> Any:
        """The answer. Who wants it no more withdraws the question."""
        ...

    def say(self, news: News) -> None:
        """Say something that wants no answer, after what was said before."""
        ...


class LinkAsking:
    """Asks the driver, over the link of its worker."""

    def __init__(self, say: Callable[[Message], None]) -> None:
        self.say = say
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[Any]] = {}

    def number(self) -> int:
        """Of a question to come."""
        return next(self._numbers)

    async def ask(self, question: Question) -> Any:
        """The answer."""
        answer = self._waiting[question.question] = asyncio.get_running_loop().create_future()
        self.say(question)
        try:
            return await answer
        finally:
            del self._waiting[question.question]

    def answered(self, question: int, answer: Any) -> None:
        """The driver has said something."""
        if (waiting := self._waiting.get(question)) is not None and not waiting.done():
            waiting.set_result(answer)

    def unanswered(self, question: int, error: FootlightsError) -> None:
        """The driver has none."""
        if (waiting := self._waiting.get(question)) is not None and not waiting.done():
            waiting.set_exception(error)
