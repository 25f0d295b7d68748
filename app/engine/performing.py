"""Performs one step: whether it is due at all, its repetitions, its attempts, and how it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from app.engine.act import Act, act_of
from app.engine.budgets import Account
from app.engine.clocks import Deadline
from app.engine.exceeding import end_of_time
from app.engine.expressions import render_text
from app.engine.log import Log
from app.engine.outcomes import Ended, Giver, Mishap, Tally
from app.engine.past import Ending
from app.engine.play import Scene
from app.engine.retrying import LONGEST_ASKED, may_retry, wait_before
from app.engine.skipping import incoming_of, reason_to_skip
from app.engine.steps import performer_of
from app.events import (
    CallFailed,
    CallFinished,
    Failure,
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
    performance.facts["elapsed_s"] = round(performance.clock.now(), 3)
    path = scene.path + place.id
    needs = {name: scene.ended[name] for name in order.needs[place.id]}
    incoming = incoming_of(needs, scene)
    known = performance.log.ending(path)
    if known is not None:
        return _recalled(known, place, scene, incoming)
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
    from app.engine.repeating import for_each, loop

    performance = scene.play.performance
    step = place.step
    accounts: tuple[Account, ...] = ()
    wall: float | None = None
    if step.limits is not None:
        accounts = (performance.account(f"step:{path}", step.limits, path),)
        wall = accounts[0].limits.get("wall")
    act = act_of(place, path, scene, incoming, Tally(), accounts, cause)
    try:
        with Deadline(performance.clock, wall):
            if step.for_each is None and step.loop is None:
                ended = await _tried(act)
            else:
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
        return _recalled(known, act.place, act.scene, act.incoming)
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
            with Deadline(performance.clock, step.timeout), performance.skippable(act.path):
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
    """A step has given its output: say so. Others go on from here once it is safe."""
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
    return _with_handoff(ended, act)


def fail(act: Act, mishap: Mishap) -> Ended:
    """A step has failed for good: say so."""
    performance = act.scene.play.performance
    _tie_up(act)
    log, tally, step = performance.log, act.tallies[-1], act.place.step
    failure = mishap.failure(act.where)
    tolerated = step.continue_on_error and act.is_whole
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


def _with_handoff(ended: Ended, act: Act) -> Ended:
    """What the author wrote about passing this work on replaces what would be said otherwise."""
    written = act.place.step.handoff
    if written is None or not ended.givers:
        return ended
    steps = {**act.values["steps"], act.place.id: ended.state()}
    try:
        said = render_text(written, {**act.values, "steps": steps})
    except Mishap:
        return ended  # said for the audience only: the first sentence will do
    ended.givers = tuple(replace(giver, said=said) for giver in ended.givers)
    return ended


def _recalled(known: Ending, place: Place, scene: Scene, incoming: tuple[Giver, ...]) -> Ended:
    """How a step ended before the run was resumed; it is not performed again."""
    performance = scene.play.performance
    log = performance.log
    performance.recall.step(known.step)
    if isinstance(known, StepSkipped):
        by_person = known.reason.startswith("a person")
        return Ended("skipped", because=known.because, tolerated=by_person, givers=incoming, seq=known.seq)
    output = log.value(known.output)
    for tally in scene.tallies:
        tally.add(known.usage, known.cost_usd)
    failure: Failure | None = known.failure if isinstance(known, StepFailed) else None
    outputs = {giver.step: giver for giver in incoming}
    givers = tuple(
        outputs.get(step)
        or Giver(agent, step, None, _output_of(log.ending(step), log.value) if step != known.step else output)
        for agent, step in known.givers
    )
    ended = Ended(
        known.outcome,
        output,
        known.usage,
        known.cost_usd,
        failure,
        isinstance(known, StepFailed) and known.tolerated,
        because=known.step if failure else "",
        givers=givers,
        seq=known.seq,
        states=_states_inside(known, place, log),
    )
    act = act_of(place, known.step, scene, incoming, Tally(), (), known.seq)
    return ended if failure else _with_handoff(ended, act)


def _states_inside(known: Ending, place: Place, log: Log) -> dict[str, Any] | None:
    """How the steps of a block had ended, as expressions see them: the next turn of a loop looks at them."""
    block = place.inner()
    if block is None or not isinstance(known, StepFinished):
        return None
    states: dict[str, Any] = {}
    for name in block.steps:
        inner = log.ending(f"{known.step}/{name}")
        if isinstance(inner, StepFinished | StepFailed):
            states[name] = Ended(inner.outcome, log.value(inner.output), inner.usage, inner.cost_usd).state()
        else:
            states[name] = Ended("skipped").state()
    return states


def _output_of(ending: Ending | None, value: Any) -> Any:
    return None if ending is None or isinstance(ending, StepSkipped) else value(ending.output)
