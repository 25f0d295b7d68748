"""A batch that is stopped, spent, erased from or moved: what is left goes on, and nothing is done or paid for twice."""

from __future__ import annotations

import os
import resource
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from app.batch.driving import Drive
from app.batch.plan import Plan
from app.batch.planning import Wish, planned
from app.errors import UsageError
from app.events import CallFinished, RunStarted
from app.journal import Archive, Journal
from app.journal.batches import BatchNotFound
from app.journal.chain import read_seals
from app.journal.errors import RunBusy
from app.journal.prune import delete_runs, erase_run
from app.journal.rebuild import rebuild
from app.journal.salvage import salvage
from corpus.batches import GREET, Noted, performed, read, rehearsal, results
from corpus.commands import ROOT

ASK = """\
schema: footlights/v1
name: ask
strategy: {matrix: {market: [DE, FR]}}
steps:
  ok: {approve: "Shall ${{ matrix.market }} go on?"}
"""
SECRET = "Jane of 12 High Street"


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal.open(tmp_path / "workspace", fast=True) as opened:
        yield opened


def calls(journal: Journal, plan: Plan) -> int:
    begun = [item.run for item in plan.items if journal.knows(item.run)]
    return sum(isinstance(event, CallFinished) for run in begun for event in journal.recorded(run))


async def test_calls_that_were_made_before_count_when_a_batch_goes_on(tmp_path: Path, journal: Journal) -> None:
    plan = rehearsal(read(tmp_path), budget={"turns": 1})
    assert "1 call" in (await performed(journal, plan)).stopped
    assert calls(journal, plan) == 1
    await Drive.go_on(journal, plan.batch, {"turns": 3}).conduct(Noted(), workers=0)
    assert calls(journal, plan) == 3


async def test_a_rehearsed_call_that_was_under_way_when_all_was_killed_is_made_anew_and_counts_once(
    tmp_path: Path, journal: Journal
) -> None:
    plan = rehearsal(read(tmp_path), budget={"turns": 2})
    await performed(journal, plan)
    cut_off_in_a_call(journal.path)
    await Drive.go_on(journal, plan.batch).conduct(Noted(), workers=0)
    assert calls(journal, plan) == 2
    await Drive.go_on(journal, plan.batch, {"turns": 3}).conduct(Noted(), workers=0)
    assert calls(journal, plan) == 3


async def test_a_budget_that_is_made_larger_leaves_the_others_as_they_were(tmp_path: Path, journal: Journal) -> None:
    plan = rehearsal(read(tmp_path), budget={"turns": 1, "tokens": 5000})
    await performed(journal, plan)
    assert Drive.go_on(journal, plan.batch, {"turns": 3}).plan.budget == {"turns": 3, "tokens": 5000}


async def test_a_run_that_cannot_be_gone_on_with_does_not_hold_up_the_others(tmp_path: Path, journal: Journal) -> None:
    plan, noted = planned([read(tmp_path, ASK, "ask")], Wish()), Noted()
    lost, other = (item.run for item in plan.items)
    await performed(journal, plan)
    erase_run(journal.path, lost)
    conducted = await Drive.go_on(journal, plan.batch).conduct(noted, workers=0)
    assert conducted.left == 2
    assert {ending.run: ending.reason for ending in noted.endings} == {lost: "lost", other: "gate"}
    said = next(ending.detail for ending in noted.endings if ending.run == lost)
    assert f"begins anew after  footlights runs rm {lost[-8:]}" in said
    assert conducted.stopped == said


async def test_what_was_removed_is_performed_anew_and_a_batch_goes_with_its_last_run(
    tmp_path: Path, journal: Journal
) -> None:
    plan = rehearsal(read(tmp_path))
    await performed(journal, plan)
    delete_runs(journal.path, [plan.items[1].run])
    assert [item.verdict for item in (await results(journal)).items] == ["passed", "waiting", "passed", "passed"]
    await Drive.go_on(journal, plan.batch).conduct(Noted(), workers=0)
    assert (await results(journal)).count("passed") == 4
    delete_runs(journal.path, [item.run for item in plan.items])
    with pytest.raises(BatchNotFound, match="there is no batch yet"):
        await results(journal)


async def test_what_a_run_was_given_is_erased_with_it_wherever_it_is_kept(tmp_path: Path, journal: Journal) -> None:
    plan = rehearsal(read(tmp_path), rows=[{"tone": SECRET}], repeat=1)
    await performed(journal, plan)
    begun = journal.recorded(plan.items[0].run)[0]
    assert isinstance(begun, RunStarted)
    assert begun.origin.cell == "market=DE"
    erase_run(journal.path, plan.items[0].run)
    first, second = (await results(journal)).items
    assert (first.verdict, first.item.inputs, first.item.cell) == ("passed", {}, {"market": "DE"})
    assert second.item.inputs == {"tone": SECRET}


async def test_a_run_whose_inputs_were_erased_is_not_performed_with_others(tmp_path: Path, journal: Journal) -> None:
    plan, noted = rehearsal(read(tmp_path), rows=[{"tone": SECRET}], repeat=1), Noted()
    await performed(journal, plan)
    erase_run(journal.path, plan.items[0].run)
    delete_runs(journal.path, [plan.items[0].run])
    assert (await Drive.go_on(journal, plan.batch).conduct(noted, workers=0)).left == 1
    assert [ending.detail for ending in noted.endings] == ["what it was given is erased, so it is performed no more"]
    assert not journal.knows(plan.items[0].run)


async def test_a_variable_that_is_not_set_is_missed_before_anything_is_performed(
    tmp_path: Path, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WHO_GREETS", raising=False)
    plan = rehearsal(read(tmp_path, f"{GREET}env: {{WHO_GREETS: null}}\n"))
    with pytest.raises(UsageError, match="greet: the variable WHO_GREETS is not set"):
        Drive.begin(journal, plan)
    with pytest.raises(BatchNotFound):
        await results(journal)


@pytest.mark.parametrize("other", ["Bob", None])
async def test_a_batch_goes_on_with_the_variables_it_began_with(
    tmp_path: Path, journal: Journal, monkeypatch: pytest.MonkeyPatch, other: str | None
) -> None:
    monkeypatch.setenv("WHO_GREETS", "Ann of 12 High Street")
    monkeypatch.delenv("HOW", raising=False)
    plan = rehearsal(read(tmp_path, f"{GREET}env: {{WHO_GREETS: nobody, HOW: gladly}}\n"), parallel=1)
    await Drive.begin(journal, plan).conduct(Noted(), enough=lambda item, ending: "one will do")
    assert "Ann" not in str((await results(journal)).plan)
    if other is None:
        monkeypatch.delenv("WHO_GREETS")
    else:
        monkeypatch.setenv("WHO_GREETS", other)
    with pytest.raises(UsageError, match=r"^this batch began with other values of WHO_GREETS$"):
        await Drive.go_on(journal, plan.batch).conduct(Noted(), workers=0)
    monkeypatch.setenv("WHO_GREETS", "Ann of 12 High Street")
    assert (await Drive.go_on(journal, plan.batch).conduct(Noted(), workers=0)).left == 0


async def test_batches_are_salvaged_and_can_be_gone_on_with(tmp_path: Path, journal: Journal) -> None:
    plan, noted = rehearsal(read(tmp_path)), Noted()
    await performed(journal, plan)
    delete_runs(journal.path, [plan.items[3].run])
    _, remains = salvage(journal.path, tmp_path / "saved")
    assert remains.problems == []
    assert plan.batch in (tmp_path / "saved" / "batches.jsonl").read_text(encoding="utf-8")
    rebuild(remains, read_seals(journal.path), tmp_path / "clean.db")
    with Journal.open(tmp_path / "clean.db", fast=True) as clean:
        await Drive.go_on(clean, plan.batch).conduct(noted, workers=0)
        assert [item.run for item in noted.begun] == [plan.items[3].run]
        assert (await results(clean)).count("passed") == 4


async def test_a_batch_whose_machine_is_gone_can_be_gone_on_with_after_a_minute(
    tmp_path: Path, journal: Journal
) -> None:
    plan = rehearsal(read(tmp_path))
    await performed(journal, plan)
    with closing(sqlite3.connect(journal.path)) as connection, connection:
        connection.execute("UPDATE batches SET holder = 'elsewhere:1:then:1'")
    with pytest.raises(RunBusy, match="process 1 on elsewhere"):
        journal.drive_batch(plan.batch)
    with closing(sqlite3.connect(journal.path)) as connection, connection:
        connection.execute("UPDATE batches SET heartbeat = heartbeat - 61000000")
    async with Archive(journal.path) as archive:
        assert (await archive.batch("last")).performer == ""
    assert Drive.go_on(journal, plan.batch).plan == plan


def test_a_disk_that_is_full_stops_a_batch_with_what_it_has(tmp_path: Path) -> None:
    read(tmp_path, GREET)
    full = batch(tmp_path, "greet.yaml", "--rehearse", "--repeat", "60", "--workers", "0", room=150_000)
    assert full.returncode == 1, full.stderr
    assert "Traceback" not in full.stderr
    assert "stopped  there is no room to write" in full.stdout
    assert "footlights batch --resume" in full.stdout
    again = batch(tmp_path, "--resume", "--workers", "0")
    assert again.returncode == 0, again.stderr
    assert "all 120 runs passed" in again.stdout


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        (Wish(exclude=[{"market": "DE"}, {"market": "FR"}]), "no cell is left"),
        (Wish(repeat=1_000_000_000), "2,000,000,000 runs"),
    ],
)
def test_nothing_and_far_too_much_are_refused_at_once(tmp_path: Path, wish: Wish, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        planned([read(tmp_path)], wish)


def cut_off_in_a_call(workspace: Path) -> None:
    """Leave the first run that is over as a process that was killed would have left it."""
    with closing(sqlite3.connect(workspace)) as connection, connection:
        run, seq, hash = connection.execute(
            "SELECT events.run, events.seq, events.hash FROM runs JOIN events ON events.run = runs.id"
            " WHERE ended > 0 AND kind = 'call.started' ORDER BY runs.id LIMIT 1"
        ).fetchone()
        connection.execute("DELETE FROM events WHERE run = ? AND seq > ?", (run, seq))
        connection.execute(
            "UPDATE runs SET seq = ?, hash = ?, status = 'running', ended = 0, cost_usd = 0, tokens = 0 WHERE id = ?",
            (seq, hash, run),
        )


def batch(folder: Path, *words: str, room: int = 0) -> subprocess.CompletedProcess[str]:
    """A process of its own, whose files may grow to so many bytes: to whoever writes, a disk that is full."""

    def limit() -> None:
        if room:
            resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

    return subprocess.run(
        [sys.executable, "-m", "footlights", "batch", *words, "--workspace", str(folder / "workspace")],
        cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1"}, text=True, capture_output=True,
        preexec_fn=limit, check=False,
    )  # fmt: skip
