"""The jail: runs a program of ours over files of a stranger, where they reach nothing and end when their time is up."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
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
_LONGEST_PATH = 200
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
    folder = await asyncio.to_thread(_written, files)
    try:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-I", "-S", str(_WARDER), folder, str(seconds), str(program.resolve()),
            stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env={}, cwd=folder, start_new_session=True, close_fds=True,
        )  # fmt: skip
        try:
            return await _heard(process, json.dumps(order).encode() + b"\n", seconds)
        finally:
            with suppress(
                ProcessLookupError, PermissionError
            ):  # the whole group, also when the program itself has ended
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
    finally:
        await asyncio.to_thread(_removed, folder)


def checked_files(files: dict[str, str]) -> dict[str, str]:
    """Return the files if each has a path of its own inside a folder and they are not too much; else raise."""
    for path in files:
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
    return part.startswith(".") or len(part) > _LONGEST_PATH or "\\" in part or not part.isprintable()


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


def _written(files: dict[str, str]) -> str:
    folder = Path(tempfile.mkdtemp(prefix="footlights-jail-")).resolve()
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8", errors="replace", newline="")
    return str(folder)


def _removed(folder: str) -> None:
    with suppress(RecursionError):  # folders in folders, thousands deep: left to the system's own tidying
        shutil.rmtree(folder, ignore_errors=True)
