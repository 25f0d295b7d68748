"""Where the archive may lie and who may read it: modes, missing and forbidden places, other formats, network disks."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from app.events import StepFinished
from app.journal import Archive, Journal
from app.journal.connection import file_system, open_reader, open_writer, refuse_network
from app.journal.errors import JournalError, NoArchive
from app.journal.migrations import APPLICATION, VERSION
from app.settings import data_home
from corpus.journals import finish, is_whole

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that others could reach if its mode let them: those of pytest are closed to all but their owner."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)
        for path in (Path(folder), *Path(folder).rglob("*")):
            path.chmod(0o700)


@pytest.fixture
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


def modes_below(folder: Path) -> dict[str, int]:
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077], indirect=True)
@pytest.mark.usefixtures("umask")
async def test_only_its_owner_can_read_the_archive_whatever_the_umask(tmp_path: Path) -> None:
    with Journal.open() as journal:
        log = journal.begin("RUN")
        log.add(StepFinished())
        log.publish_partial("step#1", "Once upon")
        await log.durable()
        async with Archive.open() as archive:
            while not await archive.partials("RUN"):
                pass
            modes = modes_below(data_home())
        assert {name.removesuffix("-wal").removesuffix("-shm") for name in modes} == {
            "workspace.db", "workspace.db.lock", "workspace.db.live"
        }  # fmt: skip
        assert len(modes) == 7
        assert set(modes.values()) == {0o600}
        assert stat.S_IMODE(data_home().stat().st_mode) == 0o700


def test_a_home_or_an_archive_that_others_could_read_is_closed_to_them() -> None:
    Journal.open().close()
    data_home().chmod(0o755)
    (data_home() / "workspace.db").chmod(0o644)
    Journal.open().close()
    assert stat.S_IMODE(data_home().stat().st_mode) == 0o700
    assert set(modes_below(data_home()).values()) == {0o600}


def test_a_folder_that_somebody_chose_keeps_its_mode(folder: Path) -> None:
    Journal.open(folder / "workspace.db").close()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o755
    assert modes_below(folder)["workspace.db"] == 0o600


def test_folders_that_are_missing_are_made(tmp_path: Path) -> None:
    Journal.open(tmp_path / "a" / "b" / "plays.db").close()
    assert (tmp_path / "a" / "b" / "plays.db").exists()
    assert stat.S_IMODE((tmp_path / "a" / "b").stat().st_mode) == 0o700


def test_a_folder_stands_for_the_archive_in_it(tmp_path: Path) -> None:
    with Journal.open(tmp_path) as journal:
        assert journal.path == tmp_path / "workspace.db"


def test_a_name_with_every_kind_of_character_is_only_a_name(tmp_path: Path) -> None:
    path = tmp_path / "what? a#b%20c;d 'e' ☕.db"
    with Journal.open(path) as journal:
        journal.begin("RUN").add(StepFinished())
    assert is_whole(path, "RUN") == 1


@pytest.mark.parametrize(
    ("forbid", "says"),
    [
        (lambda folder: folder.chmod(0o555), "folder"),
        (lambda folder: (folder / "workspace.db").chmod(0o400), "workspace.db"),
        (lambda folder: (folder / "workspace.db.lock").chmod(0o000), "workspace.db"),
    ],
    ids=["folder", "database", "lock"],
)
def test_what_may_not_be_written_to_is_named_in_one_line(
    start: Start, folder: Path, forbid: Callable[[Path], None], says: str
) -> None:
    Journal.open(folder / "workspace.db").close()
    if os.getuid() == 0:  # then the process below gives up its rights, and the archive shall be its own
        for path in (folder, *folder.iterdir()):
            os.chown(path, 65534, 65534)
    forbid(folder)
    (answer,) = finish(start("open as somebody else", folder / "workspace.db"))
    assert answer.startswith("JournalError: ")
    assert str(folder) in answer
    assert says in answer


def test_an_archive_of_somebody_else_is_refused_in_one_line(start: Start, folder: Path) -> None:
    Journal.open(folder / "workspace.db").close()
    folder.chmod(0o500)
    (answer,) = finish(start("open as somebody else", folder / "workspace.db"))
    assert answer.startswith("JournalError: ")


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (
            lambda path: path.write_text("not a database at all, though long enough to look for a header" * 99),
            "not a database",
        ),
        (lambda path: path.mkdir() or (path / "workspace.db").mkdir(), "workspace.db"),
        (lambda path: path.symlink_to("/proc/version"), "plays.db"),
    ],
    ids=["text", "folder", "what the kernel tells"],
)
def test_what_is_no_database_is_refused_in_one_line(tmp_path: Path, make: Callable[[Path], object], says: str) -> None:
    make(tmp_path / "plays.db")
    with pytest.raises(JournalError, match=says) as refused:
        Journal.open(tmp_path / "plays.db")
    assert "\n" not in refused.value.message
    assert refused.value.hint


def test_what_is_no_file_is_refused_and_stays_open_to_everybody(tmp_path: Path) -> None:
    """As root, an archive in /dev/null would take that away from everybody else."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    pipe.chmod(0o666)
    (tmp_path / "link.db").symlink_to(pipe)
    for path in (pipe, tmp_path / "link.db"):
        with pytest.raises(JournalError, match="is no file"):
            Journal.open(path)
    assert stat.S_IMODE(pipe.stat().st_mode) == 0o666


def test_a_database_of_another_program_is_refused_and_not_changed(tmp_path: Path) -> None:
    path = tmp_path / "songs.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE songs (title TEXT)")
    before = path.read_bytes()
    for opens in (lambda: Journal.open(path), lambda: open_reader(path)):
        with pytest.raises(JournalError, match="not one of Footlights"):
            opens()
    assert path.read_bytes() == before


def test_a_newer_archive_is_refused_by_writers_and_readers(tmp_path: Path) -> None:
    path = tmp_path / "workspace.db"
    Journal.open(path).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    for opens in (lambda: Journal.open(path), lambda: open_reader(path)):
        with pytest.raises(JournalError, match=f"newer Footlights .format {VERSION + 1}") as refused:
            opens()
        assert "upgrade" in refused.value.hint


def test_an_archive_is_made_in_one_step_or_not_at_all(tmp_path: Path) -> None:
    """Whoever comes after a process that died while making it finds an empty file, and makes it."""
    path = tmp_path / "workspace.db"
    path.touch(0o600)
    with pytest.raises(NoArchive):
        open_reader(path)
    with closing(open_writer(path, fast=False)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (VERSION,)
        assert connection.execute("PRAGMA application_id").fetchone() == (APPLICATION,)


@pytest.mark.parametrize(("fast", "synchronous"), [(False, 2), (True, 1)])
def test_the_writer_asks_of_sqlite_what_it_should(tmp_path: Path, fast: bool, synchronous: int) -> None:
    settings = {
        "journal_mode": "wal",
        "synchronous": synchronous,
        "wal_autocheckpoint": 0,
        "busy_timeout": 5000,
        "foreign_keys": 1,
        "trusted_schema": 0,
        "mmap_size": 0,
        "temp_store": 2,
        "journal_size_limit": 64 * 2**20,
    }
    with closing(open_writer(tmp_path / "workspace.db", fast=fast)) as connection:
        found = {name: connection.execute(f"PRAGMA {name}").fetchone()[0] for name in settings}
    assert found == settings


async def test_a_workspace_in_which_nothing_was_performed_says_so(tmp_path: Path) -> None:
    with pytest.raises(NoArchive, match="no runs"):
        async with Archive.open(tmp_path / "workspace.db"):
            pass
    assert list(tmp_path.iterdir()) == []


async def test_an_archive_on_a_disk_that_cannot_be_written_to_can_be_read(start: Start, folder: Path) -> None:
    with Journal.open(folder / "workspace.db") as journal:
        journal.begin("RUN").add(StepFinished())
    (folder / "workspace.db").chmod(0o444)
    (folder / "workspace.db.lock").unlink()
    folder.chmod(0o555)
    assert finish(start("read as somebody else", folder / "workspace.db")) == ["1"]


MOUNTS = """\
/dev/vda1 / ext4 rw,relatime 0 0
server:/export /home/ada nfs4 rw 0 0
/dev/sdb1 /home/ada/local\\040disk xfs rw 0 0
tmpfs /home/adam tmpfs rw 0 0
me@host: /mnt/far fuse.sshfs rw 0 0
"""


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/", "ext4"),
        ("/home/ada", "nfs4"),
        ("/home/ada/plays/new", "nfs4"),
        ("/home/ada/local disk/plays", "xfs"),
        ("/home/adam/plays", "tmpfs"),
        ("/home/adamant", "ext4"),
        ("/mnt/far/plays", "fuse.sshfs"),
    ],
)
def test_the_file_system_of_a_folder_is_that_of_the_nearest_mount(folder: str, kind: str) -> None:
    assert file_system(Path(folder), MOUNTS) == kind


def test_a_network_disk_is_refused_with_the_way_out(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(MOUNTS)
    with pytest.raises(JournalError, match=r"network file system \(fuse.sshfs\)") as refused:
        refuse_network(Path("/mnt/far/workspace.db"), mounts)
    assert "FOOTLIGHTS_HOME" in refused.value.hint
    refuse_network(Path("/var/workspace.db"), mounts)
    refuse_network(Path("/mnt/far/workspace.db"), tmp_path / "no such list")
