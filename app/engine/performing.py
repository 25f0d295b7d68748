"""Performs one step: whether it is due at all, its repetitions, its attempts, and how it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

from app.engine.act import Act, act_of
from app.engine.budgets import Account
from app.engine.endings import as_it_ended, with_handoff
from app.engine.exceeding import end_of_time
from app.engine.expressions import render_text
from app.engine.outcomes import SKIPPED, Ended, Giver, Mishap, Tally
from app.engine.past import Ending
from app.engine.play import Scene
from app.engine.retrying import LONGEST_ASKED, may_retry, wait_before
from app.engine.skipping import incoming_of, reason_to_skip
from app.engine.steps import performer_of
from app.events import (
    CallFailed,
    CallFinished,
    StepFailed,
    StepFinished,
    StepRetrying,
    StepSkipped,
    StepStarted,
)
from app.scenario.order import Order
from app.scenario.places import Place


async def perform_step(place: Place, scene: Scene, order: Order) -> Ended:
    """Perform a step of a block, or skip it."""
    performance = scene.play.performance
    path = scene.path + place.id
    needs = {name: scene.ended[name] for name in order.needs[place.id]}
    incoming = incoming_of(needs, scene)
    known = performance.log.ending(path)
    if known is not None:
        return _recalled(known, act_of(place, path, scene, incoming, Tally(), (), known.seq))
    cause = max((ended.seq for ended in needs.values()), default=scene.cause)
    try:
        reason, because = reason_to_skip(place, scene, needs, path)
    except Mishap as mishap:
        act = act_of(place, path, scene, incoming, Tally(), (), cause)
        start(act)
        return fail(act, mishap)
    if reason:
        by_person = reason.startswith("a person")
        event = performance.log.add(StepSkipped(reason, because, step=path, cause=cause))
        return Ended("skipped", because=because, tolerated=by_person, givers=incoming, seq=event.seq)
    return await _perform(place, path, scene, incoming, cause)


async def _perform(place: Place, path: str, scene: Scene, incoming: tuple[Giver, ...], cause: int) -> Ended:
    performance = scene.play.performance
    step = place.step
    accounts: tuple[Account, ...] = ()
    wall: float | None = None
    if step.limits is not None:
        accounts = (performance.account(f"step:{path}", step.limits, path),)
        if performance.log.is_resumed:
            performance.read_inbox()  # somebody may have raised it while nobody performed the run
        wall = accounts[0].limits.get("wall")
    act = act_of(place, path, scene, incoming, Tally(), accounts, cause)
    try:
        with performance.within(wall):
            if step.for_each is None and step.loop is None:
                ended = await _tried(act)
            else:
                from app.engine.repeating import for_each, loop

                with performance.skippable(path):
                    ended = await (for_each(act) if step.for_each is not None else loop(act))
    except Mishap as skipped:
        ended = fail(act, skipped)
    except TimeoutError:
        ended = fail(act, await end_of_time(performance, accounts[0], path, act.cause))
    # Not until it is safe: the next effect waits for that, and what lies between can be done again. Others get a turn.
    await asyncio.sleep(0)
    return ended


async def attempts(act: Act) -> Ended:
    """Do what one item or turn of a step does, unless it was over before the run was resumed."""
    performance = act.scene.play.performance
    if (known := performance.log.ending(act.path)) is not None:
        return _recalled(known, act)
    ended = await _tried(act)
    await asyncio.sleep(0)
    return ended


async def _tried(act: Act) -> Ended:
    """Do what a step does, again if it may be tried again. It is said how it ended, but not yet safe."""
    step = act.place.step
    performance = act.scene.play.performance
    log = performance.log
    if (tried := log.past.last_try(act.path)) is not None:
        await _go_on_trying(act, tried)
    while True:
        start(act)
        try:
            with performance.within(step.timeout), performance.skippable(act.path):
                gives = await performer_of(step)(act)
            return finish(act, gives.output, gives.givers, outcome=gives.outcome, states=gives.states)
        except TimeoutError:
            said = f"it took longer than its timeout of {step.timeout:g} seconds"
            mishap = Mishap("timeout", said, "raise timeout:, or ask for less")
        except Mishap as raised:
            mishap = raised
        if step.retry is None or not may_retry(step.retry, act.attempt, mishap):
            return fail(act, mishap)
        wait = wait_before(step.retry, act.attempt, f"{performance.seed}:{act.path}")
        wait = max(wait, min(mishap.retry_after or 0.0, LONGEST_ASKED))
        _tie_up(act)
        performance.recall.give_up(act.path)
        event = StepRetrying(act.attempt, mishap.failure(act.where), int(wait * 1000), step=act.path, cause=act.cause)
        act.cause = log.add(event).seq
        await performance.clock.sleep(wait)
        act.attempt += 1
        act.uses.clear()


async def _go_on_trying(act: Act, tried: StepRetrying) -> None:
    """The run was resumed in a later try than the first: those before cost what they cost."""
    performance = act.scene.play.performance
    _count(act, performance.recall.tries(act.path))
    act.attempt, act.cause = tried.attempt + 1, tried.seq
    if performance.log.recall(StepStarted(attempt=act.attempt, step=act.path)) is None:
        await performance.clock.sleep(tried.wait_ms / 1000)


def _tie_up(act: Act) -> None:
    """A step, or a try at it, is over: what is still open inside is closed, and counts."""
    _count(act, act.scene.play.performance.tie_up(act.path))


def _count(act: Act, calls: Iterable[CallFinished | CallFailed]) -> None:
    for call in calls:
        for tally in act.tallies:
            tally.add(call.usage, call.cost_usd)


def start(act: Act) -> StepStarted:
    """Say that a step begins."""
    step, log = act.place.step, act.scene.play.performance.log
    event = StepStarted(
        attempt=act.attempt,
        of=step.kind,
        title=step.title or "",
        cue=step.cue or "",
        step=act.path,
        cause=act.cause,
    )
    known = log.recall(event)
    if known is not None:
        act.cause = known.seq
        return known
    if step.caption:
        try:
            event.caption = log.keep(render_text(step.caption, act.values))
        except Mishap:
            event.caption = None  # a line for the audience is no reason to fail
    log.add(event)
    act.cause = event.seq
    return event


def finish(
    act: Act,
    output: Any,
    givers: tuple[Giver, ...] | None,
    *,
    outcome: Any = "succeeded",
    states: dict[str, Any] | None = None,
) -> Ended:
    """A step has given its output: say so. Others go on from here; no effect of theirs begins before it is safe."""
    performance = act.scene.play.performance
    log, tally = performance.log, act.tallies[-1]
    giving = act.incoming if givers is None else givers
    output = log.covered(output)
    event = log.add(
        StepFinished(
            attempt=act.attempt,
            outcome=outcome,
            output=None if output is None else log.keep(output),
            usage=tally.usage,
            cost_usd=round(tally.cost_usd, 9),
            givers=tuple((giver.agent, giver.step) for giver in giving),
            step=act.path,
            cause=act.cause,
        )
    )
    ended = Ended(outcome, output, tally.usage, tally.cost_usd, givers=giving, seq=event.seq, states=states)
    return with_handoff(ended, act)


def fail(act: Act, mishap: Mishap) -> Ended:
    """A step has failed for good: say so."""
    performance = act.scene.play.performance
    _tie_up(act)
    log, tally, step = performance.log, act.tallies[-1], act.place.step
    failure = mishap.failure(act.where)
    tolerated = (step.continue_on_error and act.is_whole) or mishap.error == SKIPPED
    event = log.add(
        StepFailed(
            failure,
            attempt=act.attempt,
            outcome=mishap.outcome,
            output=None if mishap.output is None else log.keep(mishap.output),
            usage=tally.usage,
            cost_usd=round(tally.cost_usd, 9),
            tolerated=tolerated,
            givers=tuple((giver.agent, giver.step) for giver in act.incoming),
            step=act.path,
            cause=act.cause,
        )
    )
    return Ended(
        mishap.outcome,
        mishap.output,
        tally.usage,
        tally.cost_usd,
        failure,
        tolerated,
        because=act.path,
        givers=act.incoming,
        seq=event.seq,
    )


def _recalled(known: Ending, act: Act) -> Ended:
    """How a step ended before the run was resumed; it is not performed again, and what it cost counts."""
    act.scene.play.performance.recall.step(known.step)
    if not isinstance(known, StepSkipped):
        for tally in act.tallies[:-1]:
            tally.add(known.usage, known.cost_usd)
    return as_it_ended(known, act)
