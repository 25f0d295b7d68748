"""Files of the project can be read, written and listed; nothing else can, by whatever way."""

from __future__ import annotations

import os
import socket
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from app.tools.base import Surroundings, ToolError
from app.tools.project import MAX_TEXT_BYTES, read_text, write_text
from tools.conftest import Failing, Using

CANARY = "canary-outside"


@pytest.fixture
def outside(surroundings: Surroundings) -> Path:
    """A folder beside the project with a file that must stay unread, and ways in the project that lead there."""
    folder = surroundings.root.parent / "outside"
    folder.mkdir()
    (folder / "secret.txt").write_text(CANARY, encoding="utf-8")
    root = surroundings.root
    (root / "inner").mkdir()
    (root / "plain.txt").write_text("inside", encoding="utf-8")
    (root / "link.txt").symlink_to(folder / "secret.txt")
    (root / "relative.txt").symlink_to("../outside/secret.txt")
    (root / "chain.txt").symlink_to("link.txt")
    (root / "inner" / "up").symlink_to("../..")
    (root / "folder").symlink_to(folder)
    (root / "root").symlink_to("/")
    (root / "loop").symlink_to("loop")
    (root / "null").symlink_to("/dev/null")
    (root / "process").symlink_to("/proc/self/environ")
    (root / ".env").write_text(CANARY, encoding="utf-8")
    (root / ".git").mkdir()
    (root / ".git" / "config").write_text(CANARY, encoding="utf-8")
    (root / "env").symlink_to(".env")
    return folder


LEADS_OUT = [
    "../outside/secret.txt", "./../outside/secret.txt", "inner/../../outside/secret.txt", "..", "../", "../..", "/",
    "//", "/etc/passwd", "//etc/passwd", "~/secret.txt", "~root/x", "\\etc\\passwd", "C:\\x", "C:x", "file:///etc/passwd",
    "https://a.example/x", "link.txt", "relative.txt", "chain.txt", "inner/up/outside/secret.txt", "folder/secret.txt",
    "folder/../../outside/secret.txt", "root/etc/passwd", "loop", "loop/x", "null", "process", ".env", ".git/config",
    "env", "inner/../.env", "./.env", ".git", ".", "./", "inner/..", "/proc/self/environ", "/dev/zero", "a/" * 60 + "x",
    "\x00", "plain.txt\x00", "x" * 400, "../" * 100 + "etc/passwd", "..\x2foutside", "....//outside",
]  # fmt: skip


@pytest.mark.parametrize("path", LEADS_OUT)
async def test_no_way_out_of_the_project_can_be_read(outside: Path, failing: Failing, path: str) -> None:
    raised = await failing("file.read", {"path": path})
    assert raised.error in ("refused", "bad_arguments", "not_found")
    assert CANARY not in raised.message + raised.hint


@pytest.mark.parametrize("path", LEADS_OUT)
async def test_no_way_out_of_the_project_can_be_written(outside: Path, failing: Failing, path: str) -> None:
    if path == "....//outside":
        path = "....//outside/x"  # a folder of four dots is hidden as well
    before = {file: file.read_bytes() for file in outside.parent.rglob("*") if file.is_file()}
    raised = await failing("file.write", {"path": path, "text": "overwritten"})
    assert raised.error in ("refused", "bad_arguments", "not_found")
    assert {file: file.read_bytes() for file in outside.parent.rglob("*") if file.is_file()} == before


@pytest.mark.parametrize("path", ["..", "../outside", "/", "folder", "inner/up", "root", "loop", ".git"])
async def test_no_folder_outside_is_listed(outside: Path, failing: Failing, path: str) -> None:
    error = (await failing("file.list", {"path": path})).error
    assert error == "refused" or (path == "loop" and error == "not_found")  # Python 3.13 follows no circle


def make_pipe(path: Path) -> None:
    os.mkfifo(path)


def make_socket(path: Path) -> None:
    listening = socket.socket(socket.AF_UNIX)
    folder = os.open(path.parent, os.O_RDONLY)
    listening.bind(f"/proc/self/fd/{folder}/{path.name}" if Path("/proc").is_dir() else str(path))  # names are short
    os.close(folder)
    listening.close()


def make_folder(path: Path) -> None:
    path.mkdir()


@pytest.mark.parametrize("make", [make_pipe, make_socket, make_folder])
async def test_what_is_no_regular_file_is_neither_read_nor_replaced(
    surroundings: Surroundings, failing: Failing, make: Callable[[Path], None]
) -> None:
    make(surroundings.root / "odd")
    kind = (surroundings.root / "odd").stat().st_mode
    assert (await failing("file.read", {"path": "odd"})).error in ("refused", "bad_arguments")
    assert (await failing("file.write", {"path": "odd", "text": "x"})).error in ("refused", "bad_arguments")
    assert (surroundings.root / "odd").stat().st_mode == kind


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(
    some.lists(
        some.sampled_from(
            [
                "..",
                ".",
                "inner",
                "up",
                "folder",
                "root",
                "etc",
                "secret.txt",
                "link.txt",
                "~",
                "",
                "outside",
                "plain.txt",
                ".env",
            ]
        ),
        max_size=7,
    ).map("/".join)
)
def test_no_mixture_of_names_reads_what_is_outside(outside: Path, surroundings: Surroundings, path: str) -> None:
    with suppress(ToolError):
        assert read_text(surroundings.root, path) == "inside"


async def test_a_link_that_stays_inside_is_followed(surroundings: Surroundings, using: Using) -> None:
    (surroundings.root / "real.txt").write_text("real", encoding="utf-8")
    (surroundings.root / "link.txt").symlink_to("real.txt")
    assert await using("file.read", {"path": "link.txt"}) == "real"
    await using("file.write", {"path": "link.txt", "text": "new"})
    assert (surroundings.root / "link.txt").is_symlink()
    assert (surroundings.root / "real.txt").read_text(encoding="utf-8") == "new"


async def test_a_file_is_read_without_its_mark_and_with_plain_line_ends(
    surroundings: Surroundings, using: Using
) -> None:
    (surroundings.root / "windows.txt").write_bytes(b"\xef\xbb\xbfa\r\nb\r\n")
    assert await using("file", {"path": "windows.txt"}) == "a\nb\n"


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"ok\n\xff", '"odd.txt", line 2: this is not UTF-8'), (b"\x00\x01", '"odd.txt" is not a text file'),
     (b"x" * (MAX_TEXT_BYTES + 1), '"odd.txt" is larger than 1,000,000 bytes')],
)  # fmt: skip
async def test_what_is_no_text_is_not_read(
    surroundings: Surroundings, failing: Failing, content: bytes, said: str
) -> None:
    (surroundings.root / "odd.txt").write_bytes(content)
    assert (await failing("file.read", {"path": "odd.txt"})).message == said


async def test_a_missing_file_is_named_with_its_neighbour(surroundings: Surroundings, failing: Failing) -> None:
    (surroundings.root / "notes").mkdir()
    (surroundings.root / "notes" / "summary.md").touch()
    raised = await failing("file.read", {"path": "notes/sumary.md"})
    assert (raised.error, raised.hint) == ("not_found", 'did you mean "notes/summary.md"?')


@pytest.mark.parametrize("tool", ["file.read", "file.list"])
async def test_where_a_project_is_not_at_all_that_is_said(
    surroundings: Surroundings, failing: Failing, tool: str
) -> None:
    surroundings.root.rmdir()
    raised = await failing(tool, {"path": "notes"})
    assert (raised.error, raised.message) == (
        "not_found", '"notes": the folder of the project is not on this machine',
    )  # fmt: skip
    assert "file: travels with the scenario" in raised.hint


async def test_a_file_is_written_with_the_folders_it_needs(surroundings: Surroundings, using: Using) -> None:
    got = await using("file.write", {"path": "a/b/c.md", "text": "Größe\n"})
    assert got == {"path": "a/b/c.md", "bytes": 8, "written": True}
    assert (surroundings.root / "a/b/c.md").read_text(encoding="utf-8") == "Größe\n"


async def test_a_file_that_is_replaced_keeps_who_may_read_it(surroundings: Surroundings, using: Using) -> None:
    script = surroundings.root / "run.sh"
    script.write_text("old", encoding="utf-8")
    script.chmod(0o750)
    await using("file.write", {"path": "run.sh", "text": "new"})
    assert stat.S_IMODE(script.stat().st_mode) == 0o750


async def test_writing_leaves_nothing_else_behind(surroundings: Surroundings, using: Using) -> None:
    for _ in range(3):
        await using("file.write", {"path": "a.txt", "text": "x"})
    assert [entry.name for entry in surroundings.root.iterdir()] == ["a.txt"]


def test_a_file_that_cannot_be_finished_leaves_the_old_one(
    surroundings: Surroundings, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_text(surroundings.root, "a.txt", "old")

    def fail(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(ToolError, match="no space left"):
        write_text(surroundings.root, "a.txt", "new")
    assert [(entry.name, entry.read_text(encoding="utf-8")) for entry in surroundings.root.iterdir()] == [
        ("a.txt", "old")
    ]


async def test_a_rehearsal_writes_into_the_outbox(surroundings: Surroundings, using: Using) -> None:
    got = await using("file.write", {"path": "notes/a.md", "text": "x"}, offline=True)
    assert got == {"path": "notes/a.md", "bytes": 1, "written": False}
    assert list(surroundings.root.iterdir()) == []
    written = surroundings.outbox / "files/notes/a.md"
    assert written.read_text(encoding="utf-8") == "x"
    assert [stat.S_IMODE(path.stat().st_mode) for path in (written, written.parent)] == [0o600, 0o700]


async def test_files_are_listed_in_order_without_what_is_hidden_or_linked(
    outside: Path, surroundings: Surroundings, using: Using
) -> None:
    (surroundings.root / "inner" / "b.md").write_text("12", encoding="utf-8")
    (surroundings.root / "inner" / "a.txt").touch()
    (surroundings.root / "z.md").touch()
    listed = await using("file.list", {})
    paths = [file["path"] for file in listed["files"]]
    assert (paths, listed["complete"]) == (["inner/a.txt", "inner/b.md", "plain.txt", "z.md"], True)
    assert await using("file.list", {"path": "inner", "pattern": "*.md"}) == {
        "files": [{"path": "inner/b.md", "bytes": 2}],
        "complete": True,
    }


async def test_a_long_list_says_that_it_is_not_complete(surroundings: Surroundings, using: Using) -> None:
    for number in range(1_001):
        (surroundings.root / f"{number:04}.txt").touch()
    listed = await using("file.list", {})
    assert (len(listed["files"]), listed["complete"]) == (1_000, False)
