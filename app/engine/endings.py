"""How a step had ended before its run was resumed; and what an author wrote about passing work on.

The log keeps who passed something on, not what was said about it: that is written once more, from the values of then.
So the handoffs of a run that was resumed say what they would have said without the pause.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

from msgspec.structs import replace

from app.engine.act import Act, act_of, item_of, scene_inside, turn_of
from app.engine.expressions import render_text
from app.engine.outcomes import Ended, Giver, Mishap, Tally
from app.engine.past import Ending
from app.engine.play import Scene
from app.engine.skipping import incoming_of
from app.events import StepExpanded, StepFailed, StepSkipped
from app.scenario.model import UsesStep
from app.scenario.order import Order
from app.scenario.places import Block, Place

Within = tuple[tuple[Giver, ...], dict[str, Any] | None]  # who passes on what was made inside, and how the steps ended

NOTHING: Within = ((), None)


def as_it_ended(known: Ending, act: Act) -> Ended:
    """A step that is over, as it was when it had just ended."""
    if isinstance(known, StepSkipped):
        by_person = known.reason.startswith("a person")
        return Ended("skipped", because=known.because, tolerated=by_person, givers=act.incoming, seq=known.seq)
    log = act.scene.play.performance.log
    ended = Ended(known.outcome, log.value(known.output), known.usage, known.cost_usd, seq=known.seq)
    if isinstance(known, StepFailed):
        ended.failure, ended.tolerated, ended.because = known.failure, known.tolerated, known.step
        ended.givers = act.incoming
        return ended
    within, ended.states = _within(act)
    said = {(giver.agent, giver.step): giver for giver in (*act.incoming, *within)}
    ended.givers = tuple(
        said.get(giver) or Giver(*giver, None, _output_of(giver[1], ended, act)) for giver in known.givers
    )
    return with_handoff(ended, act)


def with_handoff(ended: Ended, act: Act) -> Ended:
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


def _within(act: Act) -> Within:
    """What became of the items, turns or steps inside a step that has ended."""
    step = act.place.step
    try:
        if act.is_whole and step.for_each is not None:
            return tuple(_givers_of_items(act)), None
        if act.is_whole and step.loop is not None:
            last = _last_turn(act)
            return last.givers, last.states
        if (block := act.place.inner()) is not None:
            scene = scene_inside(act)
            return _after_steps(block, scene)
        if isinstance(step, UsesStep):
            from app.engine.steps.uses import scene_used

            scene = scene_used(act)
            return _after_steps(Block(scene.play.scenario.steps, ("steps",), None, side_by_side=False), scene)
    except Mishap:
        pass  # what it was given is there no more: the first sentences will do
    return NOTHING


def _givers_of_items(act: Act) -> Iterator[Giver]:
    log = act.scene.play.performance.log
    expanded = log.recall(StepExpanded(0, step=act.path))
    for index, item in enumerate(log.value(expanded.items) if expanded is not None else ()):
        one = item_of(act, item, index)
        if (known := log.ending(one.path)) is not None:
            yield from as_it_ended(known, one).givers


def _last_turn(act: Act) -> Ended:
    log = act.scene.play.performance.log
    ended = Ended("succeeded", givers=act.incoming)
    previous: Any = None
    for turn in count(1):
        one = turn_of(act, turn, previous, ended.givers)
        if (known := log.ending(one.path)) is None:
            break
        ended = as_it_ended(known, one)
        previous = ended.states if ended.states is not None else ended.state()
    return ended


def _after_steps(block: Block, scene: Scene) -> Within:
    from app.engine.blocks import last_givers

    order = scene.play.checked.orders[block.name]
    for name in order.sequence():
        _end_step(Place(name, block.steps[name], block), scene, order)
    ended: dict[str, Ended] = {name: scene.ended[name] for name in order.ids}
    return last_givers(ended, order), {name: end.state() for name, end in ended.items()}


def _end_step(place: Place, scene: Scene, order: Order) -> None:
    path = scene.path + place.id
    known = scene.play.performance.log.ending(path)
    incoming = incoming_of({name: scene.ended[name] for name in order.needs[place.id]}, scene)
    if known is None:
        ended = Ended("skipped", givers=incoming)
    else:
        ended = as_it_ended(known, act_of(place, path, scene, incoming, Tally(), (), known.seq))
    scene.ended[place.id] = ended
    scene.values["steps"][place.id] = ended.state()


def _output_of(step: str, ended: Ended, act: Act) -> Any:
    if step == act.path:
        return ended.output
    log = act.scene.play.performance.log
    known = log.ending(step)
    return None if known is None or isinstance(known, StepSkipped) else log.value(known.output)
