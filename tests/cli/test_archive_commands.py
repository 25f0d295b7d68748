"""verify, audit, salvage, backup and restore: what they say, how they end, and that nothing hostile gets through."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from app.journal import Journal
from app.journal.chain import seals_of
from corpus.commands import Outcome
from corpus.logs import Notebook, tell, write_runs

Perform = Callable[..., Outcome]
FIRST, SECOND = "01JEXAMPLE0000000000000001", "01JEXAMPLE0000000000000002"


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    write_runs(tmp_path / "workspace.db", 2)
    return tmp_path / "workspace.db"


def damage(workspace: Path, sql: str) -> None:
    with closing(sqlite3.connect(workspace)) as connection, connection:
        connection.execute(sql)


def test_sound_runs_are_verified(workspace: Path, perform: Perform) -> None:
    shown = perform("verify", "--workspace", str(workspace))
    assert shown.code == 0
    assert shown.out == f"✓ {FIRST}  71 events, sealed\n✓ {SECOND}  71 events, sealed\n"
    assert shown.err == "2 runs, none of them damaged\n"


def test_a_run_that_ended_without_a_seal_is_a_warning(workspace: Path, perform: Perform) -> None:
    seals_of(workspace).unlink()
    shown = perform("verify", "--workspace", str(workspace))
    assert shown.code == 0
    assert shown.out == f"! {FIRST}  71 events, not sealed\n! {SECOND}  71 events, not sealed\n"
    assert "warning: 2 runs ended without a seal" in shown.err


def test_what_is_salvaged_of_a_sound_backup_is_whole(workspace: Path, tmp_path: Path, perform: Perform) -> None:
    assert perform("backup", str(tmp_path / "copy.db"), "--workspace", str(workspace)).code == 0
    shown = perform("salvage", str(tmp_path / "saved"), "--workspace", str(tmp_path / "copy.db"))
    assert shown.code == 0
    assert "damage" not in shown.out


def test_a_damaged_event_is_named(workspace: Path, perform: Perform) -> None:
    damage(workspace, "DELETE FROM events WHERE run = 1 AND seq = 7")
    shown = perform("verify", FIRST, "--workspace", str(workspace))
    assert shown.code == 1
    assert shown.out == f"✗ {FIRST}  event 7 is missing; event 8 comes next\n"


def test_verify_answers_programs(workspace: Path, perform: Perform) -> None:
    damage(workspace, "UPDATE events SET at = 1 WHERE run = 2 AND seq = 3")
    shown = perform("verify", "--json", "--workspace", str(workspace))
    assert [(run["run"], run["seq"]) for run in json.loads(shown.out)] == [(FIRST, 0), (SECOND, 3)]
    assert shown.code == 1


def test_sound_runs_break_no_invariant(workspace: Path, perform: Perform) -> None:
    shown = perform("audit", "--workspace", str(workspace))
    assert shown == Outcome(0, "✓ 2 runs, 142 events: every invariant holds\n", "")


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("UPDATE runs SET status = 'failed' WHERE id = 1", "status is 'failed', but the events come to 'succeeded'"),
        ("UPDATE runs SET cost_usd = 0 WHERE id = 1", "cost_usd is 0.0, but the events come to"),
        ("UPDATE runs SET indexed = 900 WHERE id = 1", "search claims to know 900 events"),
        ("DELETE FROM events WHERE run = 1 AND seq = 71", "the run's own record counts 71 events"),
        ("DELETE FROM events WHERE run = 1 AND seq = 7", "comes after event 6"),
        ("DELETE FROM run_blobs", "blobs belong to no run"),
        ("INSERT INTO run_blobs VALUES (1, 999)", "run_blobs belongs to none of blobs"),
        ("UPDATE events SET body = x'00' WHERE run = 1 AND seq = 7", "its hash does not follow"),
    ],
)
def test_an_invariant_that_does_not_hold_is_named(sql: str, says: str, workspace: Path, perform: Perform) -> None:
    damage(workspace, sql)
    shown = perform("audit", "--workspace", str(workspace))
    assert shown.code == 1
    assert says in shown.out


def test_one_run_is_audited(workspace: Path, perform: Perform) -> None:
    damage(workspace, "UPDATE runs SET status = 'failed' WHERE id = 1")
    assert perform("audit", SECOND, "--workspace", str(workspace)).code == 0
    found = json.loads(perform("audit", FIRST, "--json", "--workspace", str(workspace)).out)
    assert [breach["rule"] for breach in found[0]["breaches"]] == ["its_record_is_true"]


def test_what_is_sound_is_salvaged_whole(workspace: Path, tmp_path: Path, perform: Perform) -> None:
    shown = perform("salvage", str(tmp_path / "out"), "--workspace", str(workspace))
    assert shown.code == 0
    assert shown.out == f"✓ {FIRST}  71 events, whole\n✓ {SECOND}  71 events, whole\n"


def test_what_is_lost_is_named(workspace: Path, tmp_path: Path, perform: Perform) -> None:
    damage(workspace, "DELETE FROM events WHERE run = 1 AND seq BETWEEN 7 AND 9")
    target = tmp_path / "new.db"
    shown = perform("salvage", str(tmp_path / "out"), "--into", str(target), "--workspace", str(workspace))
    assert shown.code == 1
    assert f"✗ {FIRST}  68 events; lost: 7 to 9" in shown.out
    verified = perform("verify", "--workspace", str(target))
    assert verified.out == f"✓ {FIRST}  6 events, not sealed\n✓ {SECOND}  71 events, sealed\n"


def test_a_file_of_garbage_is_no_bug_to_any_of_them(workspace: Path, tmp_path: Path, perform: Perform) -> None:
    workspace.write_bytes(b"garbage " * 4096)
    for words in (("verify",), ("audit",), ("backup", str(tmp_path / "b.db")), ("restore", str(workspace))):
        shown = perform(*words, "--workspace", str(workspace))
        assert shown.code == 1, words
        assert "bug" not in shown.err
        assert shown.err.startswith("error: ")
    shown = perform("salvage", str(tmp_path / "out"), "--json", "--workspace", str(workspace))
    assert json.loads(shown.out)["whole"] is False


def test_there_is_nothing_to_say_of_no_workspace(tmp_path: Path, perform: Perform) -> None:
    for words in (("verify",), ("audit",), ("salvage", str(tmp_path / "out")), ("backup", str(tmp_path / "b.db"))):
        shown = perform(*words, "--workspace", str(tmp_path / "none.db"))
        assert shown.code == 1
        assert "there are no runs in" in shown.err


def test_a_backup_is_made_and_restored(workspace: Path, tmp_path: Path, perform: Perform) -> None:
    shown = perform("backup", str(tmp_path / "b.db"), "--workspace", str(workspace))
    assert shown == Outcome(0, f"✓ {tmp_path / 'b.db'}: 2 runs, 142 events, verified\n", "")
    shown = perform("restore", str(tmp_path / "b.db"), "--json", "--workspace", str(workspace))
    assert shown.code == 0
    assert Path(json.loads(shown.out)["aside"]).exists()
    assert perform("verify", "--workspace", str(workspace)).code == 0


def test_a_backup_into_a_folder_is_named_after_the_time(workspace: Path, tmp_path: Path, perform: Perform) -> None:
    (tmp_path / "backups").mkdir()
    shown = perform("backup", str(tmp_path / "backups"), "--json", "--workspace", str(workspace))
    assert Path(json.loads(shown.out)["path"]).parent == tmp_path / "backups"


def test_a_workspace_in_use_is_not_restored(workspace: Path, tmp_path: Path, perform: Perform) -> None:
    perform("backup", str(tmp_path / "b.db"), "--workspace", str(workspace))
    with Journal.open(workspace):
        shown = perform("restore", str(tmp_path / "b.db"), "--workspace", str(workspace))
    assert shown.code == 1
    assert "is in use" in shown.err


def test_no_name_of_a_run_drives_the_terminal(tmp_path: Path, perform: Perform) -> None:
    workspace = tmp_path / "workspace.db"
    hostile = Notebook(run="01J\x1b]0;owned\x07\x9b31m\u202e")
    with Journal.open(workspace) as journal:
        tell(journal.begin(hostile.run))
    damage(workspace, "UPDATE events SET step = char(27) || '[2J' WHERE seq = 3")
    for words in (("verify",), ("audit",), ("salvage", str(tmp_path / "out")), ("backup", str(tmp_path / "b.db"))):
        shown = perform(*words, "--workspace", str(workspace))
        assert not any(character in shown.out + shown.err for character in "\x1b\x07\x9b\u202e"), words
