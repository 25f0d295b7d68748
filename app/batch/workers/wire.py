"""What a driver and its workers say to each other, as msgpack: short tuples, since there are many.

A worker names its runs by the `part` that it was given them under, so that what it still says about one that was taken
from it is known as such.
"""

from __future__ import annotations

from typing import Any

import msgspec

from app.batch.executor import Ending, Work
from app.batch.plan import Source
from app.events import Hold, Usage
from app.journal.inbox import Letter
from app.journal.log import Entry
from app.journal.standing import Standing
from providers.base import ErrorClass
from providers.limiter import Rate


class Message(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=True):
    """One thing that is said."""


class Written(msgspec.Struct, frozen=True, array_like=True):
    """Events of one run as they are to be written, and how it stands after the last."""

    part: int
    entries: list[Entry]
    standing: Standing


class Call(msgspec.Struct, frozen=True, array_like=True):
    """A call as the line in front of an endpoint sees it."""

    endpoint: str
    model: str
    tokens: int
    of_endpoint: Rate
    of_model: Rate
    again: bool


class Past(msgspec.Struct, frozen=True, array_like=True):
    """A run as far as it is written, for the worker who goes on with it."""

    events: list[bytes]
    values: dict[str, bytes]
    hash: bytes
    standing: Standing
    letters: list[Letter] = []  # what people have said to it, and nobody has taken yet


# From a worker


class Wrote(Message, frozen=True):
    """Events, those of each run in their order."""

    runs: list[Written]


class Ended(Message, frozen=True):
    """A run is over, or paused. All its events are safe by then."""

    part: int
    ending: Ending


class Failed(Message, frozen=True):
    """A run could not be performed, or not to its end; it is the same as if that had been raised here."""

    part: int
    message: str
    hint: str
    is_mistake: bool = False  # of ours


class Partial(Message, frozen=True):
    """What a call has said so far; none: it has ended."""

    part: int
    call: str
    text: str | None


class Took(Message, frozen=True):
    """What became of a letter."""

    part: int
    letter: int
    verdict: str


class Remember(Message, frozen=True):
    """An agent shall know something in later runs."""

    agent: str
    key: str
    value: Any
    run: str


class Recollect(Message, frozen=True):
    """What does an agent know from earlier runs? Answered with what was found."""

    question: int
    agent: str
    words: str
    limit: int


class Learn(Message, frozen=True):
    """What have earlier live runs taught of each model? Answered with pairs of where it is served and what is known."""

    question: int


class MayHold(Message, frozen=True):
    """May a run set this aside of what all runs spend from? Answered with why not, or nothing."""

    question: int
    run: str
    hold: Hold
    waits: bool = True  # for what others hold


class Used(Message, frozen=True):
    """That call has used this."""

    question: int
    usage: Usage
    cost_usd: float


class Enter(Message, frozen=True):
    """A call wants to go to an endpoint, where its place bears the question's number. Answered with a `Wait`.

    Once it may, that is for nothing; before, if it takes long, for what: then it is to be asked again.
    """

    question: int
    call: Call


class Pause(Message, frozen=True):
    """Answered when an endpoint does not ask any more to be left alone."""

    question: int
    endpoint: str


class Left(Message, frozen=True):
    """A call that went to an endpoint is over."""

    place: int
    error: ErrorClass | None
    retry_after: float | None


class Counted(Message, frozen=True):
    """And so many tokens it has used."""

    place: int
    tokens: int


class Withdraw(Message, frozen=True):
    """Nobody waits for an answer any more; what was given with it is given back."""

    question: int


class Pong(Message, frozen=True):
    """Here I am."""


# To a worker


class Sources(Message, frozen=True):
    """What will be performed, before the first of it is; and whether all of it spends from one ledger."""

    sources: tuple[Source, ...]
    has_ledger: bool


class Perform(Message, frozen=True):
    """A run to be performed."""

    part: int
    work: Work
    past: Past | None


class Safe(Message, frozen=True):
    """Up to which event each of these parts is in the archive."""

    parts: list[tuple[int, int]]


class Broken(Message, frozen=True):
    """The archive takes no more events of a part."""

    part: int
    is_full: bool  # there is no room; else something worse
    message: str
    hint: str


class Drop(Message, frozen=True):
    """Nobody waits for a part any more."""

    part: int


class Letters(Message, frozen=True):
    """What people say to a run."""

    part: int
    letters: list[Letter]


class Answered(Message, frozen=True):
    """The answer to a question."""

    question: int
    answer: Any


class Unanswered(Message, frozen=True):
    """There is no answer to a question: whoever asked cannot go on."""

    question: int
    message: str
    hint: str


class Stop(Message, frozen=True):
    """Let what is under way end, and pause it after so many seconds."""

    grace: float


class Ping(Message, frozen=True):
    """Are you there?"""


Question = Recollect | Learn | MayHold | Enter | Pause
News = Remember | Used | Left | Counted | Withdraw
FromWorker = Wrote | Ended | Failed | Partial | Took | Pong | Question | News
ToWorker = Sources | Perform | Safe | Broken | Drop | Letters | Answered | Unanswered | Stop | Ping

encode = msgspec.msgpack.Encoder().encode
_from_worker: msgspec.msgpack.Decoder[FromWorker] = msgspec.msgpack.Decoder(FromWorker)
_to_worker: msgspec.msgpack.Decoder[ToWorker] = msgspec.msgpack.Decoder(ToWorker)


def from_worker(message: bytes) -> FromWorker:
    """What a worker said; a msgspec.MsgspecError when it is nothing that a worker says."""
    return _from_worker.decode(message)


def to_worker(message: bytes) -> ToWorker:
    """What the driver said."""
    return _to_worker.decode(message)
