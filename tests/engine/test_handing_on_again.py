"""What is said with a handoff is the same whether a run was performed in one go or taken up again on the way."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from app.engine import Run, fork, perform
from app.events import Handoff, LoopIterated, StepFinished, Usage
from corpus.bundled import FEW, KINDS
from corpus.playing import House

PLAYS = (*FEW, KINDS)
MOMENTS = 9  # of each play


async def handed_on(run: Run) -> list[tuple[str, str, str, str]]:
    """From whom, to whom, in which step, and what was said."""
    await run.result()
    handoffs = [event for event in run.events if isinstance(event, Handoff)]
    return [(event.giver, event.taker, event.step, run.value(event.summary)) for event in handoffs]


def counted(run: Run) -> dict[str, Usage]:
    """What was used in each step."""
    return {event.step: event.usage for event in run.events if isinstance(event, StepFinished)}


@pytest.mark.parametrize("play", PLAYS, ids=lambda play: play.stem)
async def test_a_run_that_is_taken_up_again_says_and_counts_the_same(play: Path, house: House) -> None:
    whole = perform(play, mode="rehearsal", journal=house.journal)
    said = await handed_on(whole)
    ends = [event.seq for event in whole.events if isinstance(event, StepFinished | LoopIterated)]
    for at in ends[:: max(1, len(ends) // MOMENTS)]:
        again = fork(whole.id, at=at, journal=house.journal)
        assert Counter(await handed_on(again)) == Counter(said), f"from event {at} on"
        assert counted(again) == counted(whole), f"from event {at} on"
