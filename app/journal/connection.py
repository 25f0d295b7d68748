"""Opens the database: where it may lie, who may read it, and how SQLite shall treat it."""

from __future__ import annotations

import os
import re
import sqlite3
import stat
from contextlib import suppress
from pathlib import Path

from app.journal.errors import JournalError, NoArchive, failure_of
from app.journal.migrations import migrate, version_of
from app.settings import data_home

BUSY_MS = 5000
MOUNTS = Path("/proc/self/mounts")
_STATEMENTS = 128  # how many prepared statements a connection keeps

_SETTINGS = (
    f"PRAGMA busy_timeout = {BUSY_MS}",
    "PRAGMA foreign_keys = ON",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA mmap_size = 0",
    "PRAGMA wal_autocheckpoint = 0",  # the writer checkpoints, under the lock
    "PRAGMA journal_size_limit = 67108864",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA fullfsync = ON",  # macOS: a flush that reaches the disk
)
# Where the memory that SQLite's processes share is not shared, or locks are only advice.
_NETWORK = frozenset(
    {"nfs", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "9p", "afs", "afpfs", "ncpfs", "webdav", "davfs", "ceph"}
    | {"glusterfs", "lustre", "gfs2", "ocfs2", "fuse.sshfs", "fuse.davfs2", "fuse.glusterfs", "fuse.ceph"}
    | {"fuse.s3fs", "fuse.rclone", "fuse.gcsfuse"}
)


def locate(workspace: Path | None) -> Path:
    """Return the database of a workspace: the file that was named, or the usual one in the folder that was."""
    place = data_home() if workspace is None else workspace.expanduser().absolute()
    return place / "workspace.db" if workspace is None or os.path.isdir(place) else place  # noqa: PTH112 - may be forbidden


def prepare(path: Path) -> None:
    """Make the folder, for its owner alone, and refuse a place where the database would not be safe."""
    try:
        _make_folder(path.parent)
    except OSError as error:
        raise JournalError(
            f"the folder {path.parent} cannot be made or made private: {error.strerror}", _ELSEWHERE
        ) from error
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise JournalError(f"the folder {path.parent} cannot be written to", _ELSEWHERE)
    refuse_network(path)


def refuse_network(path: Path, mounts: Path = MOUNTS) -> None:
    """Refuse a file that several machines may reach: SQLite's write-ahead log needs memory that is shared."""
    with suppress(OSError):
        kind = file_system(path.parent.resolve(), mounts.read_text(encoding="utf-8", errors="surrogateescape"))
        if kind in _NETWORK:
            raise JournalError(
                f"{path} lies on a network file system ({kind}), where SQLite cannot keep a log safe", _ELSEWHERE
            )


def file_system(folder: Path, mounts: str) -> str:
    """Return the kind of file system that a folder lies on, given the list of mounts."""
    kinds: dict[Path, str] = {}
    for line in mounts.splitlines():
        _, point, kind, *_ = line.split(" ")
        kinds[Path(re.sub(r"\\(\d{3})", lambda space: chr(int(space[1], 8)), point))] = kind
    return next((kinds[place] for place in (folder, *folder.parents) if place in kinds), "")


def open_writer(path: Path, *, fast: bool) -> sqlite3.Connection:
    """Open the one connection of this process that may write, on a database that is made or migrated when needed."""
    try:
        _make_private(path)
        if not os.access(path, os.R_OK | os.W_OK):  # SQLite would content itself with reading
            raise JournalError(f"{path} cannot be written to", _ELSEWHERE)
        connection = _connect(f"{path.as_uri()}?mode=rw")
    except OSError as error:
        raise JournalError(f"cannot open {path}: {error.strerror}", _ELSEWHERE) from error
    except sqlite3.Error as error:
        raise _unusable(path, error) from error
    try:
        _settle(connection, path, "NORMAL" if fast else "FULL")
    except BaseException:
        connection.close()
        raise
    return connection


def open_reader(path: Path) -> sqlite3.Connection:
    """Open a connection that cannot write."""
    try:
        if not path.exists():
            raise no_archive(path)
        connection = _connect(f"{path.as_uri()}?mode=ro{'&immutable=1' if _lies_still(path) else ''}")
    except OSError as error:
        raise JournalError(f"cannot open {path}: {error.strerror}", _ELSEWHERE) from error
    except sqlite3.Error as error:
        raise _unusable(path, error) from error
    try:
        for setting in (*_SETTINGS, "PRAGMA query_only = ON"):
            connection.execute(setting)
        if version_of(connection, path) == 0:
            raise no_archive(path)
    except BaseException as error:
        connection.close()
        if isinstance(error, sqlite3.Error):
            raise _unusable(path, error) from error
        raise
    return connection


def _lies_still(path: Path) -> bool:
    """Tell whether nobody can be writing: SQLite wants to make a file beside what it reads, and here it could not."""
    return not os.access(path.parent, os.W_OK) and not path.with_name(path.name + "-wal").exists()


def no_archive(path: Path) -> NoArchive:
    """Say that nothing was performed here yet."""
    return NoArchive(f"there are no runs in {path} yet", "`footlights run FILE` makes the first")


def _connect(uri: str) -> sqlite3.Connection:
    return sqlite3.connect(
        uri,
        uri=True,
        isolation_level=None,
        cached_statements=_STATEMENTS,
        check_same_thread=False,
        timeout=BUSY_MS / 1000,
    )


def _settle(connection: sqlite3.Connection, path: Path, synchronous: str) -> None:
    try:
        for setting in _SETTINGS:
            connection.execute(setting)
        version_of(connection, path)  # what is not ours is refused before anything in it is changed
        mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
        if mode != "wal":
            raise JournalError(f"{path} cannot have a write-ahead log here (it stays in mode {mode})", _ELSEWHERE)
        connection.execute(f"PRAGMA synchronous = {synchronous}")
        migrate(connection, path)
    except sqlite3.Error as error:
        raise _unusable(path, error) from error


def _make_folder(folder: Path) -> None:
    """Make a folder that only its owner may enter, whatever the umask; one that is there keeps what its owner chose."""
    made = not folder.exists()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if made or folder == data_home():
        folder.chmod(0o700)


def _make_private(path: Path) -> None:
    """See to it that only its owner can read the database. SQLite gives its other files the same mode."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    except FileExistsError as there:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):  # root could take /dev/null away from everybody else
            raise JournalError(f"{path} is no file", "name another one") from there
        if mode & 0o077:
            path.chmod(0o600)


def _unusable(path: Path, error: sqlite3.Error) -> JournalError:
    name = getattr(error, "sqlite_errorname", "")
    if name.startswith("SQLITE_NOTADB"):
        return JournalError(f"{path} is not a database", "name another file")
    if name.startswith(("SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_PERM")):
        return JournalError(f"{path} cannot be opened: {error}", _ELSEWHERE)
    return failure_of(error, str(path))


_ELSEWHERE = "set FOOTLIGHTS_HOME, or name a workspace, in a folder of your own on this machine"
