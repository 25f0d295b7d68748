"""Workers as processes of this machine: a rehearsal keeps a core busy, and Python uses one of them a process."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from math import ceil
from pathlib import Path
from typing import IO, TYPE_CHECKING

from app.batch.plan import Source
from app.batch.workers.elsewhere import Elsewhere
from app.batch.workers.frames import framed, messages
from app.errors import FootlightsError

if TYPE_CHECKING:
    from app.engine.ledger import Ledger
    from app.journal import Journal

SLOTS = 24  # runs at a time of one worker: while some wait until they are safe, it performs the others
_BUFFER = 2**20
_LAST_WORDS = 2000  # bytes of what a worker left on its stderr
_PROGRAM = "import sys; sys.path[:] = {path!r}; from app.batch.workers.worker_process import main; main({outbox!r})"


class Processes(Elsewhere):
    """The executor that has so many of them, for so many runs at a time in all where somebody says how many."""

    def __init__(
        self,
        journal: Journal,
        sources: Sequence[Source],
        workers: int,
        ledger: Ledger | None = None,
        parallel: int | None = None,
    ) -> None:
        slots = max(SLOTS, ceil((parallel or 0) / workers))
        super().__init__(journal, sources, Troop(journal.path.parent / "outbox", workers, slots), ledger)


class Troop:
    """Starts them."""

    def __init__(self, outbox: Path, places: int, slots: int) -> None:
        self.places = places
        self.slots = slots
        self._outbox = outbox

    async def hire(self, number: int) -> Process:
        """Start one. It finds the same modules as this process does, wherever that was started."""
        program = _PROGRAM.format(path=sys.path, outbox=str(self._outbox))
        last_words = tempfile.TemporaryFile()  # noqa: SIM115 - it is closed with the process
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                process = await asyncio.create_subprocess_exec(
                    sys.executable, "-P", "-c", program, stdin=theirs.fileno(), stdout=last_words, stderr=last_words,
                    process_group=0,  # Ctrl+C in a terminal is the driver's to understand
                )  # fmt: skip
            except OSError as error:
                ours.close()
                last_words.close()
                raise FootlightsError(f"no process can be started: {error.strerror}") from error
        reader, writer = await asyncio.open_unix_connection(sock=ours, limit=_BUFFER)
        return Process(f"worker {number}", self.slots, process, reader, writer, last_words)


class Process:
    """The way to one of them, over a pair of sockets: each side sees at once when the other is gone."""

    def __init__(
        self,
        name: str,
        slots: int,
        process: asyncio.subprocess.Process,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        last_words: IO[bytes],
    ) -> None:
        self.name = name
        self.slots = slots
        self._process = process
        self._reader = reader
        self._writer = writer
        self._last_words = last_words
        self._why: str | None = None

    def send(self, message: bytes) -> None:
        """Send it, unless the other side is gone: asyncio would say so each time, on stderr."""
        if not self._writer.is_closing():
            self._writer.write(framed(message))

    def __aiter__(self) -> AsyncIterator[bytes]:
        return messages(self._reader)

    async def close(self, grace: float) -> str:
        """End it: by itself when it sees that nobody listens, or else by force."""
        self._writer.close()
        try:
            async with asyncio.timeout(grace):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        if self._why is None:
            self._why = self._cause()
            self._last_words.close()
        return self._why

    def _cause(self) -> str:
        code = self._process.returncode
        assert code is not None
        if code < 0:
            return f"{_signal_name(-code)} ended it"
        self._last_words.seek(max(0, self._last_words.seek(0, os.SEEK_END) - _LAST_WORDS))
        said = self._last_words.read().decode("utf-8", "replace").strip()
        return said.rpartition("\n")[2] or f"it ended with {code}"


def _signal_name(number: int) -> str:
    """Those of real time have none."""
    return signal.Signals(number).name if number in set(signal.Signals) else f"signal {number}"
