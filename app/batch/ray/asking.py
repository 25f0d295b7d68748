"""How a worker on a cluster asks an actor that many share, and what that says when it is out of reach."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from ray.exceptions import RayActorError, RayError

from app.batch.ray.errors import ClusterError
from app.batch.ray.sender import Sender
from app.batch.workers.wire import News, Question


class ActorAsking:
    """Asks one actor. `me` is the handle of the worker who asks."""

    def __init__(self, worker: str, me: Any, actor: Any, instead: Callable[[RayError], str]) -> None:
        """`instead` of an answer, when there is none any more."""
        self._who = me, worker
        self._actor = actor
        self._instead = instead
        self._news: Sender[News] = Sender(lambda news: actor.hear.remote(*self._who, news), _nothing)
        self._numbers = itertools.count(1)

    def number(self) -> int:
        """Of a question to come."""
        return next(self._numbers)

    async def ask(self, question: Question) -> Any:
        """The answer. What was said before is known by then: a pause, before anything more goes in."""
        await self._news.sent()
        try:
            return await self._actor.answer.remote(*self._who, question)
        except RayError as error:
            return self._instead(error)

    def say(self, news: News) -> None:
        """Say something that wants no answer."""
        self._news.send(news)


def no_limiter(error: RayError) -> str:
    """Nobody knows whose turn it is: the run cannot be performed."""
    if not isinstance(error, RayActorError):
        raise error
    raise ClusterError(
        "the machine that kept the limiter of the cluster is gone", "go on with the batch: it makes a new one"
    ) from error


def no_ledger(error: RayError) -> str:
    """What cannot be asked must not be spent."""
    return f"the ledger of the batch cannot be reached ({type(error).__name__})"


def _nothing(error: Exception) -> None:
    """Whoever asks next is told, and what is held or taken up is given back when its worker is gone."""
