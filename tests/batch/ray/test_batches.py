"""Batches on a real cluster of two nodes: they leave what batches here leave, also when a node dies on the way."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from app.batch.driving import Drive
from app.batch.executor import Ending, NoWorkers
from app.batch.plan import Item, Plan
from app.events import CallFinished, Event, RunFinished
from app.journal import Journal
from app.journal.audit import audit
from app.journal.chain import read_seals
from app.journal.connection import open_reader
from app.journal.verify import verify_workspace
from corpus.batches import GREET, Noted, read, rehearsal, results
from corpus.two_nodes import TwoNodes

RELAY = "schema: footlights/v1\nname: relay\nagents: {runner: {persona: You run.}}\nsteps:\n" + "".join(
    f"  lap{lap}: {{agent: runner, prompt: 'Run lap {lap}.', rehearsal: {{reply: Lap {lap} is run.}}}}\n"
    for lap in range(1, 11)
)


class Reaper(Noted):
    """A watcher who kills a node when so many runs have come back."""

    def __init__(self, cluster: TwoNodes, after: int) -> None:
        super().__init__()
        self._cluster = cluster
        self._after = after

    def ended(self, item: Item, ending: Ending) -> None:
        super().ended(item, ending)
        if len(self.endings) == self._after:
            assert self._cluster.second is not None
            self._cluster.second.kill()


async def performed(journal: Journal, plan: Plan, watcher: Noted, on: str = "") -> Drive:
    drive = Drive.begin(journal, plan)
    conducted = await drive.conduct(watcher, on=on, workers=0)
    assert (conducted.stopped, conducted.left) == ("", 0)
    return drive


def told(events: list[Event]) -> list[dict[str, Any]]:
    """A run, but for when it was."""
    return [{**msgspec.to_builtins(event), "at": 0} for event in events]


def insist_on_whole_runs(journal: Journal, count: int) -> None:
    """So many are in the archive, each as it was written."""
    with closing(open_reader(journal.path)) as connection:
        found = list(verify_workspace(connection, read_seals(journal.path)))
    assert len(found) == count
    assert [each for each in found if each.damage or not each.over] == []


async def test_500_runs_on_two_nodes_leave_the_same_archive_as_here(
    tmp_path: Path, journal: Journal, cluster: TwoNodes
) -> None:
    plan = rehearsal(read(tmp_path, RELAY, "relay"), repeat=500)
    on_both = Noted()
    await performed(journal, plan, on_both, cluster.on)
    assert Counter(ending.outcome for ending in on_both.endings) == {"succeeded": 500}
    with Journal.open(tmp_path / "here", fast=True) as here:
        await performed(here, plan, Noted())
        for item in plan.items:
            assert told(journal.recorded(item.run)) == told(here.recorded(item.run))
            assert journal.texts(item.run) == here.texts(item.run)
    assert (await results(journal)).count("passed") == 500


async def test_when_a_node_dies_nothing_is_lost_and_nothing_is_done_twice(
    tmp_path: Path, journal: Journal, cluster: TwoNodes
) -> None:
    plan = rehearsal(read(tmp_path, RELAY, "relay"), repeat=300)
    reaper = Reaper(cluster, after=60)
    await performed(journal, plan, reaper, cluster.on)
    assert Counter(ending.run for ending in reaper.endings) == {item.run: 1 for item in plan.items}
    for item in plan.items:
        events = journal.recorded(item.run)
        assert sum(isinstance(event, RunFinished) for event in events) == 1
        calls = Counter(event.step for event in events if isinstance(event, CallFinished))
        assert calls == {f"lap{lap}": 1 for lap in range(1, 11)}
        assert audit(events, journal.texts(item.run)) == []
    insist_on_whole_runs(journal, len(plan.items))


async def test_a_node_on_which_a_run_would_read_another_variable_performs_none(
    tmp_path: Path, journal: Journal, cluster: TwoNodes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WHO_GREETS", "Ann")  # of the node, nobody
    plan = rehearsal(read(tmp_path, f"{GREET}env: {{WHO_GREETS: nobody}}\n"))
    with pytest.raises(NoWorkers, match="has other values of WHO_GREETS than this machine"):
        await performed(journal, plan, Noted(), cluster.on)
    assert not any(journal.knows(item.run) for item in plan.items)
