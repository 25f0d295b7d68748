"""Performs the steps of a block: each when those it waits for have ended, side by side where nothing stands between."""

from __future__ import annotations

from typing import NamedTuple

from app.engine.crew import Crew
from app.engine.once import once
from app.engine.outcomes import Ended, Giver
from app.engine.performing import perform_step
from app.engine.play import Scene
from app.scenario import Checked
from app.scenario.order import Order
from app.scenario.places import Block, Place, blocks_of


async def perform_block(block: Block, scene: Scene) -> dict[str, Ended]:
    """Perform every step of a block; how each ended, in file order."""
    course = once(scene.play.checked, _courses)[block.name]
    order, places, position = course.order, course.places, course.position
    waiting = {name: len(order.needs[name]) for name in order.ids}
    ready = [name for name in order.ids if waiting[name] == 0]

    def over(name: str, ended: Ended) -> None:
        scene.ended[name] = ended
        scene.values["steps"][name] = ended.state()
        for follower in course.followers[name]:
            waiting[follower] -= 1
            if waiting[follower] == 0:
                ready.append(follower)
        ready.sort(key=position.__getitem__)

    async with Crew[Ended](scene.play.performance.clock) as crew:
        while ready or len(crew):
            if len(ready) == 1 and not len(crew):
                name = ready.pop()
                over(name, await perform_step(places[name], scene, order))
                continue
            for name in ready:
                crew.start(name, position[name], perform_step(places[name], scene, order))
            ready.clear()
            over(*await crew.next())
    return {name: scene.ended[name] for name in order.ids}


class _Course(NamedTuple):
    """The way through a block."""

    order: Order
    places: dict[str, Place]
    followers: dict[str, list[str]]  # who waits for a step
    position: dict[str, int]  # of a step among those of its block


def _courses(checked: Checked) -> dict[str, _Course]:
    """Those of all blocks, by name."""
    assert checked.scenario is not None
    return {block.name: _course(block, checked.orders[block.name]) for block in blocks_of(checked.scenario)}


def _course(block: Block, order: Order) -> _Course:
    followers: dict[str, list[str]] = {name: [] for name in order.ids}
    for name, needs in order.needs.items():
        for need in needs:
            followers[need].append(name)
    places = {name: Place(name, step, block) for name, step in block.steps.items()}
    return _Course(order, places, followers, {name: index for index, name in enumerate(order.ids)})


def last_givers(ended: dict[str, Ended], order: Order) -> tuple[Giver, ...]:
    """Who has something to pass on when a block is over: those whose work no step inside takes further."""
    taken = {need for needs in order.needs.values() for need in needs if ended[need].outcome != "skipped"}
    found: list[Giver] = []
    for name, end in ended.items():
        skipped_after = name in taken and any(
            ended[follower].outcome != "skipped" for follower, needs in order.needs.items() if name in needs
        )
        if end.outcome != "skipped" and not skipped_after:
            found.extend(giver for giver in end.givers if giver not in found)
    return tuple(found)
