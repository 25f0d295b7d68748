"""The journal of a workspace, for the process that writes to it: open it, begin runs or take them over, close it."""

from __future__ import annotations

import asyncio
import atexit
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from app.events import Event
from app.journal import batches
from app.journal.batches import BatchRow, Change
from app.journal.connection import locate, prepare
from app.journal.damage import reading, true_to
from app.journal.experience import Served, experience_of
from app.journal.inbox import TAKEN, Letter, post, take, unread
from app.journal.lease import Holder
from app.journal.live import Live
from app.journal.log import RunLog
from app.journal.memory import recollect, remember
from app.journal.reader import Reader
from app.journal.takeover import Claim, claim, texts_of
from app.journal.writer import Writer
from providers.routing import Experience

T = TypeVar("T")


class Journal:
    """Where runs are written. Open one a process; several processes may share a workspace."""

    def __init__(self, writer: Writer) -> None:
        self.path = writer.path
        self._writer = writer
        self._reader = Reader(writer.path)
        self._live = Live(writer.path)
        self._seen = -1
        self._letters: dict[str, list[Letter]] = {}

    @classmethod
    def open(cls, workspace: Path | None = None, *, fast: bool = False) -> Journal:
        """Open the workspace, making it when there is none. `fast`: a power cut may cost the last moments of a run."""
        path = locate(workspace)
        prepare(path)
        journal = cls(Writer(path, fast=fast))
        atexit.register(journal.close)
        return journal

    def begin(self, run: str) -> RunLog:
        """Begin a run. It is this process's from its first event on."""
        return self._log(run, Holder.new())

    def take_over(self, run: str) -> RunLog:
        """Go on with a run that nobody performs any more; of two who try, one is told who the other is."""
        holder = Holder.new()
        log = self._log(run, holder)
        try:
            claimed = self._writer.perform(lambda connection: self._claim(connection, run, holder))
        except BaseException:
            self._writer.release(log)
            raise
        log.restore(claimed.row, claimed.seq, claimed.hash, claimed.standing, claimed.values)
        return log

    def inbox(self, run: str) -> list[Letter]:
        """Return what others have said to this run and nobody has taken. Costs next to nothing when nothing is new."""
        return self._unread().get(run, [])

    def addressed(self) -> list[str]:
        """Return the runs for which there are letters."""
        return list(self._unread())

    def take_letter(self, letter: int, verdict: str = TAKEN) -> None:
        """Say what became of a letter: taken, or why it was refused."""
        self._writer.perform(lambda connection: take(connection, letter, verdict))

    def post(self, run: str, kind: str, about: str, body: dict[str, Any], by: str = "") -> int:
        """Say something to whoever performs a run."""
        return self._writer.perform(lambda connection: post(connection, run, kind, about, body, by))

    def knows(self, run: str) -> bool:
        """Tell whether a run has begun."""
        asked = "SELECT count(*) FROM runs WHERE run = ?"
        return bool(self._reader.read(lambda connection: connection.execute(asked, (run,)).fetchone())[0])

    def recorded(self, run: str) -> list[Event]:
        """Return the events of a run, for whoever goes on with it."""
        return self._reader.events(run)

    def bodies(self, run: str) -> list[bytes]:
        """Return the same as they are written, for whoever goes on with it elsewhere."""
        return self._reader.bodies(run)

    def texts(self, run: str) -> dict[str, bytes]:
        """Return the values of a run as they were encoded, by digest, short and long."""
        found = self._reader.read(lambda connection: texts_of(connection, run))
        return {digest: true_to(digest, body, self.path) for digest, body in found.items()}

    def remember(self, agent: str, key: str, value: Any, run: str) -> None:
        """Keep what an agent shall know in later runs."""
        self._writer.perform(lambda connection: remember(connection, agent, key, value, run))

    async def recollect(self, agent: str, words: str = "", limit: int = 20) -> list[dict[str, Any]]:
        """Return what an agent knows from earlier runs, by words in it; without words, the latest."""
        return self._reader.read(lambda connection: recollect(connection, agent, words, limit))

    async def experience(self) -> dict[Served, Experience]:
        """Return what earlier live runs taught of each model."""
        return await asyncio.to_thread(experience_of, self.path)

    def begin_batch(self, row: BatchRow, plan: bytes) -> Holder:
        """Begin a batch. It is this process's until it is left."""
        holder = Holder.new()
        self._drive(holder, lambda connection: batches.begin(connection, row, plan, holder))
        return holder

    def drive_batch(self, batch: str, change: Change = bytes) -> tuple[Holder, bytes, str]:
        """Go on with a batch that nobody performs any more; returns its plan, changed for that, and why it was left."""
        holder = Holder.new()
        return holder, *self._drive(holder, lambda connection: batches.drive(connection, batch, holder, change))

    def leave_batch(self, batch: str, holder: Holder, stopped: str = "") -> None:
        """Perform it no more; `stopped` says why, when not all of it is done."""
        self._leave(holder)
        self._writer.perform(lambda connection: batches.leave(connection, batch, holder, stopped))

    def close(self) -> None:
        """Write what is left and close. May be called twice, and from a signal handler."""
        self._live.close()
        self._reader.close()
        self._writer.close()
        atexit.unregister(self.close)

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _drive(self, holder: Holder, take: Callable[[sqlite3.Connection], T]) -> T:
        self._writer.driven.add(holder)  # first, so that the writer does not go to sleep without it
        try:
            return self._writer.perform(take)
        except BaseException:
            self._leave(holder)
            raise

    def _leave(self, holder: Holder) -> None:
        holder.forget()
        self._writer.driven.discard(holder)

    def _claim(self, connection: sqlite3.Connection, run: str, holder: Holder) -> Claim:
        with reading(self.path):
            return claim(connection, run, holder)

    def _unread(self) -> dict[str, list[Letter]]:
        version = self._reader.version()
        if version != self._seen:
            self._letters = self._reader.read(unread)
            self._seen = version
        return self._letters

    def _log(self, run: str, holder: Holder) -> RunLog:
        self._writer.refuse_if_closed()
        log = RunLog(run, holder, self._writer, self._reader, self._live)
        self._writer.held.add(log)
        return log
