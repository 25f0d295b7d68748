"""`uses:` another scenario, performed with inputs, a cast and limits of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.engine.blocks import last_givers, perform_block
from app.engine.exceeding import end_of_time
from app.engine.expressions import render_all
from app.engine.inputs import complete_inputs
from app.engine.outcomes import Gives, Mishap
from app.engine.play import Play, Scene
from app.scenario.model import UsesStep
from app.scenario.places import Block

if TYPE_CHECKING:
    from app.engine.act import Act


async def perform(act: Act) -> Gives:
    """Perform the scenario inside this step; its `outputs` are the step's output."""
    scene = scene_used(act)
    play, performance = scene.play, scene.play.performance
    account = play.accounts[-1] if play.scenario.limits is not None else None
    try:
        with performance.within(account.limits.get("wall") if account else None):
            ended = await perform_block(Block(play.scenario.steps, ("steps",), None, side_by_side=False), scene)
    except TimeoutError:
        assert account is not None
        raise await end_of_time(performance, account, act.path, act.cause) from None
    for name, end in ended.items():
        if end.failed:
            assert end.failure is not None
            raise Mishap(
                end.failure.error,
                f"{name}: {end.failure.message}",
                end.failure.hint,
                outcome=end.outcome if end.outcome == "exhausted" else "failed",
                where=end.failure.where,
            )
    outputs = render_all(play.scenario.outputs, scene.values)
    return Gives(outputs, givers=last_givers(ended, play.checked.orders[""]) or act.incoming)


def scene_used(act: Act) -> Scene:
    """Where the steps of the scenario inside are performed."""
    step, outer = act.place.step, act.scene.play
    assert isinstance(step, UsesStep)
    used = outer.checked.used[act.place.name]
    inputs = complete_inputs(used, render_all(step.with_, act.values))
    play = Play.of(outer.performance, used, inputs, f"{act.path}/", act.accounts, act.tallies)
    values = {**play.values, "steps": {}}
    return Scene(play, f"{act.path}/", values, play.accounts, play.tallies, act.incoming, cause=act.cause)
