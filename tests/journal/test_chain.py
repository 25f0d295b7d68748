"""The chain and the seal: whatever is changed in a run's log is found, at the first event that is not as it was."""

from __future__ import annotations

import shutil
import sqlite3
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from app.journal import Journal
from app.journal.chain import FIRST, Seal, link, read_seals, seal, seals_of, unseal
from app.journal.connection import open_reader
from app.journal.refs import ERASED
from app.journal.verify import Verified, verify_run, verify_workspace
from corpus.logs import tell, write_runs

EVENTS = 1000
RUN = "01JEXAMPLE0000000000000001"
Tamper = Callable[[sqlite3.Connection, int], None]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    workspace = tmp_path_factory.mktemp("sound") / "workspace.db"
    write_runs(workspace, 2, steps=240)
    return workspace


@pytest.fixture
def workspace(sound: Path, tmp_path: Path) -> Path:
    shutil.copyfile(sound, tmp_path / "workspace.db")
    shutil.copyfile(seals_of(sound), seals_of(tmp_path / "workspace.db"))
    return tmp_path / "workspace.db"


@pytest.fixture
def connection(workspace: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(workspace, isolation_level=None)) as opened:
        opened.execute("PRAGMA synchronous = OFF")
        yield opened


def look(connection: sqlite3.Connection, workspace: Path) -> Verified:
    return verify_run(connection, RUN, read_seals(workspace)[RUN])


def edit(connection: sqlite3.Connection, seq: int) -> None:
    connection.execute(
        'UPDATE events SET body = CAST(replace(body, \'"seq":\', \'"mono":7,"seq":\') AS BLOB)'
        " WHERE run = 1 AND seq = ?",
        (seq,),
    )


def insert(connection: sqlite3.Connection, seq: int) -> None:
    connection.execute("UPDATE events SET seq = -seq - 1 WHERE run = 1 AND seq >= ?", (seq,))
    connection.execute("UPDATE events SET seq = -seq WHERE run = 1 AND seq < 0")
    connection.execute(
        "INSERT INTO events (run, seq, at, kind, step, body, hash, text)"
        " SELECT 1, ?, at, kind, step, body, hash, text FROM events WHERE run = 2 AND seq = ?",
        (seq, seq),
    )


def delete(connection: sqlite3.Connection, seq: int) -> None:
    connection.execute("DELETE FROM events WHERE run = 1 AND seq = ?", (seq,))


def swap(connection: sqlite3.Connection, seq: int) -> None:
    other = seq - 1 or 2
    for before, after in ((seq, -1), (other, seq), (-1, other)):
        connection.execute("UPDATE events SET seq = ? WHERE run = 1 AND seq = ?", (after, before))


def truncate(connection: sqlite3.Connection, seq: int) -> None:
    """Cut the end off, and make the run's own record agree."""
    connection.execute("DELETE FROM events WHERE run = 1 AND seq >= ?", (seq,))
    connection.execute(
        "UPDATE runs SET seq = ? - 1, hash = coalesce((SELECT hash FROM events WHERE run = 1 AND seq = ? - 1), x'')"
        " WHERE id = 1",
        (seq, seq),
    )


def forge(connection: sqlite3.Connection, seq: int) -> None:
    """Change an event and compute all that follows anew, as whoever can write to the database could."""
    edit(connection, seq)
    rows = connection.execute("SELECT pos, body, hash FROM events WHERE run = 1 ORDER BY seq").fetchall()
    before = rows[seq - 2][2] if seq > 1 else FIRST
    for pos, body, _ in rows[seq - 1 :]:
        before = link(before, body)
        connection.execute("UPDATE events SET hash = ? WHERE pos = ?", (before, pos))
    connection.execute("UPDATE runs SET hash = ? WHERE id = 1", (before,))


def found_at(tamper: Tamper, seq: int, connection: sqlite3.Connection, workspace: Path) -> int:
    """Tamper with one event, say which was found damaged, and take it back."""
    connection.execute("BEGIN")
    tamper(connection, seq)
    found = look(connection, workspace)
    connection.execute("ROLLBACK")
    return found.seq


SAMPLE = (1, 2, 3, 500, 998, 999, EVENTS)


def expected(tamper: Tamper, seq: int, count: int) -> int:
    if tamper is swap:
        return max(1, seq - 1)
    return count if tamper is forge else seq


@pytest.mark.parametrize("tamper", [edit, insert, delete, swap, truncate, forge])
def test_whatever_is_done_to_an_event_is_found(tamper: Tamper, connection: sqlite3.Connection, workspace: Path) -> None:
    count = look(connection, workspace).events
    assert count >= EVENTS
    for seq in SAMPLE:
        assert found_at(tamper, seq, connection, workspace) == expected(tamper, seq, count)


@pytest.mark.soak
@pytest.mark.parametrize("tamper", [edit, insert, delete, swap, truncate, forge])
def test_whatever_is_done_to_any_of_a_thousand_events_is_found(
    tamper: Tamper, connection: sqlite3.Connection, workspace: Path
) -> None:
    count = look(connection, workspace).events
    for seq in range(1, EVENTS + 1):
        assert found_at(tamper, seq, connection, workspace) == expected(tamper, seq, count)


def test_a_sound_run_is_intact_and_sealed(connection: sqlite3.Connection, workspace: Path) -> None:
    found = look(connection, workspace)
    assert (found.damage, found.seq, found.erased, found.sealed) == ("", 0, 0, True)


def test_a_run_that_is_going_on_is_intact_without_a_seal(tmp_path: Path) -> None:
    with Journal.open(tmp_path / "workspace.db") as journal:
        tell(journal.begin("01JA"))
        seals_of(tmp_path / "workspace.db").unlink(missing_ok=True)
    with closing(open_reader(tmp_path / "workspace.db")) as connection:
        assert verify_run(connection, "01JA").damage == ""


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            "UPDATE events SET at = at + 1 WHERE run = 1 AND seq = 7",
            "the columns beside its body say something else: at",
        ),
        ("UPDATE events SET kind = 'remark' WHERE run = 1 AND seq = 7", "kind is 'remark', not"),
        ("UPDATE events SET step = 'elsewhere' WHERE run = 1 AND seq = 7", "step is 'elsewhere', not"),
        ("UPDATE events SET step = x'ff' WHERE run = 1 AND seq = 7", "step is"),
        ("UPDATE events SET step = CAST(x'ff' AS TEXT) WHERE run = 1 AND seq = 7", "cannot be read"),
        ("UPDATE events SET body = CAST(body AS TEXT) WHERE run = 1 AND seq = 7", "its body is not what was written"),
        ("UPDATE events SET hash = x'00' WHERE run = 1 AND seq = 7", "its hash does not follow"),
    ],
)
def test_what_stands_beside_an_event_is_compared_with_it(
    change: str, says: str, connection: sqlite3.Connection, workspace: Path
) -> None:
    connection.execute(change)
    found = look(connection, workspace)
    assert found.seq == 7
    assert says in found.damage


def test_a_short_value_that_was_changed_is_found(connection: sqlite3.Connection, workspace: Path) -> None:
    connection.execute(
        "UPDATE events SET text = CAST(replace(text, 'Once', 'Twice') AS BLOB) WHERE run = 1 AND seq = 2"
    )
    found = look(connection, workspace)
    assert found.seq == 2
    assert "is not what was written" in found.damage


@pytest.mark.parametrize("body", [zlib.compress(b'"something else"'), b"no zlib at all"])
def test_a_long_value_that_was_changed_is_found(body: bytes, connection: sqlite3.Connection, workspace: Path) -> None:
    connection.execute("UPDATE blobs SET body = ?, packed = 1", (body,))
    found = look(connection, workspace)
    assert found.seq == 1
    assert "is not what was written" in found.damage


@pytest.mark.parametrize("table", ["blobs", "run_blobs"])
def test_a_value_that_is_gone_is_found(table: str, connection: sqlite3.Connection, workspace: Path) -> None:
    connection.execute(f"DELETE FROM {table}")
    assert "which is missing" in look(connection, workspace).damage


def test_values_that_were_erased_are_counted_and_no_damage(connection: sqlite3.Connection, workspace: Path) -> None:
    connection.execute("UPDATE events SET text = ? WHERE run = 1 AND instr(body, ?)", (ERASED, b'{"ref":"'))
    connection.execute("DELETE FROM run_blobs WHERE run = 1")
    found = look(connection, workspace)
    assert found.damage == ""
    assert found.erased > 500


def test_a_run_whose_record_says_something_else_is_found(connection: sqlite3.Connection, workspace: Path) -> None:
    connection.execute("UPDATE runs SET seq = seq + 1 WHERE id = 1")
    assert "the run's own record counts" in look(connection, workspace).damage


def test_a_sealed_run_that_is_gone_is_missed_unless_it_was_deleted_on_purpose(
    connection: sqlite3.Connection, workspace: Path
) -> None:
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("DELETE FROM runs WHERE id = 1")
    found = [each.run for each in verify_workspace(connection, read_seals(workspace)) if each.damage]
    assert found == [RUN]
    unseal(workspace, [RUN])
    assert not any(each.damage for each in verify_workspace(connection, read_seals(workspace)))


def test_the_first_seal_of_a_run_counts(tmp_path: Path) -> None:
    workspace = tmp_path / "workspace.db"
    seal(workspace, [("01JA", b"\x01", 10)])
    seal(workspace, [("01JA", b"\x02", 9)])
    assert read_seals(workspace)["01JA"].count == 10
    assert seals_of(workspace).stat().st_mode & 0o777 == 0o600


def test_a_line_that_a_full_disk_cut_off_costs_no_other_seal(tmp_path: Path) -> None:
    workspace = tmp_path / "workspace.db"
    seal(workspace, [("01JA", b"\x01", 1)])
    with seals_of(workspace).open("ab") as file:
        file.write(b'{"run":"01JB","ha')
    seal(workspace, [("01JC", b"\x03", 3)])
    assert list(read_seals(workspace)) == ["01JA", "01JC"]


def test_a_seal_is_one_line_of_json(tmp_path: Path) -> None:
    seal(tmp_path / "workspace.db", [("01JA", b"\xab", 3)])
    line = seals_of(tmp_path / "workspace.db").read_bytes()
    assert msgspec.json.decode(line, type=Seal).hash == "ab"
    assert line.endswith(b"}\n")
