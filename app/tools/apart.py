"""Work that a stranger's input could keep busy for ever, done in a process of its own and ended when its time is up."""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Callable
from typing import Any

from app.tools.base import ToolError

SECONDS = 5.0
_MEMORY = 1_000_000_000
_PROGRAM = """
import json, sys
order = json.load(sys.stdin)
try:
    import resource
    resource.setrlimit(resource.RLIMIT_CPU, (order["seconds"],) * 2)
    resource.setrlimit(resource.RLIMIT_AS, (order["memory"],) * 2)
except (ImportError, OSError, ValueError):
    pass
sys.path[:] = order["path"]
from importlib import import_module
work = getattr(import_module(order["module"]), order["function"])
try:
    answer = {"result": work(**order["arguments"])}
except ValueError as error:
    answer = {"mistake": str(error)}
json.dump(answer, sys.stdout)
"""


async def apart(work: Callable[..., Any], **arguments: Any) -> Any:
    """Return `work(**arguments)`, all of it JSON; a ValueError of it is `bad_arguments`, and no end is `failed`."""
    order = {
        "module": work.__module__,
        "function": work.__name__,
        "arguments": arguments,
        "path": sys.path,
        "seconds": int(SECONDS) + 1,
        "memory": _MEMORY,
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        "-S",
        "-c",
        _PROGRAM,
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,
        env={},
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(SECONDS):
            said, _ = await process.communicate(json.dumps(order).encode())
    except TimeoutError:
        raise ToolError("failed", f"this took longer than {SECONDS:g} s", "is it simpler with less of it?") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        raise ToolError("failed", "this took more time or memory than it may", "is it simpler with less of it?")
    answer = json.loads(said)
    if "mistake" in answer:
        raise ToolError("bad_arguments", answer["mistake"])
    return answer["result"]
