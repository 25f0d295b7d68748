"""Salvage: whatever happens to the files, what can be read is written out, what cannot is named, nothing crashes."""

from __future__ import annotations

import asyncio
import json
import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from app.events import encode
from app.journal import Journal
from app.journal.chain import read_seals
from app.journal.connection import open_reader
from app.journal.errors import JournalError
from app.journal.prune import erase_run
from app.journal.rebuild import rebuild
from app.journal.salvage import Remains, Salvaged, find_remains, salvage
from app.journal.verify import verify_workspace
from corpus.logs import Notebook, tell, told, write_runs

RUNS, STEPS = 4, 20


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace whose write-ahead log still holds much, as a killed process leaves it."""
    folder = tmp_path_factory.mktemp("sound")
    write_runs(folder / "first.db", RUNS // 2, STEPS)
    with Journal.open(folder / "first.db") as journal:
        for seed in range(RUNS // 2, RUNS):
            log = journal.begin(f"01JLATER{seed}")
            tell(log, seed, STEPS)
            asyncio.run(log.durable())
        with closing(open_reader(folder / "first.db")) as reader:
            reader.execute("SELECT count(*) FROM runs").fetchone()
            for ending in ("", "-wal", ".seals.jsonl"):
                shutil.copyfile(folder / f"first.db{ending}", folder / f"workspace.db{ending}")
    return folder / "workspace.db"


@pytest.fixture
def workspace(sound: Path, tmp_path: Path) -> Path:
    for ending in ("", "-wal", ".seals.jsonl"):
        shutil.copyfile(sound.with_name(sound.name + ending), tmp_path / f"workspace.db{ending}")
    return tmp_path / "workspace.db"


def beside(workspace: Path, ending: str) -> Path:
    return workspace.with_name(workspace.name + ending)


def flip(path: Path, chance: random.Random, count: int) -> None:
    content = bytearray(path.read_bytes())
    for _ in range(count):
        place = chance.randrange(len(content))
        content[place] ^= 1 << chance.randrange(8)
    path.write_bytes(content)


def settle(workspace: Path) -> None:
    """Move the log into the database, as a last writer does."""
    with closing(sqlite3.connect(workspace)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def events_in(saved: list[Salvaged]) -> int:
    return sum(run.events for run in saved)


def rebuilt(remains: Remains, workspace: Path) -> dict[str, int]:
    target = workspace.with_name("rebuilt.db")
    kept = rebuild(remains, read_seals(workspace), target)
    with closing(open_reader(target)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        for found in verify_workspace(connection, read_seals(target)):
            assert "missing" in found.damage or found.damage == ""
    return kept


def test_a_sound_workspace_is_written_out_whole(workspace: Path, tmp_path: Path) -> None:
    saved, remains = salvage(workspace, tmp_path / "out")
    assert remains.problems == []
    assert all(run.whole for run in saved)
    log = told(seed=1, steps=STEPS)
    lines = [json.loads(line) for line in (tmp_path / "out" / saved[1].file).read_text().splitlines()]
    assert [line["kind"] for line in lines] == [json.loads(encode(event))["kind"] for event in log.events]
    finished = next(event for event in lines if event["kind"] == "call.finished")
    assert finished["text"] in log.values.values()


def test_the_original_is_only_read(workspace: Path, tmp_path: Path) -> None:
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    salvage(workspace, tmp_path / "out")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()} == before


def test_what_is_written_is_for_its_owner_alone(workspace: Path, tmp_path: Path) -> None:
    salvage(workspace, tmp_path / "out")
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "out").iterdir()} == {0o600}


def test_nothing_is_written_over(workspace: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    with pytest.raises(JournalError, match="is there already"):
        salvage(workspace, tmp_path / "out")


@pytest.mark.parametrize("page", range(2, 8))
def test_a_page_that_was_lost_costs_only_what_stood_on_it(workspace: Path, tmp_path: Path, page: int) -> None:
    settle(workspace)
    content = bytearray(workspace.read_bytes())
    content[(page - 1) * 4096 : page * 4096] = random.Random(page).randbytes(4096)
    workspace.write_bytes(content)
    saved, remains = salvage(workspace, tmp_path / "out")
    assert events_in(saved) >= RUNS * len(told(steps=STEPS).events) - 30
    rebuilt(remains, workspace)


def test_a_header_of_garbage_loses_nothing(workspace: Path, tmp_path: Path) -> None:
    settle(workspace)
    workspace.write_bytes(b"\xff" * 100 + workspace.read_bytes()[100:])
    saved, remains = salvage(workspace, tmp_path / "out")
    assert any("not a database" in problem for problem in remains.problems)
    assert [run.whole for run in saved] == [True] * RUNS
    assert sum(rebuilt(remains, workspace).values()) == RUNS * len(told(steps=STEPS).events)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.99])
def test_a_database_that_was_cut_off_gives_what_is_left(workspace: Path, tmp_path: Path, share: float) -> None:
    settle(workspace)
    content = workspace.read_bytes()
    workspace.write_bytes(content[: int(len(content) * share)])
    saved, remains = salvage(workspace, tmp_path / "out")
    assert remains.problems
    assert len(saved) == RUNS, "the seals still name every run"
    assert events_in(saved) > 0 or share < 0.5
    rebuilt(remains, workspace)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9])
def test_a_log_that_was_cut_off_is_named_by_the_seals(workspace: Path, tmp_path: Path, share: float) -> None:
    log = beside(workspace, "-wal")
    log.write_bytes(log.read_bytes()[: int(log.stat().st_size * share)])
    saved, remains = salvage(workspace, tmp_path / "out")
    assert any(run.lost for run in saved)
    rebuilt(remains, workspace)


def test_a_log_whose_beginning_is_damaged_is_searched_beyond_it(workspace: Path, tmp_path: Path) -> None:
    log = beside(workspace, "-wal")
    content = bytearray(log.read_bytes())
    content[32 + 24 + 2000] ^= 1
    log.write_bytes(content)
    saved, remains = salvage(workspace, tmp_path / "out")
    assert any("write-ahead log ends after" in problem for problem in remains.problems)
    assert events_in(saved) >= RUNS * len(told(steps=STEPS).events) - 30


@pytest.mark.parametrize("ending", ["-wal", "-shm"])
def test_a_file_that_was_deleted_is_no_obstacle(workspace: Path, tmp_path: Path, ending: str) -> None:
    beside(workspace, ending).unlink(missing_ok=True)
    saved, remains = salvage(workspace, tmp_path / "out")
    assert len(saved) == RUNS
    rebuilt(remains, workspace)


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\0", b"\0" * 8192, b"not a database at all" * 500])
def test_a_file_that_is_no_database_gives_nothing_and_says_so(workspace: Path, tmp_path: Path, content: bytes) -> None:
    workspace.write_bytes(content)
    beside(workspace, "-wal").unlink()
    saved, remains = salvage(workspace, tmp_path / "out")
    assert remains.problems
    assert {run.events for run in saved} == {0}


def test_an_altered_event_is_named_and_the_rest_kept(workspace: Path, tmp_path: Path) -> None:
    settle(workspace)
    with closing(sqlite3.connect(workspace)) as connection, connection:
        connection.execute("UPDATE events SET body = replace(body, 'finished', 'f1nished') WHERE run = 1 AND seq = 5")
        connection.execute("UPDATE events SET body = CAST('{' AS BLOB) WHERE run = 1 AND seq = 9")
        connection.execute("DELETE FROM events WHERE run = 1 AND seq BETWEEN 20 AND 24")
        connection.execute("DELETE FROM blobs")
    saved, remains = salvage(workspace, tmp_path / "out")
    assert saved[0].altered == (5, 9)
    assert saved[0].lost == ((20, 24),)
    assert saved[0].values_lost > 0
    assert rebuilt(remains, workspace)[saved[0].run] == 4
    assert '"damaged":"{"' in (tmp_path / "out" / saved[0].file).read_text()


def test_a_run_that_was_cut_can_be_resumed_in_the_rebuilt_workspace(workspace: Path, tmp_path: Path) -> None:
    settle(workspace)
    with closing(sqlite3.connect(workspace)) as connection, connection:
        connection.execute("DELETE FROM events WHERE run = 1 AND seq = 20")
    remains = find_remains(workspace, tmp_path)
    target = tmp_path / "rebuilt.db"
    run, kept = next(iter(rebuild(remains, read_seals(workspace), target).items()))
    assert kept == 19
    with Journal.open(target) as journal:
        assert journal.take_over(run).seq == 19


def test_what_was_erased_does_not_come_back(workspace: Path, tmp_path: Path) -> None:
    erase_run(workspace, "01JEXAMPLE0000000000000001")
    saved, remains = salvage(workspace, tmp_path / "out")
    assert (saved[0].values_lost, saved[0].whole) == (0, True)
    text = (tmp_path / "out" / saved[0].file).read_text()
    assert "Once upon a sprint" not in text
    rebuilt(remains, workspace)
    with closing(open_reader(tmp_path / "rebuilt.db")) as connection:
        found = next(verify_workspace(connection, {}))
    assert found.damage == ""
    assert found.erased > 0


def test_a_run_with_a_hostile_name_gets_a_harmless_file(tmp_path: Path) -> None:
    log = Notebook(run="../../etc/passwd")
    tell(log, steps=0)
    with Journal.open(tmp_path / "workspace.db") as journal:
        tell(journal.begin(log.run), steps=0)
    saved, _ = salvage(tmp_path / "workspace.db", tmp_path / "out")
    assert saved[0].file == "unnamed-1.jsonl"


def flipped_in_the_database(workspace: Path, chance: random.Random) -> None:
    settle(workspace)
    flip(workspace, chance, 100)


def flipped_in_a_few_places(workspace: Path, chance: random.Random) -> None:
    settle(workspace)
    flip(workspace, chance, 1 + chance.randrange(8))


def flipped_beside_the_log(workspace: Path, chance: random.Random) -> None:
    flip(workspace, chance, 50)
    flip(beside(workspace, "-wal"), chance, 50)


def shuffled(workspace: Path, chance: random.Random) -> None:
    settle(workspace)
    content = workspace.read_bytes()
    pages = [content[start : start + 4096] for start in range(0, len(content), 4096)]
    chance.shuffle(pages)
    workspace.write_bytes(b"".join(pages))


DAMAGES = [flipped_in_the_database, flipped_in_a_few_places, flipped_beside_the_log, shuffled]


def survives(damage: Callable[[Path, random.Random], None], seed: int, workspace: Path, tmp_path: Path) -> None:
    damage(workspace, random.Random(seed))
    saved, remains = salvage(workspace, tmp_path / "out")
    named = bool(remains.problems) or any(not run.whole for run in saved)
    rebuilt(remains, workspace)
    for run in saved:
        if run.file:
            lines = (tmp_path / "out" / run.file).read_bytes().splitlines()
            assert len([msgspec.json.decode(line) for line in lines]) == run.events
    assert named or damage is flipped_in_a_few_places, f"seed {seed}: the damage was not named"


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("seed", range(4))
def test_damage_never_crashes_it(
    damage: Callable[[Path, random.Random], None], seed: int, workspace: Path, tmp_path: Path
) -> None:
    survives(damage, seed, workspace, tmp_path)


@pytest.mark.soak
@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("seed", range(100, 200))
def test_a_hundred_times_of_each_damage_never_crash_it(
    damage: Callable[[Path, random.Random], None], seed: int, workspace: Path, tmp_path: Path
) -> None:
    survives(damage, seed, workspace, tmp_path)
