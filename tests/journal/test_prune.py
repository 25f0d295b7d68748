"""Pruning: what is deleted leaves the file too, what is erased keeps its chain whole, and nothing else suffers."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from app.journal import Journal
from app.journal.chain import read_seals
from app.journal.connection import open_reader
from app.journal.errors import RunBusy, RunNotFound
from app.journal.prune import compact, delete_runs, erase_run, runs_over_before
from app.journal.search import catch_up, search
from app.journal.survey import survey
from app.journal.verify import Verified, verify_workspace
from corpus.logs import Teller, tell, told, write_runs

FIRST, SECOND = "01JEXAMPLE0000000000000001", "01JEXAMPLE0000000000000002"
SECRET = "the understudy knows"


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    write_runs(tmp_path / "workspace.db", 2)
    return tmp_path / "workspace.db"


def verified(workspace: Path) -> dict[str, Verified]:
    with closing(open_reader(workspace)) as connection:
        return {found.run: found for found in verify_workspace(connection, read_seals(workspace))}


def count(workspace: Path, table: str) -> int:
    with closing(open_reader(workspace)) as connection:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def tell_secret(workspace: Path, run: str) -> None:
    with Journal.open(workspace) as journal:
        teller = Teller(journal.begin(run))
        teller.start()
        teller.narrate(SECRET)
        teller.narrate(f"{SECRET} " * 200)
        teller.finish()
    with closing(sqlite3.connect(workspace)) as connection, connection:
        connection.execute(
            "INSERT INTO memory (agent, key, value, run, at) VALUES ('cto', 'who', ?, ?, 1)", (SECRET, run)
        )
        connection.execute("INSERT INTO memory_words (memory_words) VALUES ('rebuild')")
    catch_up(workspace)


def bytes_of(workspace: Path) -> bytes:
    return b"".join(path.read_bytes() for path in workspace.parent.iterdir() if path.name.startswith(workspace.name))


def test_a_deleted_run_is_gone_and_the_others_are_whole(workspace: Path) -> None:
    catch_up(workspace)
    removed = delete_runs(workspace, [FIRST])
    assert (removed.runs, removed.events) == ((FIRST,), len(told().events))
    assert {run: found.damage for run, found in verified(workspace).items()} == {SECOND: ""}
    assert {hit.run for hit in search(workspace, "sprint")} == {SECOND}


def test_nothing_is_left_of_the_last_run(workspace: Path) -> None:
    catch_up(workspace)
    delete_runs(workspace, [FIRST, SECOND])
    assert {
        table: count(workspace, table) for table in ("runs", "events", "blobs", "run_blobs", "words")
    } == dict.fromkeys(("runs", "events", "blobs", "run_blobs", "words"), 0)


def test_a_value_that_two_runs_share_stays_with_the_other(tmp_path: Path) -> None:
    workspace = tmp_path / "workspace.db"
    with Journal.open(workspace) as journal:
        tell(journal.begin("01JA"), seed=1)
        tell(journal.begin("01JB"), seed=1)
    before = count(workspace, "blobs")
    assert delete_runs(workspace, ["01JA"]).values == 0
    assert count(workspace, "blobs") == before
    assert verified(workspace)["01JB"].damage == ""


def test_a_run_that_is_performed_is_not_touched(workspace: Path) -> None:
    with Journal.open(workspace) as journal:
        log = journal.begin("01JGOING")
        Teller(log).start()
        journal.post("01JGOING", "direction", "pause", {})  # comes back once the run is written
        with pytest.raises(RunBusy, match="being performed by process"):
            delete_runs(workspace, ["01JGOING"])
        with pytest.raises(RunBusy, match="being performed by process"):
            erase_run(workspace, "01JGOING")
    assert verified(workspace)["01JGOING"].events == 1


def test_a_run_that_is_not_there_is_named(workspace: Path) -> None:
    with pytest.raises(RunNotFound, match="01JNONE"):
        delete_runs(workspace, ["01JNONE"])


def test_only_runs_that_were_over_by_then_are_old(workspace: Path) -> None:
    with Journal.open(workspace) as journal:
        Teller(journal.begin("01JLEFT")).start()
    with closing(sqlite3.connect(workspace)) as connection, connection:
        connection.execute("UPDATE runs SET ended = 2000 WHERE run = ?", (FIRST,))
    assert runs_over_before(workspace, 1000) == []
    assert runs_over_before(workspace, 3000) == [FIRST]
    assert runs_over_before(workspace, 2**62) == [FIRST, SECOND]


def test_an_erased_run_keeps_its_chain_and_its_seal(workspace: Path) -> None:
    erased = erase_run(workspace, FIRST)
    assert erased.values > 0
    found = verified(workspace)
    assert (found[FIRST].damage, found[FIRST].sealed) == ("", True)
    assert found[FIRST].erased > 20
    assert (found[SECOND].damage, found[SECOND].erased) == ("", 0)


def test_an_erased_run_breaks_no_invariant(workspace: Path) -> None:
    erase_run(workspace, FIRST)
    with closing(open_reader(workspace)) as connection:
        assert [each.breaches for each in survey(connection, read_seals(workspace)) if each.breaches] == []


def test_what_was_said_in_an_erased_run_is_nowhere_in_the_files(workspace: Path) -> None:
    tell_secret(workspace, "01JSECRET")
    assert SECRET.encode() in bytes_of(workspace)
    erase_run(workspace, "01JSECRET")
    compact(workspace)
    assert SECRET.encode() not in bytes_of(workspace)
    assert b"understudy" not in bytes_of(workspace)
    assert search(workspace, "understudy") == []


def test_an_erased_run_is_still_found_by_its_title(workspace: Path) -> None:
    catch_up(workspace)
    erase_run(workspace, FIRST)
    catch_up(workspace)
    assert {hit.run for hit in search(workspace, "small sprint")} == {FIRST, SECOND}
    assert {hit.run for hit in search(workspace, "once upon")} == {SECOND}


def test_what_was_said_in_a_deleted_run_is_nowhere_in_the_files(workspace: Path) -> None:
    tell_secret(workspace, "01JSECRET")
    delete_runs(workspace, ["01JSECRET"])
    with closing(sqlite3.connect(workspace)) as connection, connection:  # what agents learned in it is theirs to keep
        connection.execute("DELETE FROM memory")
        connection.execute("INSERT INTO memory_words (memory_words) VALUES ('rebuild')")
    compact(workspace)
    assert SECRET.encode() not in bytes_of(workspace)


def test_room_is_given_back(workspace: Path) -> None:
    write_runs(workspace.with_name("large.db"), 1, steps=300)
    large = workspace.with_name("large.db")
    size = large.stat().st_size
    delete_runs(large, [FIRST])
    assert compact(large) > size / 2
    assert large.stat().st_size < size / 2


def test_the_room_of_a_second_pruning_is_given_back_too(tmp_path: Path) -> None:
    workspace = tmp_path / "workspace.db"
    compact_after = []
    write_runs(workspace, 2, steps=200)
    for run in (FIRST, SECOND):
        delete_runs(workspace, [run])
        compact_after.append(compact(workspace))
    assert all(freed > 100_000 for freed in compact_after)


def test_a_writer_goes_on_beside_a_pruning(workspace: Path) -> None:
    with Journal.open(workspace) as journal:
        tell(journal.begin("01JBEFORE"))
        delete_runs(workspace, [FIRST])
        compact(workspace)
        tell(journal.begin("01JAFTER"))
    assert {run: found.damage for run, found in verified(workspace).items()} == dict.fromkeys(
        (SECOND, "01JBEFORE", "01JAFTER"), ""
    )
