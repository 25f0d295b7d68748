"""The tools `file.read`, `file.write` and `file.list`: text files, inside the project only."""

from __future__ import annotations

import asyncio
from fnmatch import fnmatchcase
from typing import Any

from app.tools.base import Arguments, Surroundings, Tool, arguments_of
from app.tools.project import MAX_TEXT_BYTES, list_files, read_text, write_text

_MOST_LISTED = 1_000
_MOST_SEEN = 20_000
_PATH = {"type": "string", "minLength": 1, "maxLength": 500, "description": "relative to the project"}


async def _read(arguments: Arguments, surroundings: Surroundings) -> str:
    return await asyncio.to_thread(read_text, surroundings.root, arguments["path"])


async def _write(arguments: Arguments, surroundings: Surroundings) -> dict[str, Any]:
    path, text = arguments["path"], arguments["text"]
    if not surroundings.offline:
        size = await asyncio.to_thread(write_text, surroundings.root, path, text)
        return {"path": path, "bytes": size, "written": True}
    drawer = surroundings.outbox / "files"  # a rehearsal leaves the project as it is
    await asyncio.to_thread(drawer.mkdir, mode=0o700, parents=True, exist_ok=True)
    size = await asyncio.to_thread(write_text, drawer, path, text, mode=0o600, folder_mode=0o700)
    return {"path": path, "bytes": size, "written": False}


async def _list(arguments: Arguments, surroundings: Surroundings) -> dict[str, Any]:
    pattern = arguments.get("pattern", "*")
    found, more = await asyncio.to_thread(list_files, surroundings.root, arguments.get("path", "."), _MOST_SEEN)
    fitting = [{"path": path, "bytes": size} for path, size in found if fnmatchcase(path, pattern)]
    return {"files": fitting[:_MOST_LISTED], "complete": not more and len(fitting) <= _MOST_LISTED}


TOOLS = (
    Tool(
        "file.read",
        f"Read a text file of the project, up to {MAX_TEXT_BYTES:,} bytes. Gives its text.",
        arguments_of(required=("path",), path=_PATH),
        _read,
        example={"path": "notes/plan.md"},
    ),
    Tool(
        "file.write",
        "Write a text file of the project, in place of what was there. Gives {path, bytes, written}; in a rehearsal it "
        "is written into the outbox instead.",
        arguments_of(required=("path", "text"), path=_PATH, text={"type": "string", "maxLength": MAX_TEXT_BYTES}),
        _write,
        effect="write",
        idempotent=True,
        example={"path": "notes/summary.md", "text": "# Summary\n\nThree findings.\n"},
    ),
    Tool(
        "file.list",
        "List the files below a folder of the project, hidden ones left out. Gives {files: [{path, bytes}], complete}.",
        arguments_of(
            path=_PATH | {"description": "a folder; the project itself when left out"},
            pattern={
                "type": "string",
                "minLength": 1,
                "maxLength": 200,
                "description": "such as *.md or data/*.csv; a * also stands for folders",
            },
        ),
        _list,
        example={"path": "notes", "pattern": "*.md"},
    ),
)
