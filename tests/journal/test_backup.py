"""Backup and restore: a verified copy while others write, and a workspace that nothing replaces while it is in use."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

from app.errors import FootlightsError
from app.journal import Journal
from app.journal.backup import InUse, back_up, restore
from app.journal.chain import read_seals, seals_of
from app.journal.connection import open_reader
from app.journal.errors import JournalError, NoArchive
from app.journal.verify import verify_workspace
from corpus.commands import ROOT
from corpus.logs import Teller, tell, told, write_runs

WRITER = """
import sys
from pathlib import Path
from app.journal import Journal
from corpus.logs import tell

with Journal.open(Path(sys.argv[1])) as journal:
    print("ready", flush=True)
    for number in range(int(sys.argv[2])):
        tell(journal.begin(f"01JBESIDE{number}"), number)
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    write_runs(tmp_path / "workspace.db", 3)
    return tmp_path / "workspace.db"


def runs_in(workspace: Path) -> dict[str, int]:
    """The runs of a workspace, all verified, with their numbers of events."""
    with closing(open_reader(workspace)) as connection:
        found = list(verify_workspace(connection, read_seals(workspace)))
    assert [run for run in found if run.damage] == []
    return {run.run: run.events for run in found}


def start_writer(workspace: Path, runs: int) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "tests")))}
    command = [sys.executable, "-c", WRITER, str(workspace), str(runs)]
    writer = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    assert writer.stdout.readline() == "ready\n"
    return writer


def test_a_backup_is_the_workspace_as_it_was(workspace: Path, tmp_path: Path) -> None:
    copied = back_up(workspace, tmp_path / "backup.db")
    assert runs_in(tmp_path / "backup.db") == runs_in(workspace)
    assert (copied.runs, copied.damaged) == (3, ())
    assert copied.events == sum(runs_in(workspace).values())
    assert read_seals(tmp_path / "backup.db") == read_seals(workspace)


def test_a_backup_is_for_its_owner_alone(workspace: Path, tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        back_up(workspace, tmp_path / "backup.db")
    finally:
        os.umask(before)
    for path in (tmp_path / "backup.db", seals_of(tmp_path / "backup.db")):
        assert path.stat().st_mode & 0o777 == 0o600


def test_backups_beside_a_writing_process_are_each_a_moment_of_it(workspace: Path, tmp_path: Path) -> None:
    with start_writer(workspace, 60) as writer:
        number = 0
        while writer.poll() is None or number < 2:
            number += 1
            copied = back_up(workspace, tmp_path / f"backup{number}.db")
            assert copied.damaged == ()
        assert writer.returncode == 0
    counts = [len(runs_in(tmp_path / f"backup{each}.db")) for each in range(1, number + 1)]
    assert counts == sorted(counts)
    assert back_up(workspace, tmp_path / "last.db").runs == 63


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(20))
def test_a_backup_beside_a_writer_is_restored_whole(seed: int, workspace: Path, tmp_path: Path) -> None:
    with start_writer(workspace, 100) as writer:
        threading.Event().wait(random.Random(seed).random() / 4)
        back_up(workspace, tmp_path / "backup.db")
        assert writer.wait() == 0
    before = runs_in(tmp_path / "backup.db")
    restore(tmp_path / "backup.db", workspace)
    assert runs_in(workspace) == before


def test_a_backup_replaces_nothing(workspace: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(JournalError, match="there is a file"):
        back_up(workspace, tmp_path / "mine.txt")
    assert (tmp_path / "mine.txt").read_text() == "mine"


def test_there_is_no_backup_of_nothing(tmp_path: Path) -> None:
    with pytest.raises(NoArchive):
        back_up(tmp_path / "none.db", tmp_path / "backup.db")


def test_a_backup_into_no_folder_is_refused(workspace: Path, tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="there is no folder"):
        back_up(workspace, tmp_path / "none" / "backup.db")


def test_a_backup_of_a_damaged_run_is_made_and_says_so(workspace: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(workspace)) as connection, connection:
        connection.execute("DELETE FROM events WHERE run = 2 AND seq = 7")
    copied = back_up(workspace, tmp_path / "backup.db")
    assert [(run.run, run.seq) for run in copied.damaged] == [("01JEXAMPLE0000000000000002", 7)]


def test_a_backup_that_sqlite_cannot_make_leaves_nothing_behind(workspace: Path, tmp_path: Path) -> None:
    content = bytearray(workspace.read_bytes())
    content[4096 * 3 :] = random.Random(1).randbytes(len(content) - 4096 * 3)
    workspace.write_bytes(content)
    with pytest.raises(FootlightsError, match="damaged"):
        back_up(workspace, tmp_path / "backup.db")
    assert not [path for path in tmp_path.iterdir() if path.name.startswith("backup")]


def test_what_a_killed_backup_left_behind_is_no_obstacle(workspace: Path, tmp_path: Path) -> None:
    (tmp_path / "backup.db.unfinished").write_bytes(b"half")
    back_up(workspace, tmp_path / "backup.db")
    assert not (tmp_path / "backup.db.unfinished").exists()


def test_a_restored_workspace_is_the_backup_and_the_old_one_is_kept(workspace: Path, tmp_path: Path) -> None:
    back_up(workspace, tmp_path / "backup.db")
    before = runs_in(workspace)
    with Journal.open(workspace) as journal:
        tell(journal.begin("01JLATER"))
    aside = restore(tmp_path / "backup.db", workspace)
    assert runs_in(workspace) == before
    assert aside is not None
    assert runs_in(aside) == before | {"01JLATER": len(told().events)}
    assert workspace.stat().st_mode & 0o777 == 0o600


def test_a_restored_workspace_is_written_to_like_any_other(workspace: Path, tmp_path: Path) -> None:
    back_up(workspace, tmp_path / "backup.db")
    restore(tmp_path / "backup.db", workspace)
    with Journal.open(workspace) as journal:
        tell(journal.begin("01JLATER"))
    assert len(runs_in(workspace)) == 4


def test_a_run_that_was_going_on_can_be_resumed_from_a_backup(workspace: Path, tmp_path: Path) -> None:
    with Journal.open(workspace) as journal:
        Teller(journal.begin("01JGOING")).start()
    back_up(workspace, tmp_path / "backup.db")
    with Journal.open(workspace) as journal:
        tell(journal.begin("01JLATER"))
    restore(tmp_path / "backup.db", workspace)
    with Journal.open(workspace) as journal:
        assert journal.take_over("01JGOING").seq == 1


def test_a_workspace_is_restored_where_there_was_none(workspace: Path, tmp_path: Path) -> None:
    back_up(workspace, tmp_path / "backup.db")
    assert restore(tmp_path / "backup.db", tmp_path / "new" / "workspace.db") is None
    assert runs_in(tmp_path / "new" / "workspace.db") == runs_in(workspace)
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700


def test_a_workspace_in_use_is_not_replaced(workspace: Path, tmp_path: Path) -> None:
    back_up(workspace, tmp_path / "backup.db")
    before = runs_in(workspace)
    with Journal.open(workspace), pytest.raises(InUse, match="in use"):
        restore(tmp_path / "backup.db", workspace)
    assert runs_in(workspace) == before


def test_a_workspace_that_another_process_writes_to_is_not_replaced(workspace: Path, tmp_path: Path) -> None:
    back_up(workspace, tmp_path / "backup.db")
    with start_writer(workspace, 1_000_000) as writer:
        while "01JBESIDE0" not in runs_in(workspace):  # it is ready before it has written anything
            assert writer.poll() is None
        with pytest.raises(InUse):
            restore(tmp_path / "backup.db", workspace)
        writer.kill()
    assert "01JBESIDE0" in runs_in(workspace)


def test_a_damaged_workspace_is_replaced_and_kept(workspace: Path, tmp_path: Path) -> None:
    back_up(workspace, tmp_path / "backup.db")
    before = runs_in(workspace)
    workspace.write_bytes(b"not a database" * 1000)
    aside = restore(tmp_path / "backup.db", workspace)
    assert aside is not None
    assert aside.read_bytes().startswith(b"not a database")
    assert runs_in(workspace) == before


@pytest.mark.parametrize("damage", ["DELETE FROM events WHERE run = 2 AND seq = 7", "DELETE FROM blobs"])
def test_a_damaged_backup_replaces_nothing(damage: str, workspace: Path, tmp_path: Path) -> None:
    back_up(workspace, tmp_path / "backup.db")
    with closing(sqlite3.connect(tmp_path / "backup.db")) as connection, connection:
        connection.execute(damage)
    before = runs_in(workspace)
    with pytest.raises(JournalError, match="damaged"):
        restore(tmp_path / "backup.db", workspace)
    assert runs_in(workspace) == before
    assert not (tmp_path / "workspace.db.unfinished").exists()


def test_a_file_that_is_no_backup_is_refused(workspace: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("notes " * 1000)
    with closing(sqlite3.connect(tmp_path / "other.db")) as connection, connection:
        connection.execute("CREATE TABLE recipes (name)")
    for name in ("notes.txt", "other.db", "none.db"):
        with pytest.raises(FootlightsError):
            restore(tmp_path / name, workspace)
    assert len(runs_in(workspace)) == 3


def test_a_backup_of_a_newer_footlights_is_refused(workspace: Path, tmp_path: Path) -> None:
    back_up(workspace, tmp_path / "backup.db")
    with closing(sqlite3.connect(tmp_path / "backup.db")) as connection:
        connection.execute("PRAGMA user_version = 999")
    with pytest.raises(JournalError, match="newer Footlights"):
        restore(tmp_path / "backup.db", workspace)


def test_the_copy_of_a_backup_is_a_backup(workspace: Path, tmp_path: Path) -> None:
    back_up(workspace, tmp_path / "backup.db")
    shutil.copyfile(tmp_path / "backup.db", tmp_path / "without-seals.db")
    restore(tmp_path / "without-seals.db", workspace)
    assert len(runs_in(workspace)) == 3
