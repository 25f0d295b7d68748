"""Plays that spend money in every way there is, and a service that keeps its own books; what must add up afterwards.

`spending(seed)` makes one: steps of several kinds with limits, timeouts and retries, models that are dear, cheap, free
and of unknown price, and answers that are whole, broken, late, cached, uncounted or counted wrongly.
"""

from __future__ import annotations

import json
import random
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from typing import Any

from app.events import CallFailed, CallFinished, CallStarted, Event, StepFailed, StepFinished, StepStarted, Usage
from app.state.cut_off import came_to_nothing
from corpus.playing import Played
from providers.base import Chunk, ErrorClass, Finish, Provider, ProviderError, Request, ToolCall
from providers.pricing import cost_of

DUST = 1e-6
MODELS = """\
models:
  dear: {{use: openai-compatible/dear, base_url: 'http://dear{n}.example/v1', price: {{input: 300, output: 900, cache_read: 30, cache_write: 375}}, max_output: 300}}
  cheap: {{use: openai-compatible/cheap, base_url: 'http://cheap{n}.example/v1', price: {{input: 7, output: 21}}, max_output: 500}}
  known: {{use: openai-compatible/known, base_url: 'http://known{n}.example/v1', price: {{input: 40, output: 160}}, params: {{max_tokens: 200}}}}
  here: {{use: openai-compatible/here, base_url: 'http://127.0.0.1:{port}/v1'}}
  nobody: {{use: openai-compatible/nobody, base_url: 'http://nobody{n}.example/v1'}}
"""  # noqa: E501
PASSING: tuple[ErrorClass, ...] = ("overloaded", "connection", "rate_limited", "timeout", "malformed", "incomplete")
FINAL: tuple[ErrorClass, ...] = ("auth", "quota", "bad_request", "context_too_long")


@dataclass
class Service:
    """Answers as chance has it, and writes down what it has counted, by the number that stands in its answer."""

    chance: random.Random
    calm: bool  # it never stays silent for long: for runs in real time
    told: dict[int, Usage] = field(default_factory=dict)  # of answers that were whole and counted rightly
    asked: int = 0

    def __call__(self, use: str) -> Provider:
        return self

    async def stream(self, request: Request) -> AsyncIterator[Chunk]:
        """One answer, or what is to be had instead."""
        self.asked += 1
        number, chance = self.asked, self.chance
        if chance.random() < (0.12 if self.calm else 0.25):
            async for chunk in self._broken(number):
                yield chunk
            return
        read = sum(len(message.content) for message in request.messages) // 4 + 5
        if request.tools and chance.random() < 0.5:
            called = (ToolCall(f"t{number}", "text.count", json.dumps({"text": "one two"})),)
            yield Chunk(tool_calls=called, finish="tool_calls", usage=self._counted(number, read, 12, whole=False))
            return
        text = f"<{number}> " + "word " * chance.randrange(1, 60)
        if request.shape is not None:
            text = json.dumps({"ok": chance.random() < 0.7, "note": text})
        half = len(text) // 2
        if chance.random() < 0.2:  # told before, as some do: what was read, and next to nothing written
            yield Chunk(usage=Usage(input=read, output=1))
        yield Chunk(text[:half], after=0.0 if self.calm else chance.uniform(0.0, 4.0))
        yield Chunk(text[half:], after=0.0 if self.calm else chance.uniform(0.0, 4.0))
        finish: Finish = chance.choice(("stop",) * 12 + ("length", "refused"))
        usage = self._counted(number, read, len(text) // 5 + 1, whole=True)
        if chance.random() < 0.5:
            yield Chunk(finish=finish, usage=usage)
        else:
            yield Chunk(finish=finish)
            yield Chunk(usage=usage)

    async def _broken(self, number: int) -> AsyncIterator[Chunk]:
        chance = self.chance
        error = chance.choice(PASSING if self.calm or chance.random() < 0.8 else FINAL)
        if chance.random() < 0.6:
            yield Chunk(f"<{number}> as far as ", after=0.0 if self.calm else chance.uniform(0.0, 2.0))
            if chance.random() < 0.3:
                yield Chunk(usage=Usage(input=40, cache_read=chance.randrange(30), output=1))
        if chance.random() < 0.2:
            return  # it simply ends
        raise ProviderError(error, "as chance has it", retry_after=0.0001)

    def _counted(self, number: int, read: int, written: int, *, whole: bool) -> Usage | None:
        chance = self.chance
        kind = chance.random()
        if kind < 0.12:
            return None
        if kind < 0.17:
            return chance.choice((Usage(), Usage(input=-3, output=-1), Usage(input=10**9, output=10**9)))
        if kind < 0.2:
            return Usage(input=read, output=0)
        cached, stored = (read // 3, read // 5) if chance.random() < 0.4 else (0, 0)
        usage = Usage(
            input=read - cached - stored,
            cache_read=cached,
            cache_write=stored,
            output=written * chance.choice((1, 1, 4)),
        )
        if whole:
            self.told[number] = usage
        return usage


def scenario(chance: random.Random, *, calm: bool) -> str:
    """A play with a cast that has all models between them."""
    models = MODELS.format(n=chance.randrange(10**9), port=chance.randrange(2000, 60000))
    cast = (
        f"agents:\n  a: {{persona: A., model: dear{_limits(chance, 0.3)}}}\n"
        f"  b: {{persona: B., model: {{route: {{among: [known], fallback: [cheap, here]}}}}{_limits(chance, 0.3)}}}\n"
        "  c: {persona: C., model: {route: {prefer: [cost], among: [dear, here, cheap]}}}\n"
        "  d: {persona: D., model: nobody}\n"
    )
    steps = "".join(f"  s{number}: {_step(chance, 0, calm)}\n" for number in range(chance.randrange(2, 5)))
    limits = _limits(chance, 0.5).removeprefix(", ")
    return f"{models}{cast}{limits}{chr(10) if limits else ''}steps:\n{steps}"


def _step(chance: random.Random, depth: int, calm: bool) -> str:
    kind = chance.randrange(7 if depth < 2 else 4)
    more = _limits(chance, 0.0 if depth else 0.3) + ", continue_on_error: true"
    if not calm and chance.random() < 0.25:
        more += f", timeout: {chance.choice((1, 3, 6))}s"
    if chance.random() < 0.2:
        more += ", retry: {attempts: 2, delay: 10ms}"
    who = chance.choice("aabbccd")
    match kind:
        case 0 | 1:
            shape = ", output: {ok: boolean, note: string}" if chance.random() < 0.3 else ""
            return f"{{agent: {who}, prompt: Say something.{shape}{more}}}"
        case 2:
            return f"{{agent: {who}, prompt: Count., tools: [text.count], turns: 3{more}}}"
        case 3:
            items = list(range(chance.randrange(1, 6)))
            return f"{{for_each: {items}, max_parallel: {chance.randrange(1, 5)}, agent: {who}, prompt: Do it.{more}}}"
        case 4:
            inner = ", ".join(f"p{n}: {_step(chance, depth + 1, calm)}" for n in range(2))
            return f"{{parallel: {{{inner}}}{more}}}"
        case 5:
            inner = f"i0: {_step(chance, depth + 1, calm)}"
            return f"{{loop: {{max: 2, on_max: continue}}, steps: {{{inner}}}{more}}}"
        case _:
            return f"{{team: {{manager: a, members: [b, c], turns: 2}}, prompt: Go.{more}}}"


def _limits(chance: random.Random, share: float) -> str:
    if chance.random() > share:
        return ""
    measure = chance.choice(("cost_usd", "cost_usd", "tokens", "turns"))
    most: Any = {"cost_usd": round(chance.uniform(0.2, 2.0), 4), "tokens": chance.randrange(800, 9000), "turns": 4}[
        measure
    ]
    action = chance.choice(("stop", "stop", "downgrade"))
    return f", limits: {{{measure}: {most}, warn_at: [50%], on_exceed: {action}}}"


# What must add up


def insist_that_it_adds_up(played: Played, service: Service) -> None:
    """Everything that says what was spent says the same."""
    attempts = [event for event in played.events if isinstance(event, CallFinished | CallFailed)]
    _each_attempt_is_priced(played, attempts)
    _the_run_and_its_steps(played, attempts)
    _the_fold(played, attempts)
    _the_budgets(played, attempts)
    _what_was_told_is_what_is_charged(played, attempts, service)
    _no_limit_was_overshot(played)


def _each_attempt_is_priced(played: Played, attempts: Iterable[CallFinished | CallFailed]) -> None:
    for one in attempts:
        assert one.cost_usd >= 0
        assert min(one.usage.input, one.usage.cache_read, one.usage.cache_write, one.usage.output) >= 0
        if one.prices is not None:
            assert abs(one.cost_usd - cost_of(one.usage, one.prices)) < 1e-9
        if one.basis == "unpriced":
            assert (one.cost_usd, one.prices) == (0, None)
        elif one.usage.total:
            assert one.prices is not None, "what was used has a price, or is told to have none"
        if isinstance(one, CallFinished):
            assert one.usage.output > 0, "an answer that was given was written"


def _the_run_and_its_steps(played: Played, attempts: list[CallFinished | CallFailed]) -> None:
    end = played.events[-1]
    assert abs(played.result.cost_usd - sum(one.cost_usd for one in attempts)) < DUST
    assert played.result.usage == sum((one.usage for one in attempts), Usage())
    assert played.result.unpriced == sum(one.basis == "unpriced" for one in attempts), end
    begun: dict[str, int] = {}  # a step inside one that is tried again begins anew, and so does its count
    for event in played.events:
        if isinstance(event, StepStarted) and event.attempt == 1:
            begun[event.step] = event.seq
        elif isinstance(event, StepFinished | StepFailed):
            since, until = begun[event.step], event.seq
            inside = [one for one in attempts if is_inside(one, event.step) and since < one.seq < until]
            assert abs(event.cost_usd - sum(one.cost_usd for one in inside)) < DUST, event
            assert event.usage == sum((one.usage for one in inside), Usage()), event


def _the_fold(played: Played, attempts: list[CallFinished | CallFailed]) -> None:
    state = played.state
    assert abs(state.totals.cost_usd - played.result.cost_usd) < DUST
    assert state.totals.unpriced == played.result.unpriced
    assert abs(state.totals.held_usd) < DUST
    assert state.totals.held_tokens == 0
    for name, agent in state.agents.items():
        assert abs(agent.tally.cost_usd - sum(one.cost_usd for one in attempts if one.agent == name)) < DUST
    for path, step in state.steps.items():
        assert abs(step.tally.cost_usd - sum(one.cost_usd for one in attempts if is_inside(one, path))) < DUST


def _the_budgets(played: Played, attempts: list[CallFinished | CallFailed]) -> None:
    performance = played.run.performance
    assert performance is not None
    for account in performance.accounts:
        covered = [one for one in attempts if account.covers(one)]
        assert abs(account.spent["cost_usd"] - sum(one.cost_usd for one in covered)) < DUST, account
        assert account.spent["tokens"] == sum(one.usage.total for one in covered)
        assert account.spent["turns"] == sum(not came_to_nothing(one) for one in covered)
        assert set(account.held.values()) == {0.0}, account


def _what_was_told_is_what_is_charged(
    played: Played, attempts: list[CallFinished | CallFailed], service: Service
) -> None:
    for one in attempts:
        if isinstance(one, CallFinished) and one.text is not None:
            text = str(played.value(one.text))
            number = int(text.partition("<")[2].partition(">")[0])
            if number in service.told:
                assert one.usage == service.told[number]


def _no_limit_was_overshot(played: Played) -> None:
    """A call begins only if it fits beside what is spent and held; what exceeds its hold was not to be foreseen."""
    performance = played.run.performance
    assert performance is not None
    for account in performance.accounts:
        for measure, limit in account.limits.items():
            spent = held = excess = 0.0
            holds: dict[str, float] = {}
            for event in played.events:
                if not isinstance(event, CallStarted | CallFinished | CallFailed) or not account.covers(event):
                    continue
                if isinstance(event, CallStarted):
                    hold = {"cost_usd": event.hold.cost_usd, "tokens": event.hold.tokens, "turns": 1}[measure]
                    holds[event.call] = hold
                    held += hold
                    assert spent + held <= limit + excess + DUST, (account.scope, measure)
                    continue
                turns = not came_to_nothing(event)
                used = {"cost_usd": event.cost_usd, "tokens": event.usage.total, "turns": turns}[measure]
                hold = holds.pop(event.call)
                held -= hold
                spent += used
                excess += max(0.0, used - hold)


def is_inside(one: Event, path: str) -> bool:
    """Was it made in a step, or in what lies in it?"""
    return one.step == path or one.step.startswith((f"{path}/", f"{path}["))
