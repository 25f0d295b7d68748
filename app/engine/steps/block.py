"""`steps:` a block, its steps one after another unless their needs say otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.engine.act import scene_inside
from app.engine.blocks import last_givers, perform_block
from app.engine.outcomes import Gives, Mishap

if TYPE_CHECKING:
    from app.engine.act import Act


async def perform(act: Act) -> Gives:
    """Perform the steps inside; the output is a map of theirs. A block fails when a step inside it does."""
    block = act.place.inner()
    assert block is not None
    ended = await perform_block(block, scene_inside(act))
    outputs = {name: end.output for name, end in ended.items()}
    for name, end in ended.items():
        if end.failed:
            assert end.failure is not None
            message = f"{name}: {end.failure.message}"
            outcome = end.outcome if end.outcome == "exhausted" else "failed"
            where = end.failure.where
            raise Mishap(end.failure.error, message, end.failure.hint, outcome=outcome, output=outputs, where=where)
    order = act.scene.play.checked.orders[block.name]
    states = {name: end.state() for name, end in ended.items()}
    return Gives(outputs, givers=last_givers(ended, order) or act.incoming, states=states)
