"""The whole of one run, from its first event to its last: the steps, the outputs, what was expected, how it ended."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from app.document.suggest import listed
from app.engine.billing import prices_ready
from app.engine.blocks import perform_block
from app.engine.bundle import bundle_of, changed_since
from app.engine.exceeding import end_of_time
from app.engine.expecting import Expecting, check_expectations
from app.engine.expressions import render_all
from app.engine.once import once
from app.engine.outcomes import Ended, Halt, Mishap
from app.engine.past import around
from app.engine.performance import Performance
from app.engine.plan import plan_of
from app.engine.play import Play, Scene
from app.engine.run import Result
from app.events import (
    CallFailed,
    CallFinished,
    Directed,
    Event,
    Failure,
    Outcome,
    Remark,
    RunFinished,
    RunPaused,
    RunResumed,
    RunStarted,
    StepFailed,
    StepFinished,
    StepRetrying,
    StepSkipped,
    StepStarted,
    Usage,
)
from app.journal.errors import DiskFull
from app.journal.values import Packed, packed
from app.scenario import Checked
from app.scenario.places import Block

if TYPE_CHECKING:
    from app.engine.run import Run


async def act_out(
    run: Run, performance: Performance, checked: Checked, inputs: dict[str, Any], first: RunStarted | RunResumed
) -> Result:
    """Perform a run, or what is left of it; a run for which there is no more room is paused where it is safe."""
    try:
        return await _acted(run, performance, checked, inputs, first)
    except DiskFull as full:
        return _result_of_pause(performance, Halt("disk", full.message))
    finally:
        await performance.leave()


async def put_aside(performance: Performance, deaths: int) -> Result:
    """Do not try once more by itself what has ended the process every time; a person who resumes it insists."""
    said = f"the process has died {deaths} times in a row without a step done; resume it again to insist"
    return await _paused(performance, Halt("crash", said))


async def _acted(
    run: Run, performance: Performance, checked: Checked, inputs: dict[str, Any], first: RunStarted | RunResumed
) -> Result:
    log = performance.log
    seen = Expecting()
    for event in log.recorded:
        seen.note(event)
    if isinstance(first, RunStarted):
        first.source = log.keep_packed(once(checked, _packed_bundle))
        first.plan = log.keep_packed(once(checked, _packed_plan))
        first.inputs = log.keep(inputs)
    log.add(first)
    performance.on_event(seen.note)
    if isinstance(first, RunResumed):
        _warn_of_changes(performance)
    if (cancelled := _cancelled_before(log.recorded)) is not None:
        return await _cancelled(run, performance, cancelled.by)
    try:
        await prices_ready(checked, live=performance.mode != "rehearsal")
        if performance.mode == "live":
            performance.experience = await performance.journal.experience()
        play, scene = _prepared(performance, checked, inputs)
        performance.read_inbox()  # people may have directed the run while nobody performed it
        ended, over = await _perform_steps(performance, play, scene)
        if over is not None:
            _cut_off_steps(run, performance, over.failure(checked.name), over.outcome)
        return await _finish(performance, play, scene, seen, ended, over)
    except Mishap as mishap:  # before the first step: a variable is missing, a var cannot be computed
        return await _end(performance, "failed", failure=mishap.failure(checked.name))
    except Halt as halt:
        return await _paused(performance, halt)
    except asyncio.CancelledError:
        if run.halted is None:
            raise
        task = asyncio.current_task()
        assert task is not None
        while task.uncancel():
            pass
        if run.halted.reason == "cancelled":
            return await _cancelled(run, performance, run.halted.detail)
        return await _paused(performance, run.halted)


def _packed_bundle(checked: Checked) -> Packed:
    return packed(bundle_of(checked))


def _packed_plan(checked: Checked) -> Packed:
    return packed(plan_of(checked))


def _warn_of_changes(performance: Performance) -> None:
    """A resumed run goes on with the files it was made of; one that has been changed since would change nothing."""
    log = performance.log
    begun = log.recorded[0]
    assert isinstance(begun, RunStarted)
    if begun.parent is None and (changed := changed_since(log.value(begun.source), performance.settings.root)):
        have, they = ("has", "it was") if len(changed) == 1 else ("have", "they were")
        log.add(Remark(f"{listed(changed)} {have} changed since this run began; the run keeps to what {they}"))


def _prepared(performance: Performance, checked: Checked, inputs: dict[str, Any]) -> tuple[Play, Scene]:
    performance.facts["scenario"] = checked.scenario.name if checked.scenario else ""
    play = Play.of(performance, checked, inputs)
    scene = Scene(play, "", {**play.values, "steps": {}}, play.accounts, play.tallies, cause=performance.log.seq)
    return play, scene


async def _perform_steps(performance: Performance, play: Play, scene: Scene) -> tuple[dict[str, Ended], Mishap | None]:
    """The steps, within the run's own time."""
    account = play.accounts[-1]
    wall = account.limits.get("wall")
    now = performance.clock.now()
    left = None if wall is None else max(0.0, wall - now)
    alarms = [
        performance.clock.alarm(wall * share - now, partial(performance.budgets.warn_of_time, account, share))
        for share in account.warn_at
        if wall is not None and wall * share > now
    ]
    block = Block(play.scenario.steps, ("steps",), None, side_by_side=False)
    try:
        with performance.within(left):
            return await perform_block(block, scene), None
    except TimeoutError:
        return dict(scene.ended), await end_of_time(performance, account)
    finally:
        for alarm in alarms:
            alarm.cancel()


async def _finish(
    performance: Performance,
    play: Play,
    scene: Scene,
    seen: Expecting,
    ended: dict[str, Ended],
    over: Mishap | None,
) -> Result:
    failure: Failure | None = over.failure(play.checked.name) if over else None
    outcome: Outcome = over.outcome if over else "succeeded"
    for end in ended.values():
        if end.failed and failure is None:
            failure = end.failure
            assert failure is not None
            outcome = "exhausted" if end.outcome == "exhausted" and failure.error == "limit" else "failed"
    of_steps = failure is not None and over is None
    for name in play.scenario.steps:  # an output may refer to a step that was never reached
        if name not in scene.values["steps"]:
            scene.values["steps"][name] = Ended("skipped").state()
    outputs = None
    try:
        outputs = performance.log.covered(render_all(play.scenario.outputs, scene.values))
    except Mishap as mishap:
        if failure is None:
            failure, outcome = mishap.failure(play.checked.name), "failed"
    met, excused = await check_expectations(play, scene, seen)
    return await _end(performance, outcome, outputs or None, failure, met, excused and of_steps)


def _cancelled_before(recorded: Sequence[Event]) -> Directed | None:
    """Who cancelled the run, if the process died before it could say so."""
    return next((one for one in recorded if isinstance(one, Directed) and one.direction == "cancel"), None)


async def _cancelled(run: Run, performance: Performance, by: str) -> Result:
    failure = Failure(error="cancelled", message=f"{by or 'a person'} cancelled the run")
    _cut_off_steps(run, performance, failure, "cancelled")
    return await _end(performance, "cancelled", failure=failure)


def _cut_off_steps(run: Run, performance: Performance, failure: Failure, outcome: Outcome) -> None:
    """The run ends around steps that are under way: they end with it, and say so."""
    performance.tie_up()
    running: dict[str, StepStarted] = {}
    for event in run.events:
        if isinstance(event, StepStarted):
            running[event.step] = event
        elif isinstance(event, StepFinished | StepFailed | StepSkipped | StepRetrying):
            running.pop(event.step, None)
    for path, started in running.items():
        if path == next(reversed(tuple(around(path)))):  # what lies inside a step ends with it
            calls = [call for call in run.events if isinstance(call, CallFinished | CallFailed)]
            inside = [call for call in calls if path in around(call.step)]
            performance.log.add(
                StepFailed(
                    failure,
                    started.attempt,
                    outcome,
                    usage=sum((call.usage for call in inside), Usage()),
                    cost_usd=round(sum(call.cost_usd for call in inside), 9),
                    step=path,
                    cause=started.seq,
                )
            )


async def _end(
    performance: Performance,
    outcome: Outcome,
    outputs: Any = None,
    failure: Failure | None = None,
    expected: bool = True,
    excused: bool = False,
) -> Result:
    log = performance.log
    performance.is_ending = True
    performance.tie_up()
    failed = outcome != "succeeded"
    event = log.add(
        RunFinished(
            outcome,
            None if outputs is None else log.keep(outputs),
            performance.usage,
            performance.facts["cost_usd"],
            performance.unpriced,
            failure,
            expected,
            failed and excused,
        )
    )
    await log.durable()
    return Result(
        log.run, "finished", outcome, outputs, event.cost_usd, event.usage, event.unpriced, failure=failure,
        expected=expected, excused=event.excused, exhausted=outcome == "exhausted" and not excused,
    )  # fmt: skip


async def _paused(performance: Performance, halt: Halt) -> Result:
    log = performance.log
    performance.is_ending = True
    by_a_person = halt.reason in ("person", "signal")
    log.add(RunPaused(halt.reason, halt.detail) if by_a_person else RunPaused(halt.reason, detail=halt.detail))
    await log.durable()
    return _result_of_pause(performance, halt)


def _result_of_pause(performance: Performance, halt: Halt) -> Result:
    return Result(
        performance.log.run, "paused", None, None, performance.facts["cost_usd"], performance.usage,
        performance.unpriced, halt.reason, halt.detail, exhausted=halt.reason in ("budget", "batch"),
    )  # fmt: skip
