"""One call of a model: a model is chosen, the worst case is held, the request goes out, and every attempt is told.

`call.started` is durable before the request goes out, with everything it builds on. Its text may be used at once, but
no further effect begins before `call.finished` is durable too. What a resumed run knows of a call is given back; a call
that was cut off is made again, and what it may have cost stays counted.
"""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace

from app.engine.billing import UNHEARD, Bill, bill_of, hold_for
from app.engine.exceeding import hold_budget
from app.engine.models import Model, Models
from app.engine.outcomes import Mishap
from app.engine.play import Speaker
from app.engine.retrying import jitter
from app.engine.scripts import cursor_key
from app.engine.streaming import Broken, Heard
from app.errors import FootlightsError
from app.events import (
    CallFailed,
    CallFinished,
    CallRouted,
    CallStarted,
    CallWaiting,
    Failure,
    Hold,
    Outcome,
    Ref,
    Usage,
)
from app.offsets import pack
from app.state.cut_off import CUT_OFF, end_of
from providers import tokens
from providers.base import Message, Script, ToolCall, ToolOffer
from providers.limiter import Ticket

if TYPE_CHECKING:
    from app.engine.act import Act
    from app.engine.budgets import Account
    from app.engine.endpoints import Endpoints
    from app.engine.performance import Performance

ONCE = frozenset({"empty"})
RETRIED = frozenset({"rate_limited", "overloaded", "timeout", "connection", "malformed", "incomplete", "empty"})
FALLS_BACK = RETRIED | {"quota", "auth", "context_too_long"}
FIRST_WAIT = 1.0  # seconds before it is tried again, at most; doubles with each attempt
LONGEST_BACKOFF = 30.0
LONGEST_WAIT = 120.0  # whatever the service asks for
LOST = Failure(error=CUT_OFF.error, message="the process ended while this call was under way; it is made again")
OUTCOMES: dict[str, Outcome] = {"refused": "refused", "truncated": "truncated"}


class Asked(msgspec.Struct):
    """What an agent is asked in one call."""

    speaker: Speaker
    messages: tuple[Message, ...]
    path: str
    offers: tuple[ToolOffer, ...] = ()
    shape: dict[str, Any] | None = None
    script: Script = Script()
    _counted: tuple[tuple[Message, ...], int] | None = None

    @property
    def tokens(self) -> int:
        """What it is read as, by our own count: the same for every model. A person may add to the messages."""
        if self._counted is None or self._counted[0] is not self.messages:
            self._counted = self.messages, tokens.of_asked(self.messages, self.offers, self.shape)
        return self._counted[1]


class Reply(msgspec.Struct, frozen=True):
    """What came back."""

    text: str
    tool_calls: tuple[ToolCall, ...] = ()
    echo: dict[str, Any] | None = None  # for its provider, when the conversation goes on

    def said(self) -> Message:
        """The answer as a part of the conversation."""
        return Message("assistant", self.text, self.tool_calls, echo=self.echo)


async def call(act: Act, asked: Asked) -> Reply:
    """Call a model until it answers, or until nothing more can be tried."""
    performance = act.scene.play.performance
    log = performance.log
    models = Models(act, asked)
    key = cursor_key(act.path, asked.speaker.id)
    model, attempt, cause = None, 0, act.cause
    while True:
        if log.cover is not None:  # a secret that was computed anew must not reach a model
            asked.messages = tuple(replace(one, content=log.cover(one.content)) for one in asked.messages)
        messages = tuple(log.keep(_as_value(message)) for message in asked.messages)
        id = performance.next_call(asked.path)
        if model is None:
            model, cause = await _routed(act, asked, models, id)
            attempt = 0
        attempt += 1
        one = _Attempt(act, asked, models, model, id, attempt, messages, cause)
        heard = await one.perform()
        if isinstance(heard, Reply):
            performance.cursors[key] = performance.cursors.get(key, 0) + 1
            performance.cursors[asked.speaker.id] = performance.cursors.get(asked.speaker.id, 0) + 1
            performance.faults.pop(key, None)
            return heard
        failed, cause = heard, heard.seq
        if failed.failure.error == "interrupted":
            attempt -= 1
            continue
        if failed.failure.error in ("downgrade", "swapped", "out of reach"):
            model = None
            continue
        performance.faults[key] = performance.faults.get(key, 0) + 1
        asked.script = performance.next_try(asked.script)
        if failed.retry_ms is not None:
            await performance.clock.sleep(failed.retry_ms / 1000)
            continue
        if failed.failure.error in FALLS_BACK and models.has_other_than(model, failed.failure):
            models.exclude(model, failed.failure)
            model = None
            continue
        error = failed.failure
        outcome = OUTCOMES.get(error.error, "failed")
        raise Mishap(error.error, error.message, error.hint, outcome=outcome)


async def _routed(act: Act, asked: Asked, models: Models, id: str) -> tuple[Model, int]:
    """Choose a model, with a receipt; a resumed run keeps to what was chosen. Where all have just failed, wait."""
    performance = act.scene.play.performance
    log = performance.log
    about: dict[str, Any] = {"step": asked.path, "agent": asked.speaker.id, "call": id, "cause": act.cause}
    if log.is_resumed and (known := log.recall(CallRouted("", **about))) is not None:
        return models.named(known.model), known.seq
    told = False
    while (waits := models.wait(routed := models.route()))[0] > 0:
        if not told:
            told = True
            log.once(CallWaiting("breaker", int(waits[0] * 1000), waits[1], **about))
        await performance.clock.sleep(waits[0])
    model = models.choose(routed)
    if routed.remark:
        performance.remark_once(f"{asked.speaker.id}: {routed.remark}")
    return model, log.add(CallRouted(model.name, model.use, routed.candidates, routed.policy, **about)).seq


@dataclass(slots=True)
class _Attempt:
    """One try of one call, with one model."""

    act: Act
    asked: Asked
    models: Models
    model: Model
    id: str
    attempt: int
    messages: tuple[Ref, ...]
    cause: int
    begun: CallStarted | None = None
    performance: Performance = field(init=False)
    endpoints: Endpoints = field(init=False)
    ticket: Ticket = field(init=False)  # there once it has lined up
    about: dict[str, Any] = field(init=False)  # what every event of this call says

    def __post_init__(self) -> None:
        self.performance = self.act.scene.play.performance
        self.endpoints = self.performance.endpoints_of(self.asked.speaker.id)
        self.about = {"step": self.asked.path, "agent": self.asked.speaker.id, "call": self.id}

    async def perform(self) -> Reply | CallFailed:
        """Make it, or give what is known of it."""
        performance = self.performance
        if performance.log.is_resumed and (begun := performance.log.recall(CallStarted("", **self.about))) is not None:
            return self._recalled(begun)
        if not self.models.may_be_asked(self.model):  # it was chosen before the run was resumed, elsewhere
            return CallFailed(Failure(error="out of reach"))
        self._hear_whispers()
        hold = hold_for(self.model, self.asked, time.time())
        accounts = self._accounts()
        if not await hold_budget(performance, self.act, accounts, hold, self.asked, self.id):
            return CallFailed(Failure(error="downgrade"))
        answer = Heard()
        try:
            await performance.before_effect()
            if performance.directions.swapped.get(self.asked.speaker.id, self.model.name) != self.model.name:
                performance.turnstile.give_back()
                performance.budgets.release(accounts, hold)
                return CallFailed(Failure(error="swapped"))
            self._hear_whispers()  # of a person who has held the run just before this call
            heard, started = await self._made(hold, answer)
        except BaseException:
            self._cut_off(accounts, hold, answer)
            raise
        bill = bill_of(self.model, heard, self.asked, started)
        self.endpoints.settle(self.ticket, bill.usage.total)
        performance.budgets.settle(accounts, hold, bill.usage, bill.cost_usd, started.seq)
        self._count(bill)
        if isinstance(heard, Broken):
            return self._failed(heard, started, bill)
        return self._finished(heard, started, bill)

    async def _made(self, hold: Hold, answer: Heard) -> tuple[Heard | Broken, CallStarted]:
        """Make the call, when its place at the endpoint is free."""
        performance, asked, model, endpoints = self.performance, self.asked, self.model, self.endpoints
        self.ticket = ticket = model.ticket(hold, again=self.attempt > 1)
        await endpoints.enter(ticket, performance.clock, performance.log, self.about, self.cause)
        try:
            request = model.request(asked, self.models.privacy)
            voice = performance.voice(asked, model, request)
            if performance.turnstile.is_closing:  # the run began to stop while this call stood in line
                await performance.before_effect()
            with performance.effect():
                self.begun = started = self._started(hold, played=voice.is_played)
                await performance.before_request()
                await endpoints.end_of_pause(ticket, performance.clock)
                heard = await voice.listen(performance, request, answer, started, model.patience)
        except BaseException:
            endpoints.abandon(ticket)
            raise
        if isinstance(heard, Broken):
            endpoints.leave(ticket, performance.log, heard.error, heard.retry_after)
        else:
            endpoints.leave(ticket, performance.log, None)
        return heard, started

    def _hear_whispers(self) -> None:
        """What a person tells an agent is heard in its very next call, and in no other."""
        if whispers := self.performance.directions.whispers(self.asked.speaker.id):
            self.asked.messages += tuple(whispers)
            self.messages += tuple(self.performance.log.keep(_as_value(message)) for message in whispers)

    def _cut_off(self, accounts: tuple[Account, ...], hold: Hold, answer: Heard) -> None:
        """The step was ended around the call, by a timeout or a person: what it has used so far is paid for."""
        if self.begun is None:
            self.performance.budgets.release(accounts, hold)
            return
        answer.is_read = True  # nobody knows; but whoever was asked has begun to work
        broken = Broken(answer, "incomplete", "it was cut off while it was under way")
        bill = bill_of(self.model, broken, self.asked, self.begun)
        with suppress(FootlightsError):  # the journal itself may be what failed
            if self.performance.turnstile.is_closing and (self.model.rehearsed or self.begun.played):
                bill = UNHEARD  # nobody was asked, and it is made anew when the run goes on
                self.performance.budgets.release(accounts, hold)
            else:
                self.performance.budgets.settle(accounts, hold, bill.usage, bill.cost_usd, self.begun.seq)
            self._count(bill)
            self._failed(broken, self.begun, bill, error="interrupted")

    def _started(self, hold: Hold, *, played: bool) -> CallStarted:
        asked, log = self.asked, self.performance.log
        is_asked = not (played or self.model.rehearsed)
        return log.add(
            CallStarted(
                self.model.name,
                self.model.use,
                self.attempt,
                messages=self.messages,
                params=self.model.params,
                tools=tuple(offer.name for offer in asked.offers),
                shape=None if asked.shape is None else log.keep(asked.shape),
                hold=hold,
                address=self.model.address,
                played=played,
                patience_ms=int(self.model.patience.first * 1000) if is_asked else 0,
                cause=self.cause,
                **self.about,
            )
        )

    def _finished(self, heard: Heard, started: CallStarted, bill: Bill) -> Reply:
        log = self.performance.log
        text = self.performance.mask(heard.text)
        mask = self.performance.mask
        calls = tuple(ToolCall(mask(one.id), mask(one.name), mask(one.arguments)) for one in heard.tool_calls)
        echo = heard.echo if heard.echo == self.performance.mask_all(heard.echo) else None  # whole, or not at all
        log.add(
            CallFinished(
                log.keep(text) if text else None,
                log.keep([_call_as_value(one) for one in calls]) if calls else None,
                heard.finish,
                bill.usage,
                bill.cost_usd,
                bill.prices,
                bill.basis,
                heard.took_ms,
                pack(heard.pieces),
                log.keep(mask(heard.thought)) if heard.thought else None,
                None if echo is None else log.keep(echo),
                bill.counted,
                mask(heard.served),
                mask(heard.request),
                started.played,
                cause=started.seq,
                **self.about,
            )
        )
        return Reply(text, calls, echo)

    def _failed(self, broken: Broken, started: CallStarted, bill: Bill, *, error: str = "") -> CallFailed:
        wait = None if error else self._wait_after(broken)
        performance = self.performance
        message = performance.mask(broken.message)
        return performance.log.add(
            CallFailed(
                Failure(error=error or broken.error, message=message, hint=broken.hint),
                None if wait is None else int(wait * 1000),
                performance.log.keep(performance.mask(broken.heard.text)) if broken.heard.text else None,
                bill.usage,
                bill.cost_usd,
                bill.prices,
                bill.basis,
                broken.heard.took_ms,
                started.played,
                cause=started.seq,
                **self.about,
            )
        )

    def _wait_after(self, broken: Broken) -> float | None:
        """How long until it is tried again; none when it is not."""
        error = broken.error
        retries = self.performance.settings.retries
        if error not in RETRIED or self.attempt > (min(1, retries) if error in ONCE else retries):
            return None
        spread = jitter(f"{self.performance.seed}:{self.id}")
        wait = min(LONGEST_BACKOFF, FIRST_WAIT * 2.0 ** (self.attempt - 1)) * (0.5 + spread / 2)
        if broken.retry_after is not None:
            if broken.retry_after > LONGEST_WAIT and self._has_other(broken):
                return None
            wait = max(0.0, broken.retry_after) * (1 + spread / 20) if broken.retry_after > 0 else wait
        return min(LONGEST_WAIT, wait)

    def _has_other(self, broken: Broken) -> bool:
        failure = Failure(error=broken.error, message=broken.message, hint=broken.hint)
        return broken.error in FALLS_BACK and self.models.has_other_than(self.model, failure)

    def _recalled(self, begun: CallStarted) -> Reply | CallFailed:
        """What the log knows of a call that was made before the run was resumed."""
        log = self.performance.log
        finished = log.recall(CallFinished(**self.about))
        if finished is not None:
            self._tally(finished.usage, finished.cost_usd)
            calls = tuple(
                ToolCall(one["id"], one["name"], one["arguments"]) for one in log.value(finished.tool_calls) or ()
            )
            return Reply(log.value(finished.text) or "", calls, log.value(finished.echo))
        failed = log.recall(CallFailed(Failure(error=""), **self.about))
        if failed is not None:
            self._tally(failed.usage, failed.cost_usd)
            return failed
        # It went out, and nobody knows what became of it: what it may have cost stays charged.
        self.performance.loose_ends.take_up(self.id)
        lost = log.add(replace(end_of(begun, rehearsed=self.model.rehearsed), failure=LOST, retry_ms=0))
        for account in self._accounts():
            account.take(lost)
        self._count(lost)
        return lost

    def _accounts(self) -> tuple[Account, ...]:
        return self.act.accounts_of(self.asked.speaker)

    def _count(self, bill: Bill | CallFailed) -> None:
        self._tally(bill.usage, bill.cost_usd)
        self.performance.count(bill.usage, bill.cost_usd, unpriced=bill.basis == "unpriced")

    def _tally(self, usage: Usage, cost: float) -> None:
        """Count it in the steps around; the run knows it already when it is only recalled."""
        for tally in self.act.tallies:
            tally.add(usage, cost)


def _as_value(message: Message) -> dict[str, Any]:
    value: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.tool_calls:
        value["tool_calls"] = [_call_as_value(one) for one in message.tool_calls]
    if message.tool_call:
        value["tool_call"] = message.tool_call
    if message.echo is not None:
        value["echo"] = message.echo
    return value


def _call_as_value(one: ToolCall) -> dict[str, str]:
    return {"id": one.id, "name": one.name, "arguments": one.arguments}
