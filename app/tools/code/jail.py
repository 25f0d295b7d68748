"""The jail: runs a program of ours over files of a stranger, where they reach nothing and end when their time is up."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import signal
import sys
import tempfile
from asyncio.subprocess import DEVNULL, PIPE, Process
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from app.document.suggest import shortened
from app.tools.base import ToolError

MAX_FILES = 60
MAX_CHARACTERS = 400_000  # of all files together
MAX_SAID = 2_000_000
MAX_MADE = 200  # files and folders, beside those given
_LONGEST_PATH = 200  # bytes
_DEEPEST_PATH = 12
_LOOK_EACH = 0.25  # seconds
_WARDER = Path(__file__).with_name("warder.py")

FILES_SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": {"type": "string", "maxLength": MAX_CHARACTERS},
    "minProperties": 1,
    "maxProperties": MAX_FILES,
    "description": "the files by path, such as {basket.py: text}",
}


class Said(NamedTuple):
    """What a program in the jail said before it ended."""

    records: list[dict[str, Any]]  # one a line
    ended: str  # why it ended before its end; "" if it did not


async def jailed(program: Path, files: dict[str, str], order: dict[str, Any], seconds: int) -> Said:
    """Run a program in a new folder with these files; it reads its order from stdin and says JSON, one map a line."""
    folder = tempfile.mkdtemp(prefix="footlights-jail-", dir=Path(tempfile.gettempdir()).resolve())
    writing = asyncio.create_task(asyncio.to_thread(_write, folder, files))
    try:
        await asyncio.shield(writing)
        return await _run(program, folder, order, seconds, MAX_MADE + _count(files))
    finally:
        await asyncio.wait([writing])
        await asyncio.to_thread(_remove, folder)


async def _run(program: Path, folder: str, order: dict[str, Any], seconds: int, most: int) -> Said:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-I", "-S", str(_WARDER), folder, str(seconds), str(program.resolve()),
        stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env={}, cwd=folder, start_new_session=True, close_fds=True,
    )  # fmt: skip
    watching = asyncio.create_task(_watch(process, folder, most))
    try:
        said = await _heard(process, json.dumps(order).encode() + b"\n", seconds)
    finally:
        watching.cancel()
        _end(process)
        await process.wait()
    if await asyncio.to_thread(_holds_more, most, folder):
        return said._replace(ended=f"made more than {MAX_MADE} files and folders")
    return said


def checked_files(files: dict[str, str]) -> dict[str, str]:
    """Return the files if each has a path of its own inside a folder and they are not too much; else raise."""
    for path in files:
        if len(path.encode(errors="replace")) > _LONGEST_PATH or path.count("/") > _DEEPEST_PATH:
            bounds = f"a path has {_LONGEST_PATH} bytes and {_DEEPEST_PATH} folders at most"
            raise ToolError("bad_arguments", f'"{shortened(path)}" is too long', bounds)
        parts = PurePosixPath(path).parts
        if not parts or path != "/".join(parts) or parts[0] == "/" or any(_odd(part) for part in parts):
            raise ToolError(
                "bad_arguments", f'"{shortened(path)}" is no path of a file here', "write it such as shop/basket.py"
            )
    for path in files:
        if any(other.startswith(f"{path}/") for other in files):
            raise ToolError("bad_arguments", f'"{shortened(path)}" is both a file and a folder', "rename one of them")
    if (size := sum(map(len, files.values()))) > MAX_CHARACTERS:
        raise ToolError("refused", f"{size:,} characters; {MAX_CHARACTERS:,} is the most", "give fewer files")
    return files


def _odd(part: str) -> bool:
    return part.startswith(".") or "\\" in part or not part.isprintable()


async def _heard(process: Process, order: bytes, seconds: int) -> Said:
    assert process.stdin is not None and process.stdout is not None
    said, ended = bytearray(), ""
    try:
        async with asyncio.timeout(seconds):
            with suppress(BrokenPipeError, ConnectionResetError):
                process.stdin.write(order)
                await process.stdin.drain()
            while part := await process.stdout.read(65_536):
                said += part
                if len(said) > MAX_SAID:
                    ended = "said more than it may"
                    break
            else:
                code = await process.wait()
                ended = "" if code == 0 else "ran out of time or memory" if code < 0 else f"left with exit code {code}"
    except TimeoutError:
        ended = f"took longer than {seconds} s"
    return Said(_records(bytes(said[:MAX_SAID])), ended)


def _records(said: bytes) -> list[dict[str, Any]]:
    records = []
    for line in said.split(b"\n"):
        with suppress(ValueError, RecursionError):  # the last one may have been cut
            record = json.loads(line)
            records += [record] if isinstance(record, dict) else []
    return records


def _write(folder: str, files: dict[str, str]) -> None:
    for path, text in files.items():
        place = Path(folder, path)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8", errors="replace", newline="")


async def _watch(process: Process, folder: str, most: int) -> None:
    """End a program that fills the disk, whatever it does to be left alone."""
    while not await asyncio.to_thread(_holds_more, most, folder):
        await asyncio.sleep(_LOOK_EACH)
    _end(process)


def _end(process: Process) -> None:
    with suppress(ProcessLookupError, PermissionError):  # the whole group, also when the program itself has ended
        os.killpg(process.pid, signal.SIGKILL)


def _count(files: dict[str, str]) -> int:
    return len({place for path in files for place in (PurePosixPath(path), *PurePosixPath(path).parents)})


def _holds_more(most: int, folder: str) -> bool:
    waiting, found = [folder], 0
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    found += 1
                    waiting += [entry.path] if entry.is_dir(follow_symlinks=False) else []
                    if found > most:
                        return True
        except (FileNotFoundError, NotADirectoryError):  # it has just gone
            continue
        except OSError:  # shut, or too deep to be named: nobody can say how much is in it
            return True
    return False


def _remove(folder: str) -> None:
    """Remove the folder with all that is in it, however deep: what is inside a folder is first lifted out of it."""
    top, lifted = Path(folder), itertools.count()
    with suppress(OSError):
        while places := list(top.iterdir()):
            for place in places:
                if _is_folder(place):
                    for inner in _opened(place).iterdir():
                        if _is_folder(inner):
                            _opened(inner).rename(top / f".lifted-{next(lifted)}")
                        else:
                            inner.unlink()
                    place.rmdir()
                else:
                    place.unlink()
        top.rmdir()


def _is_folder(place: Path) -> bool:
    return place.is_dir() and not place.is_symlink()


def _opened(folder: Path) -> Path:
    folder.chmod(0o700)  # one that may not be written can be neither emptied nor moved
    return folder
