"""A process that performs a scenario live, in which every model says what is dictated on stdin, a line a piece.

It tells the run's id first, and in the end how it went. An empty line ends an answer.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

from app.engine import perform
from app.events import Usage
from corpus.commands import ROOT
from providers.base import Chunk, Request


class Dictated:
    """Says what stdin says."""

    async def stream(self, request: Request) -> AsyncIterator[Chunk]:
        """Answer a request."""
        loop = asyncio.get_running_loop()
        while piece := (await loop.run_in_executor(None, sys.stdin.readline)).rstrip("\n"):
            yield Chunk(f"{piece} ")
        yield Chunk(finish="stop", usage=Usage(input=10, output=5))


class Other:
    """Such a process, as a test sees it."""

    def __init__(self, play: Path, workspace: Path) -> None:
        words = [sys.executable, "-m", "corpus.dictated", str(play), str(workspace)]
        self.process = subprocess.Popen(
            words, cwd=ROOT / "tests", env={"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"}, text=True, bufsize=1,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        self.run = self.told()

    def dictate(self, *pieces: str) -> None:
        """Let the model that is asked now say something."""
        assert self.process.stdin is not None
        for piece in pieces:
            self.process.stdin.write(f"{piece}\n")
        self.process.stdin.flush()

    def told(self) -> str:
        """The next thing it tells."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self.process.communicate()


async def _perform(play: Path, workspace: Path) -> None:
    run = perform(play, mode="live", workspace=workspace, providers=lambda use: Dictated(), patient=True)
    async for _ in run:  # from now on it is in the archive
        print(run.id, flush=True)
        break
    result = await run.result()
    print(result.outcome or result.reason, flush=True)


if __name__ == "__main__":
    asyncio.run(_perform(Path(sys.argv[1]), Path(sys.argv[2])))
