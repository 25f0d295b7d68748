"""Does a step more than once: for each item of a list, or in turns until something holds.

`retry` and `timeout` belong to each item and each turn, which are performed like steps of their own; `limits` to the
step as a whole.
"""

from __future__ import annotations

from typing import Any

from app.engine.act import Act, item_of, turn_of
from app.engine.crew import Crew
from app.engine.expressions import holds, render_all
from app.engine.outcomes import Ended, Giver, Mishap
from app.engine.performing import attempts, fail, finish, start
from app.events import LoopIterated, StepExpanded

MAX_ITEMS = 10_000


async def for_each(act: Act) -> Ended:
    """Perform a step for each item; its output is the list of outputs, in the order of the items."""
    step, performance = act.place.step, act.scene.play.performance
    start(act)
    try:
        items = _items(act)
    except Mishap as mishap:
        return fail(act, mishap)
    log = performance.log
    log.once(StepExpanded(len(items), log.keep(items), step=act.path, cause=act.cause))
    ended: list[Ended | None] = [None] * len(items)
    at_once = step.max_parallel or 1
    failed: Ended | None = None
    async with Crew[Ended](performance.clock) as crew:
        waiting = list(range(len(items)))
        while waiting or len(crew):
            while waiting and len(crew) < at_once:
                index = waiting.pop(0)
                crew.start(str(index), index, attempts(item_of(act, items[index], index)))
            name, end = await crew.next()
            ended[int(name)] = end
            if end.failed:
                failed = failed or end
                if step.fail_fast is not False:
                    break
    outputs = [None if end is None or end.failed else end.output for end in ended]
    if failed is not None:
        assert failed.failure is not None
        failure = failed.failure
        kept = outputs if step.fail_fast is False else None
        how = f"item {ended.index(failed) + 1}: {failure.message}"
        return fail(act, Mishap(failure.error, how, failure.hint, outcome=failed.outcome, output=kept))
    givers = _distinct([giver for end in ended if end is not None for giver in end.givers])
    return finish(act, outputs, givers or None)


async def loop(act: Act) -> Ended:
    """Perform a step in turns until its condition holds, or the most turns are over."""
    step, performance = act.place.step, act.scene.play.performance
    loop = step.loop
    assert loop is not None
    start(act)
    previous: Any = None
    end = Ended("succeeded")
    incoming = act.incoming
    for turn in range(1, loop.max + 1):
        one = turn_of(act, turn, previous, incoming)
        end = await attempts(one)
        if end.failed:
            assert end.failure is not None
            failure = end.failure
            message = f"turn {turn}: {failure.message}"
            return fail(act, Mishap(failure.error, message, failure.hint, outcome=end.outcome, output=end.output))
        previous = end.states if end.states is not None else end.state()
        try:
            done = loop.until is not None and holds(loop.until, _after(one, end))
        except Mishap as mishap:
            return fail(act, mishap)
        last = done or turn == loop.max
        performance.log.once(LoopIterated(turn, until=done, last=last, step=act.path, cause=end.seq))
        if done:
            break
        incoming = end.givers
    else:
        if loop.until is not None and loop.on_max == "fail":
            said = f"{loop.max} turns were not enough: {loop.until} never became true"
            return fail(act, Mishap("turns", said, "raise loop: max, or write on_max: continue", outcome="exhausted"))
    return finish(act, end.output, end.givers, states=end.states)


def _items(act: Act) -> list[Any]:
    items = render_all(act.place.step.for_each, act.values)
    if not isinstance(items, list):
        raise Mishap("bad_request", "for_each needs a list, and this is none", "look at what the step before gave")
    if len(items) > MAX_ITEMS:
        raise Mishap("bad_request", f"for_each has {len(items)} items, and {MAX_ITEMS} are the most")
    return items


def _after(act: Act, end: Ended) -> dict[str, Any]:
    """What `until` sees: the steps inside a block, else the step itself."""
    inner = end.states if end.states is not None else {act.place.id: end.state()}
    return {**act.values, "steps": {**act.values["steps"], **inner}}


def _distinct(givers: list[Giver]) -> tuple[Giver, ...]:
    return tuple({(giver.agent, giver.step): giver for giver in givers}.values())
