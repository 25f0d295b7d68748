"""A fork takes over what had happened, pays for none of it, and differs from there on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.engine import Run, fork, perform, resume
from app.errors import NotFound, ScenarioRefused, UsageError
from app.events import CallStarted, Event, Remark, RunResumed, RunStarted, StepFinished, StepSkipped, StepStarted
from app.journal import Journal
from app.journal.prune import erase_run
from app.state import fold

PLAY = """
schema: footlights/v1
name: relay
inputs:
  strict: {type: boolean, default: false}
agents:
  one: {persona: A clerk.}
  two: {persona: A poet.}
steps:
  plan: {agent: one, prompt: Split the work., rehearsal: {reply: Two halves.}}
  build: {agent: two, prompt: "Build ${{ steps.plan.output }}", rehearsal: {reply: Built.}}
  check:
    if: inputs.strict
    agent: one
    prompt: Check it twice.
    rehearsal: {reply: Checked.}
  ship:
    needs: build
    approve: {ask: "Ship it?", options: [ship, hold]}
    rehearsal: {reply: ship}
  done: {agent: one, prompt: "Say ${{ steps.ship.output.choice }}", rehearsal: {reply: Said.}}
outputs: {built: "${{ steps.build.output }}", choice: "${{ steps.ship.output.choice }}"}
"""


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal.open(tmp_path / "archive") as journal:
        yield journal


@pytest.fixture
def play(tmp_path: Path) -> Path:
    path = tmp_path / "relay.yaml"
    path.write_text(PLAY, encoding="utf-8")
    return path


async def performed(play: Path, journal: Journal) -> list[Event]:
    run = perform(play, mode="rehearsal", journal=journal)
    await run.result()
    return run.events


def seq_of(events: list[Event], kind: type[Event], step: str) -> int:
    return next(event.seq for event in events if isinstance(event, kind) and event.step == step)


async def test_a_changed_prompt_is_asked_and_what_came_before_is_not_paid_again(play: Path, journal: Journal) -> None:
    events = await performed(play, journal)
    at = seq_of(events, StepFinished, "plan")
    forked = fork(events[0].run, at=at, edits={"build.prompt": "Build it of straw."}, journal=journal)
    result = await forked.result()
    asked = next(event for event in forked.events if isinstance(event, CallStarted) and event.step == "build")
    assert forked.value(asked.messages[-1])["content"] == "Build it of straw."
    assert [event.step for event in forked.events if isinstance(event, CallStarted)] == ["plan", "build", "done"]
    state = fold(forked.events)
    assert 0 < state.inherited.cost_usd < result.cost_usd
    assert result.outcome == "succeeded"


async def test_the_moment_moves_back_to_before_the_changed_step_began(play: Path, journal: Journal) -> None:
    events = await performed(play, journal)
    forked = fork(events[0].run, at=len(events), edits={"build.prompt": "Build it of brick."}, journal=journal)
    await forked.result()
    begun = forked.events[0]
    assert isinstance(begun, RunStarted)
    assert begun.parent is not None
    assert begun.parent.seq == seq_of(events, StepStarted, "build") - 1
    assert begun.parent.taken == seq_of(forked.events, StepFinished, "plan")


async def test_a_changed_input_reaches_a_step_that_was_skipped_for_it(play: Path, journal: Journal) -> None:
    events = await performed(play, journal)
    assert seq_of(events, StepSkipped, "check")
    forked = fork(events[0].run, at=len(events), edits={"inputs.strict": True}, journal=journal)
    await forked.result()
    assert seq_of(forked.events, StepFinished, "check")


async def test_a_gate_can_be_answered_anew(play: Path, journal: Journal) -> None:
    events = await performed(play, journal)
    forked = fork(events[0].run, at=len(events), answers={"ship": "hold"}, journal=journal)
    result = await forked.result()
    assert result.outputs["choice"] == "hold"
    assert result.outputs["built"] == "Built."


async def test_the_events_taken_over_lead_to_each_other_under_their_new_numbers(play: Path, journal: Journal) -> None:
    events = await performed(play, journal)
    forked = fork(events[0].run, at=seq_of(events, StepFinished, "build"), journal=journal)
    await forked.result()
    assert [event.seq for event in forked.events] == list(range(1, len(forked.events) + 1))
    assert all(event.cause < event.seq for event in forked.events)
    assert all(event.run == forked.id for event in forked.events)


async def test_a_fork_can_be_stopped_resumed_and_forked(play: Path, journal: Journal) -> None:
    events = await performed(play, journal)
    forked = fork(events[0].run, at=8, edits={"agents.two.persona": "A bricklayer."}, journal=journal)
    async for event in forked:
        if isinstance(event, RunResumed):
            await forked.stop(0)
    going = resume(forked.id, journal=journal)
    assert (await going.result()).outcome == "succeeded"
    again = fork(going.id, at=len(going.events), edits={"done.prompt": "Sing."}, journal=journal)
    assert (await again.result()).outcome == "succeeded"


@pytest.mark.parametrize(
    ("at", "edits", "said"),
    [
        (0, {}, "events 1 to"),
        (9999, {}, "events 1 to"),
        (3, {"nobody.prompt": "x"}, 'there is no step "nobody"'),
        (3, {"agents.nobody.model": "x"}, 'there is no agent "nobody"'),
        (3, {"inputs.nothing": 1}, 'there is no input "nothing"'),
        (3, {"inputs.strict": "yes"}, 'input "strict"'),
    ],
)
async def test_what_cannot_be_changed_is_said_and_nothing_begins(
    at: int, edits: dict[str, object], said: str, play: Path, journal: Journal
) -> None:
    events = await performed(play, journal)
    with pytest.raises(UsageError, match=said):
        fork(events[0].run, at=at, edits=edits, journal=journal)


async def test_a_run_whose_texts_were_erased_cannot_be_forked_and_says_why(play: Path, journal: Journal) -> None:
    events = await performed(play, journal)
    erase_run(journal.path, events[0].run)
    with pytest.raises(UsageError, match="erased"):
        fork(events[0].run, at=3, journal=journal)


async def test_a_run_that_is_not_there_cannot_be_forked(journal: Journal) -> None:
    with pytest.raises(NotFound, match="there is no run"):
        fork("01NOBODY", at=1, journal=journal)


async def test_an_edit_is_checked_like_any_other_file(play: Path, journal: Journal) -> None:
    events = await performed(play, journal)
    with pytest.raises(ScenarioRefused):
        fork(events[0].run, at=3, edits={"build.prompt": "Build ${{ steps.plam.output }}"}, journal=journal)


async def test_resuming_performs_the_files_of_the_run_whatever_is_on_disk_now(play: Path, journal: Journal) -> None:
    run = perform(play, mode="rehearsal", journal=journal)
    async for event in run:
        if isinstance(event, StepFinished) and event.step == "plan":
            await run.stop(0)
    play.unlink()
    going = resume(run.id, journal=journal)
    assert (await going.result()).outputs == {"built": "Built.", "choice": "ship"}
    assert remarks(going) == []


async def test_whoever_resumes_a_run_is_told_which_of_its_files_have_changed(play: Path, journal: Journal) -> None:
    run = await paused(play, journal)
    going = resume(run, journal=journal)
    going.pause()
    await going.result()
    assert remarks(going) == [], "none has"
    play.write_text(PLAY.replace("Two halves.", "Three thirds."), encoding="utf-8")
    again = resume(run, journal=journal)
    assert (await again.result()).outcome == "succeeded"
    assert remarks(again) == ["relay.yaml has changed since this run began; the run keeps to what it was"]


async def test_a_fork_that_is_resumed_is_not_told_of_what_it_changed_itself(play: Path, journal: Journal) -> None:
    events = await performed(play, journal)
    at = seq_of(events, StepStarted, "build")
    forked = fork(events[0].run, at=at, edits={"done.prompt": "Bow."}, journal=journal)
    forked.pause()
    await forked.result()
    going = resume(forked.id, journal=journal)
    assert (await going.result()).outcome == "succeeded"
    assert remarks(going) == []


async def paused(play: Path, journal: Journal) -> str:
    """A run that was left in its middle."""
    run = perform(play, mode="rehearsal", journal=journal)
    run.pause()
    assert (await run.result()).status == "paused"
    return run.id


def remarks(run: Run) -> list[str]:
    return [event.text for event in run.events if isinstance(event, Remark)]
