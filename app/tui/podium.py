"""The link between two terminals: the presenter says where the show is, and speakers follow and may ask it to go on.

A socket of this machine, in a folder that only its owner may enter: JSON, a line each, a `Prompt` one way and an
`Order` the other. Nobody has to be there: without speakers the presenter presents, and a speaker waits for a presenter.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import stat
import tempfile
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress
from pathlib import Path
from typing import Literal

import msgspec

from app.errors import FootlightsError, NotFound
from app.journal.connection import locate

OFTEN = 0.1  # seconds between two prompts, at least
AGAIN = 0.5  # seconds between two looks for a presenter that is not there
_LONGEST_PATH = 100  # bytes: what every system takes as the name of a socket
_LONGEST_LINE = 256 * 1024
_UNREAD = 1024 * 1024  # bytes that a speaker who does not read may leave waiting, until it is left
_SUFFIX = ".sock"
_NO_NAME = re.compile(r"[^A-Za-z0-9_-]")


class NoPodium(FootlightsError):
    """The link cannot be made."""


class Line(msgspec.Struct, frozen=True):
    """A cue, as whoever presents wants to see it."""

    name: str = ""
    label: str = ""
    caption: str = ""
    notes: str = ""
    does: str = ""  # holds, holds the engine, blank, a pace
    inside: float | None = None  # seconds until it comes, if nothing holds


class Prompt(msgspec.Struct, frozen=True):
    """Where the show is."""

    title: str = ""
    run: str = ""
    cue: Line | None = None
    standby: Line | None = None
    later: tuple[Line, ...] = ()
    now: int = 0  # seconds of the show
    length: int = 0  # 0: it goes on, and nobody knows
    talk: int = -1  # seconds since the first GO; -1: it has not begun
    planned: int = 0  # seconds that the talk may take; 0: nobody said
    pace: str = ""
    speed: float = 1.0
    paused: bool = False
    standing: bool = False  # a cue holds the audience
    blank: bool = False
    locked: bool = False
    over: bool = False
    live: bool = False  # somebody performs it
    held: bool = False  # the engine
    asks: bool = False  # a question waits for a person
    ahead: int = 0  # events that the run is ahead of its audience
    viewers: int = -1  # of a mirror; -1: there is none


class Order(msgspec.Struct, frozen=True):
    """What a speaker wants."""

    do: Literal["go", "back", "blank", "hold", "lock", "goto"]
    to: str = ""  # Q3, 1:47, #410


class Podium:
    """The presenter's end."""

    def __init__(self, path: Path, obey: Callable[[Order], None], clock: Callable[[], float] = time.monotonic) -> None:
        self.path = path
        self._obey = obey
        self._clock = clock
        self._speakers: set[asyncio.StreamWriter] = set()
        self._said = b""
        self._waiting: asyncio.TimerHandle | None = None
        self._wrote = -OFTEN
        self._server: asyncio.Server | None = None

    @property
    def speakers(self) -> int:
        """How many follow."""
        return len(self._speakers)

    async def open(self) -> None:
        """Let speakers come; raises NoPodium where another presenter stands here."""
        _make(self.path.parent)
        if self.path.exists():
            if await is_taken(self.path):
                raise NoPodium("this run is being presented already", "press q there, or go on there")
            self.path.unlink(missing_ok=True)  # whoever left it was killed
        before = os.umask(0o177)
        try:
            self._server = await asyncio.start_unix_server(self._welcome, self.path, limit=_LONGEST_LINE)
        except OSError as error:
            raise NoPodium(f"no speaker view can follow: {error.strerror}") from error
        finally:
            os.umask(before)

    async def close(self) -> None:
        """Let them know that it is over, and leave nothing behind."""
        if self._waiting is not None:
            self._waiting.cancel()
        if self._server is None:
            return
        self._server.close()
        self.path.unlink(missing_ok=True)
        for speaker in list(self._speakers):
            speaker.close()
        await self._server.wait_closed()
        with suppress(OSError):  # somebody else presents something
            self.path.parent.rmdir()

    def publish(self, prompt: Prompt) -> None:
        """Say where the show is, if that is something else than before; never more often than anybody reads."""
        said = msgspec.json.encode(prompt) + b"\n"
        if said == self._said:
            return
        self._said = said
        if self._waiting is None:
            wait = max(0.0, self._wrote + OFTEN - self._clock())
            self._waiting = asyncio.get_running_loop().call_later(wait, self._write)

    def _write(self) -> None:
        self._waiting = None
        self._wrote = self._clock()
        for speaker in list(self._speakers):
            self._tell(speaker)

    def _tell(self, speaker: asyncio.StreamWriter) -> None:
        if speaker.transport.get_write_buffer_size() > _UNREAD:
            speaker.transport.abort()
        elif not speaker.is_closing():
            speaker.write(self._said)

    async def _welcome(self, reader: asyncio.StreamReader, speaker: asyncio.StreamWriter) -> None:
        self._speakers.add(speaker)
        try:
            if self._said:
                self._tell(speaker)
            while line := await reader.readline():
                with suppress(msgspec.MsgspecError):
                    self._obey(msgspec.json.decode(line, type=Order))
        except (OSError, ValueError):  # gone, or a line without an end
            pass
        finally:
            self._speakers.discard(speaker)
            speaker.close()


class Lectern:
    """The speaker's end."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._presenter: asyncio.StreamWriter | None = None

    async def follow(self) -> AsyncGenerator[Prompt | None, None]:
        """Where the show is, whenever that changes; nothing, each time when the presenter has gone."""
        while True:
            try:
                reader, self._presenter = await asyncio.open_unix_connection(self.path, limit=_LONGEST_LINE)
            except OSError:
                await asyncio.sleep(AGAIN)
                continue
            try:
                while line := await reader.readline():
                    with suppress(msgspec.MsgspecError):
                        yield msgspec.json.decode(line, type=Prompt)
            except (OSError, ValueError):
                pass
            finally:
                self._presenter.close()
                self._presenter = None
            yield None

    def ask(self, order: Order) -> bool:
        """Hand an order over; false, when nobody is there."""
        if self._presenter is None or self._presenter.is_closing():
            return False
        self._presenter.write(msgspec.json.encode(order) + b"\n")
        return True


def podium_of(run: str, workspace: Path | None) -> Path:
    """Where the presenter of a run is met, in a folder beside its archive that only its owner may enter."""
    return _folder(workspace) / f"{_NO_NAME.sub('_', run[-8:]) or 'run'}{_SUFFIX}"


def only_podium(workspace: Path | None) -> Path:
    """The one presenter there is; NotFound, when there is none or there are several."""
    found = sorted(_folder(workspace).glob(f"*{_SUFFIX}"))
    if len(found) == 1:
        return found[0]
    if not found:
        raise NotFound("nobody presents anything here", "footlights present RUN does, in another terminal")
    names = ", ".join(path.stem for path in found)
    raise NotFound(f"there are several presenters: {names}", "name the run that you mean")


async def is_taken(path: Path) -> bool:
    """Does a presenter stand here?"""
    try:
        _, writer = await asyncio.open_unix_connection(path)
    except OSError:
        return False
    writer.close()
    return True


def _folder(workspace: Path | None) -> Path:
    """Beside the archive; where its name is too long for a socket, in a folder of this user's among those that pass."""
    archive = locate(workspace)
    folder = archive.with_name(f"{archive.name}.podium")
    if len(os.fsencode(folder)) > _LONGEST_PATH - 16:
        name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
        folder = Path(tempfile.gettempdir()) / f"footlights-{os.getuid()}-{name}"
    if os.path.lexists(folder):
        _insist_on_our_own(folder)
    return folder


def _make(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise NoPodium(f"no speaker view can follow: {folder} cannot be made: {error.strerror}") from error
    _insist_on_our_own(folder)


def _insist_on_our_own(folder: Path) -> None:
    """Whoever could put a socket there could play the presenter."""
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise NoPodium(f"{folder} is not a folder of yours alone", f"remove it, or chmod 700 {folder}")
