"""Files inside the project, for tools: opened folder by folder, so that no link and no race leads out of it.

A path is resolved once; then every folder on the way is opened by its own name and never through a link. What begins
with a dot is left alone (keys, settings, version control), and nothing but regular files is ever opened.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex

from app.document.suggest import nearest, shortened
from app.tools.base import ToolError

MAX_TEXT_BYTES = 1_000_000
MAX_TABLE_BYTES = 20_000_000
_LONGEST_PATH = 500
_MOST_FOLDERS = 40
_ABSOLUTE = re.compile(r"[/\\~]|[A-Za-z]:|[A-Za-z][A-Za-z0-9+.-]*://")
_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def read_text(root: Path, reference: str, most: int = MAX_TEXT_BYTES) -> str:
    """Read a text file of the project; a byte order mark and the line ends of Windows are not kept."""
    content = _read(root, reference, most)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ToolError(
            "failed", f'"{shortened(reference)}", line {line}: this is not UTF-8', "save it as UTF-8"
        ) from None
    if "\x00" in text[:8000]:
        raise ToolError("failed", f'"{shortened(reference)}" is not a text file')
    return text.replace("\r\n", "\n")


def write_text(root: Path, reference: str, text: str, *, mode: int = 0o666, folder_mode: int = 0o777) -> int:
    """Write a file as a whole or not at all, with the folders it needs; returns how many bytes it has."""
    content = text.encode("utf-8", "replace")
    if len(content) > MAX_TEXT_BYTES:
        raise _too_large(reference, MAX_TEXT_BYTES)
    *folders, name = _parts(root, reference)
    with _translated(root, reference), _opened(root, folders, make=folder_mode) as folder:
        _replace(folder, name, content, mode)
    return len(content)


def list_files(root: Path, reference: str, most: int) -> tuple[list[tuple[str, int]], bool]:
    """List the files below a folder with their sizes, in order of their names; and whether there are more."""
    parts = _parts(root, reference) if reference not in ("", ".") else ()
    found: list[tuple[str, int]] = []
    with _translated(root, reference), _opened(root, parts) as folder:
        for file in _walk(folder, "/".join(parts), depth=0):
            if len(found) == most:
                return found, True
            found.append(file)
    return found, False


def _read(root: Path, reference: str, most: int) -> bytes:
    *folders, name = _parts(root, reference)
    with _translated(root, reference), _opened(root, folders) as folder:
        descriptor = os.open(name, os.O_RDONLY | _FILE, dir_fd=folder)
        with os.fdopen(descriptor, "rb") as file:
            _insist_on_a_file(descriptor, reference)
            content = file.read(most + 1)
    if len(content) > most:
        raise _too_large(reference, most)
    return content


def _parts(root: Path, reference: str) -> tuple[str, ...]:
    """Return the way from the project to a file, links resolved; raises ToolError when it leads elsewhere."""
    shown = shortened(reference)
    if not reference or len(reference) > _LONGEST_PATH or "\x00" in reference:
        raise ToolError("bad_arguments", f'"{shown}" cannot be the name of a file')
    if _ABSOLUTE.match(reference):
        raise ToolError("refused", f'"{shown}" is not a relative path', "write it relative to the project")
    home = root.resolve()
    try:
        target = (home / reference).resolve()
    except (OSError, RuntimeError, ValueError):
        raise ToolError("refused", f'"{shown}" cannot be followed', "is it a link that leads to itself?") from None
    if not target.is_relative_to(home) or target == home:
        raise ToolError("refused", f'"{shown}" is not a file inside the project', "files must stay in the project")
    parts = target.relative_to(home).parts
    if any(part.startswith(".") for part in (*parts, *Path(reference).parts) if part not in (".", "..")):
        raise ToolError("refused", f'"{shown}" is hidden', "what begins with a dot is not for tools")
    if len(parts) > _MOST_FOLDERS:
        raise ToolError("refused", f'"{shown}" lies deeper than {_MOST_FOLDERS} folders')
    return parts


@contextmanager
def _opened(root: Path, folders: tuple[str, ...] | list[str], make: int | None = None) -> Iterator[int]:
    """Open a folder of the project, one name after the other, making those that are missing if told how."""
    current = os.open(root.resolve(), _DIRECTORY)
    try:
        for name in folders:
            if make is not None:
                with suppress(FileExistsError):
                    os.mkdir(name, make, dir_fd=current)
            following = os.open(name, _DIRECTORY, dir_fd=current)
            os.close(current)
            current = following
        yield current
    finally:
        os.close(current)


def _replace(folder: int, name: str, content: bytes, mode: int) -> None:
    """Write beside the file and move over it, so that a reader sees the old one or the new one, also after a crash."""
    with suppress(FileNotFoundError):
        there = os.stat(name, dir_fd=folder, follow_symlinks=False)
        if not stat.S_ISREG(there.st_mode):
            raise OSError(errno.EISDIR if stat.S_ISDIR(there.st_mode) else errno.ENOTSUP, "")
        mode = stat.S_IMODE(there.st_mode) & 0o777
    beside = f".{token_hex(8)}.tmp"
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _FILE, mode, dir_fd=folder)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        os.rename(beside, name, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        with suppress(OSError):
            os.unlink(beside, dir_fd=folder)
        raise
    os.fsync(folder)


def _walk(folder: int, above: str, depth: int) -> Iterator[tuple[str, int]]:
    with os.scandir(folder) as entries:
        ordered = sorted((entry for entry in entries if not entry.name.startswith(".")), key=lambda entry: entry.name)
    for entry in ordered:
        path = f"{above}/{entry.name}" if above else entry.name
        if entry.is_file(follow_symlinks=False):
            yield path, entry.stat(follow_symlinks=False).st_size
        elif entry.is_dir(follow_symlinks=False) and depth < _MOST_FOLDERS:
            with suppress(OSError):  # a folder that may not be read, or is gone by now, has no files for us
                inner = os.open(entry.name, _DIRECTORY, dir_fd=folder)
                try:
                    yield from _walk(inner, path, depth + 1)
                finally:
                    os.close(inner)


def _insist_on_a_file(descriptor: int, reference: str) -> None:
    kind = os.fstat(descriptor).st_mode
    if stat.S_ISDIR(kind):
        raise OSError(errno.EISDIR, "")
    if not stat.S_ISREG(kind):
        raise ToolError("refused", f'"{shortened(reference)}" is not a regular file')


@contextmanager
def _translated(root: Path, reference: str) -> Iterator[None]:
    """Turn what the system says about a file into an error that names it and what to do."""
    try:
        yield
    except OSError as error:
        raise _meaning(root, reference, error) from None


def _meaning(root: Path, reference: str, error: OSError) -> ToolError:
    shown = shortened(reference)
    match error.errno:
        case errno.ENOENT if not root.is_dir():
            return ToolError(
                "not_found",
                f'"{shown}": the folder of the project is not on this machine',
                "tools use files where a run is performed; what an input names with file: travels with the scenario",
            )
        case errno.ENOENT:
            return ToolError("not_found", f'there is no file "{shown}"', _neighbour(root, reference))
        case errno.ENOTDIR:
            return ToolError("not_found", f'"{shown}" leads through what is no folder')
        case errno.EISDIR:
            return ToolError("bad_arguments", f'"{shown}" is a folder', "name a file in it; file.list shows them")
        case errno.EACCES | errno.EPERM | errno.EROFS:
            return ToolError("refused", f'"{shown}" may not be opened', "check who may: ls -l")
        case errno.ELOOP:
            return ToolError("refused", f'"{shown}" became a link just now')
        case errno.ENXIO | errno.ENOTSUP | errno.ENODEV:
            return ToolError("refused", f'"{shown}" is not a regular file')
        case errno.ENAMETOOLONG:
            return ToolError("bad_arguments", f'"{shown}" is too long for the name of a file')
        case errno.ENOSPC | errno.EDQUOT:
            return ToolError("failed", f'there is no space left for "{shown}"', "make room on the disk")
        case _:
            return ToolError("failed", f'"{shown}" cannot be used: {error.strerror or error}')


def _neighbour(root: Path, reference: str) -> str:
    """Name the file that was probably meant; looks only where the reference itself may look."""
    above, _, name = reference.rpartition("/")
    try:
        parts = _parts(root, above) if above else ()
        with _opened(root, parts) as folder, os.scandir(folder) as entries:
            near = nearest(name, [entry.name for entry in entries if not entry.name.startswith(".")])
    except (OSError, ToolError):
        return "file.list shows what there is"
    return f'did you mean "{above}/{near}"?'.replace('"/', '"') if near else "file.list shows what there is"


def _too_large(reference: str, most: int) -> ToolError:
    return ToolError("refused", f'"{shortened(reference)}" is larger than {most:,} bytes', "split it")
