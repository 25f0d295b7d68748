"""One performance of one step: what it refers to, what it may use, what it has used, and what led to it."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec.structs import replace

from app.engine.budgets import Account
from app.engine.outcomes import Giver, Tally
from app.engine.play import Play, Scene, Speaker
from app.scenario.places import Place


class Act(msgspec.Struct):
    """One performance of one step: an attempt at it, at one item or at one turn."""

    place: Place
    path: str
    scene: Scene
    values: dict[str, Any]
    accounts: tuple[Account, ...]
    tallies: tuple[Tally, ...]
    incoming: tuple[Giver, ...]
    turn: int | None
    item: int | None
    cause: int = 0
    attempt: int = 1
    uses: dict[str, int] = {}  # of tools, in this attempt

    @property
    def is_whole(self) -> bool:
        """Is it the step itself, and not one of its items or turns?"""
        return self.path == self.scene.path + self.place.id

    def accounts_of(self, speaker: Speaker) -> tuple[Account, ...]:
        """What a call of an agent has to fit into."""
        return self.accounts if speaker.account is None else (*self.accounts, speaker.account)

    @property
    def where(self) -> str:
        """file:line, for what goes wrong."""
        return self.scene.play.where(self.place)


def act_of(
    place: Place,
    path: str,
    scene: Scene,
    incoming: tuple[Giver, ...],
    tally: Tally,
    accounts: tuple[Account, ...],
    cause: int,
) -> Act:
    """The performance of a step in its scene."""
    return Act(
        place,
        path,
        scene,
        scene.values,
        (*scene.accounts, *accounts),
        (*scene.tallies, tally),
        incoming,
        scene.turn,
        scene.item,
        cause,
    )


def inside(act: Act, path: str, values: dict[str, Any], *, turn: int | None = None, item: int | None = None) -> Act:
    """The performance of one item or turn of a step, with a count of its own."""
    return replace(
        act,
        path=path,
        values=values,
        tallies=(*act.tallies, Tally()),
        # The nearest repetition decides which line is due in a rehearsal.
        turn=turn,
        item=item,
        attempt=1,
        uses={},
    )


def turn_of(act: Act, turn: int, previous: Any, incoming: tuple[Giver, ...]) -> Act:
    """One turn of a loop, which knows how the one before ended."""
    one = inside(act, f"{act.path}/{turn}", {**act.values, "loop": {"index": turn, "previous": previous}}, turn=turn)
    one.incoming = incoming
    return one


def item_of(act: Act, item: Any, index: int) -> Act:
    """One item of a list."""
    values = {**act.values, "item": item, "loop": {"index": index + 1}}
    if act.place.step.as_:
        values[act.place.step.as_] = item
    return inside(act, f"{act.path}[{index + 1}]", values, item=index + 1)


def scene_inside(act: Act) -> Scene:
    """Where the steps of a block are performed."""
    return Scene(
        act.scene.play,
        f"{act.path}/",
        {**act.values, "steps": dict(act.values["steps"])},
        act.accounts,
        act.tallies,
        act.incoming,
        act.turn,
        act.item,
        act.cause,
    )


def judging_act(play: Play, scene: Scene, name: str) -> Act:
    """What an agent does for the run as a whole, about a step that is over."""
    place = next(place for place in play.checked.places if place.name == name)
    return act_of(place, name, scene, (), Tally(), (), play.performance.log.seq)
