"""A damaged archive is told as such by every command that reads it, with what to do next; never as a bug of ours."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from app.journal.chain import link, seals_of
from corpus.commands import Outcome
from corpus.logs import write_runs

Perform = Callable[..., Outcome]
FIRST, SECOND = "01JEXAMPLE0000000000000001", "01JEXAMPLE0000000000000002"
READERS = (
    ("runs",), ("show", "last"), ("tail", "last"), ("verify",), ("verify", FIRST), ("audit",), ("inbox",),
    ("runs", "search", "step"),
)  # fmt: skip
PAGE = 4096


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    workspace = tmp_path_factory.mktemp("sound") / "workspace.db"
    write_runs(workspace, 2, steps=60)
    return workspace


@pytest.fixture
def workspace(sound: Path, tmp_path: Path) -> Path:
    shutil.copyfile(seals_of(sound), seals_of(tmp_path / "workspace.db"))
    shutil.copyfile(sound, tmp_path / "workspace.db")
    return tmp_path / "workspace.db"


def hurt(workspace: Path, chance: random.Random) -> None:
    """Flip bits, lose a page, or cut the file off."""
    body = bytearray(workspace.read_bytes())
    match chance.choice(("flip", "flip", "lose", "cut")):
        case "flip":
            for _ in range(chance.choice((1, 3, 20))):
                body[chance.randrange(PAGE, len(body))] ^= 1 << chance.randrange(8)
        case "lose":
            page = chance.randrange(1, len(body) // PAGE) * PAGE
            body[page : page + PAGE] = bytes(PAGE)
        case _:
            del body[chance.randrange(PAGE, len(body)) :]
    workspace.write_bytes(body)


def change(workspace: Path, sql: str, *values: object) -> None:
    with closing(sqlite3.connect(workspace)) as connection, connection:
        connection.execute(sql, values)


@pytest.mark.parametrize("seed", range(12))
def test_no_reader_takes_damage_for_a_bug(seed: int, workspace: Path, perform: Perform) -> None:
    hurt(workspace, random.Random(seed))
    damaged = workspace.read_bytes()
    for words in READERS:
        workspace.write_bytes(damaged)  # searching writes
        shown = perform(*words, "--workspace", str(workspace))
        assert "bug in Footlights" not in shown.err, (words, shown.err)
        assert shown.code in (0, 1, 2), (words, shown)


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("UPDATE events SET body = x'ff' WHERE run = 2 AND seq = 3", ("show", "last")),
        ("UPDATE events SET body = x'ff' WHERE run = 2 AND seq = 3", ("tail", "last")),
        ("UPDATE events SET body = x'ff' WHERE run = 2 AND seq = 3", ("runs", "search", "step")),
        ("UPDATE blobs SET body = x'ff'", ("show", "last")),
        ("UPDATE blobs SET body = x'ff'", ("fork", "last", "--at", "1", "--quiet")),
        ("UPDATE events SET text = x'ff' WHERE run = 2 AND text IS NOT NULL", ("show", "last")),
        ("UPDATE events SET text = x'ff' WHERE run = 2 AND text IS NOT NULL", ("fork", "last", "--at", "1")),
        ("UPDATE runs SET started = x'ff' WHERE id = 2", ("runs",)),
        ("UPDATE runs SET holder = x'ff' WHERE id = 2", ("show", "last")),
    ],
)
def test_what_is_damaged_is_said_with_what_to_do(
    sql: str, words: tuple[str, ...], workspace: Path, perform: Perform
) -> None:
    change(workspace, sql)
    shown = perform(*words, "--workspace", str(workspace))
    assert shown.code == 1
    assert f"{workspace} is damaged: " in shown.err
    assert "`footlights salvage FOLDER`" in shown.err


@pytest.mark.parametrize("sql", ["UPDATE runs SET seq = 'many'", "UPDATE runs SET hash = 'x'"])
def test_a_record_that_is_damaged_is_named_and_the_other_runs_are_verified(
    sql: str, workspace: Path, perform: Perform
) -> None:
    change(workspace, f"{sql} WHERE id = 1")
    shown = perform("verify", "--workspace", str(workspace))
    assert shown.code == 1
    assert f"✗ {FIRST}  event 1 cannot be found, the run's own record is damaged" in shown.out
    assert f"✓ {SECOND}" in shown.out


def test_a_word_of_a_newer_version_in_one_run_leaves_the_others_verified(workspace: Path, perform: Perform) -> None:
    with closing(sqlite3.connect(workspace)) as connection, connection:
        found = connection.execute("SELECT seq, body FROM events WHERE run = 1 ORDER BY seq DESC LIMIT 1").fetchone()
        body = found[1].replace(b'"succeeded"', b'"applauded"')
        (before,) = connection.execute("SELECT hash FROM events WHERE run = 1 AND seq = ?", (found[0] - 1,)).fetchone()
        connection.execute("UPDATE events SET body = ?, hash = ? WHERE body = ?", (body, link(before, body), found[1]))
    for command in ("verify", "audit"):
        shown = perform(command, "--workspace", str(workspace))
        assert shown.code == 1
        assert "its body is no event that this version knows: Invalid enum value 'applauded'" in shown.out
    assert perform("verify", SECOND, "--workspace", str(workspace)).code == 0
    assert perform("audit", SECOND, "--workspace", str(workspace)).code == 0
