"""Where the events of a run come from, and where what people do to it goes: performed here, elsewhere, or nowhere.

All three look the same to the stage: `feed` hands a playhead everything there is and then everything that comes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

from app.errors import FootlightsError
from app.events import CallFailed, CallFinished, CallStarted, Ref, RunStarted
from app.journal.inbox import TAKEN
from app.journal.standing import ENDED
from app.settings import who
from app.state.words import short_id

if TYPE_CHECKING:
    from app.engine import Run
    from app.journal import Archive, RunRow
    from app.playback.playhead import Playhead

Where = Literal["here", "elsewhere", "nowhere"]
Entrance = Literal["start", "now"]
Refused = Callable[[FootlightsError], None]

GLANCE = 0.08  # seconds between looks at what is being said elsewhere
ERASED = "(erased)"
_AT_A_TIME = 500  # events that are fed before others get a turn
_PATIENCE = 60  # glances until what was handed over is as good as taken


class CannotAct(FootlightsError):
    """What somebody wanted to do to a run cannot be done, and why."""


class Source(Protocol):
    """A run, as the stage needs it."""

    run: str
    refused: Refused  # told when what was handed over is refused later

    @property
    def title(self) -> str:
        """What it is called."""
        ...

    @property
    def came_from(self) -> Where:
        """Where it was performed when the audience came."""
        ...

    @property
    def performed(self) -> Where:
        """Where it is performed now."""
        ...

    @property
    def status(self) -> str:
        """Running, paused, interrupted, or how it ended."""
        ...

    def value(self, ref: Ref) -> Any:
        """What a Ref in one of its events stands for."""
        ...

    async def feed(self, playhead: Playhead) -> None:
        """Hand over everything there is, and then everything that comes, until nothing more will."""
        ...

    def answer(self, gate: str, choice: str, note: str = "") -> None:
        """Answer a question that waits; raises CannotAct."""
        ...

    def direct(self, direction: str, to: str = "", detail: Any = None) -> None:
        """Act on the run; raises CannotAct."""
        ...

    def hold(self) -> None:
        """Let nothing new begin."""
        ...

    def go(self) -> None:
        """Let it go on."""
        ...

    def step(self) -> None:
        """Let one effect begin."""
        ...


class Here:
    """A run that is performed in this process. On virtual time it waits for its audience before each effect."""

    came_from: Where = "here"

    def __init__(self, going: Run) -> None:
        self.run = going.id
        self.going = going
        self.refused: Refused = _say_nothing
        self._said: dict[str, str] = {}  # by calls that are under way
        self._audiences: list[Playhead] = []
        self._arrived = asyncio.Event()
        self._known: int | None = len(going.events)  # what a run that was resumed had recorded
        assert going.performance is not None
        self.is_led = going.performance.clock_is_virtual
        going.watch(self._hear)
        if self.is_led:
            going.led_by(self._seen)

    @property
    def title(self) -> str:
        begun = self.going.events[0] if self.going.events else None
        return (begun.title or begun.scenario) if isinstance(begun, RunStarted) else ""

    @property
    def performed(self) -> Where:
        return "here" if self.going.is_performed else "nowhere"

    @property
    def status(self) -> str:
        return self.going.state.status

    def value(self, ref: Ref) -> Any:
        return self.going.value(ref)

    async def feed(self, playhead: Playhead) -> None:
        known = len(self.going.events) if self._known is None else self._known
        self._known = None  # whoever comes back comes to where it is then
        playhead.live = not self.is_led
        self._enter(playhead)
        try:
            count = 0
            async for event in self.going:
                playhead.feed(event)
                count += 1
                if isinstance(event, CallFinished | CallFailed):
                    self._said.pop(event.call, None)
                if count == known:
                    playhead.to_head()
                if count % _AT_A_TIME == 0:
                    await asyncio.sleep(0)
        finally:
            self._leave(playhead)
        await playhead.load()
        if (result := await self.going.result()).reason == "disk":
            raise CannotAct(result.detail, f"make room; then footlights resume {short_id(self.run)} goes on with it")

    def answer(self, gate: str, choice: str, note: str = "") -> None:
        self._act(lambda: self.going.answer(gate, choice, note, who()))

    def direct(self, direction: str, to: str = "", detail: Any = None) -> None:
        self._act(lambda: self.going.direct(direction, to, detail, who()))

    def hold(self) -> None:
        self.direct("hold")

    def go(self) -> None:
        self.direct("go")

    def step(self) -> None:
        self.direct("step")

    def _act(self, act: Callable[[], None]) -> None:
        if self.performed == "nowhere":
            raise _nobody_performs(self.run, self.status)
        try:
            act()
        except FootlightsError as refused:
            raise CannotAct(refused.message, refused.hint) from refused
        except ValueError as refused:
            raise CannotAct(str(refused)) from refused

    # Those who look

    def _enter(self, playhead: Playhead) -> None:
        for call, text in self._said.items():
            playhead.hear(call, text)
        self._audiences.append(playhead)
        self._arrived.set()
        if self.is_led:
            self.going.led_by(self._seen)

    def _leave(self, playhead: Playhead) -> None:
        self._audiences.remove(playhead)
        if not self._audiences and self.is_led:
            self.going.led_by(None)

    async def _seen(self, seq: int) -> None:
        await self._arrived.wait()
        if self._audiences:
            await self._audiences[-1].shown(seq)

    def _hear(self, started: CallStarted, text: str) -> None:
        said = self._said[started.call] = self._said.get(started.call, "") + text
        for audience in self._audiences:
            audience.hear(started.call, said)


class Recorded:
    """A run of the archive that nobody performs."""

    came_from: Where = "nowhere"

    def __init__(self, row: RunRow, workspace: Path | None = None, *, entrance: Entrance = "start") -> None:
        self.run = row.run
        self.title = row.title or row.scenario
        self.performed: Where = "nowhere"
        self.status = row.status
        self.refused: Refused = _say_nothing  # told when what was handed over is refused
        self._workspace = workspace
        self._entrance = entrance
        self._texts: dict[str, Any] = {}
        self._letters: set[asyncio.Task[None]] = set()

    def value(self, ref: Ref) -> Any:
        return self._texts.get(ref.ref, ERASED)

    async def feed(self, playhead: Playhead) -> None:
        async with self._open() as archive:
            await self._feed_what_is_there(archive, playhead)

    def answer(self, gate: str, choice: str, note: str = "") -> None:
        if self.status in ENDED:
            raise CannotAct("the run is over; nobody waits for an answer")
        self._post("answer", gate, {"choice": choice, "note": note})

    def direct(self, direction: str, to: str = "", detail: Any = None) -> None:
        raise _nobody_performs(self.run, self.status)

    def hold(self) -> None:
        self.direct("hold")

    def go(self) -> None:
        self.direct("go")

    def step(self) -> None:
        self.direct("step")

    def _open(self) -> Archive:
        from app.journal import Archive

        return Archive.open(self._workspace)

    async def _feed_what_is_there(self, archive: Archive, playhead: Playhead) -> int:
        """The number of the last event."""
        events = await archive.events(self.run)
        self._texts = await archive.texts(self.run)
        if self.performed == "nowhere":
            await playhead.load(events)
        else:
            for number, event in enumerate(events, 1):
                playhead.feed(event)
                if number % _AT_A_TIME == 0:
                    await asyncio.sleep(0)
        if self._entrance == "now":
            playhead.to_head()
        return events[-1].seq if events else 0

    def _post(self, kind: str, about: str, body: dict[str, Any]) -> None:
        """Leave a letter for whoever performs the run, without keeping the screen waiting for the disk."""
        posting = asyncio.get_running_loop().create_task(self._hand_over(kind, about, body))
        self._letters.add(posting)
        posting.add_done_callback(self._letters.discard)

    async def _hand_over(self, kind: str, about: str, body: dict[str, Any]) -> None:
        try:
            letter = await asyncio.to_thread(_post, self._workspace, self.run, kind, about, body)
            if self.performed == "elsewhere" and (said := await self._verdict(letter)) != TAKEN:
                raise CannotAct(said)
        except FootlightsError as refused:
            self.refused(refused)

    async def _verdict(self, letter: int) -> str:
        """What became of a letter; nothing is as good as taken when nobody says so in time."""
        async with self._open() as archive:
            for _ in range(_PATIENCE):
                if said := await archive.verdict(letter):
                    return said
                await asyncio.sleep(GLANCE)
        return TAKEN


class Elsewhere(Recorded):
    """A run that another process performs: followed, heard, and written to."""

    came_from: Where = "elsewhere"

    def __init__(self, row: RunRow, workspace: Path | None = None, *, entrance: Entrance = "now") -> None:
        super().__init__(row, workspace, entrance=entrance)
        self.performed = "elsewhere"

    async def feed(self, playhead: Playhead) -> None:
        playhead.live = True
        async with self._open() as archive:
            after = await self._feed_what_is_there(archive, playhead)
            hearing = asyncio.get_running_loop().create_task(self._hear(archive, playhead))
            try:
                await self._follow(archive, playhead, after)
            finally:
                hearing.cancel()
                await asyncio.gather(hearing, return_exceptions=True)
            playhead.live = False
            self.status = (await archive.find(self.run)).status
            self.performed = "nowhere"  # last: whoever sees it so is told how the run stands
            await playhead.load()

    def direct(self, direction: str, to: str = "", detail: Any = None) -> None:
        if self.performed == "nowhere":
            raise _nobody_performs(self.run, self.status)
        self._post("direction", direction, {"direction": direction, "to": to, "detail": detail})

    async def _follow(self, archive: Archive, playhead: Playhead, after: int) -> None:
        from app.journal.refs import refs_of

        known = after  # up to here all that was kept is known; a value may be kept before the event that names it
        async for event in archive.follow(self.run, after):
            if any(digest not in self._texts for digest in refs_of(event)):
                self._texts |= await archive.texts_since(self.run, known + 1)
                known = event.seq
            playhead.feed(event)

    async def _hear(self, archive: Archive, playhead: Playhead) -> None:
        while True:
            for call, text in (await archive.partials(self.run)).items():
                playhead.hear(call, text)
            await asyncio.sleep(GLANCE)


async def source_of(run: str, workspace: Path | None = None, *, entrance: Entrance | None = None) -> Recorded:
    """The run that somebody means: an id, as much of one as tells it apart, or last."""
    from app.journal import Archive

    async with Archive.open(workspace) as archive:
        row = await archive.find(run)
    if row.holder:
        return Elsewhere(row, workspace, entrance=entrance or "now")
    return Recorded(row, workspace, entrance=entrance or "start")


def _post(workspace: Path | None, run: str, kind: str, about: str, body: dict[str, Any]) -> int:
    from app.journal import Journal

    with Journal.open(workspace) as journal:
        return journal.post(run, kind, about, body, who())


def _nobody_performs(run: str, status: str) -> CannotAct:
    if status in ENDED:
        return CannotAct("the run is over", f"footlights fork {short_id(run)} --at NUMBER branches off it")
    return CannotAct("nobody performs this run now", f"footlights resume {short_id(run)} goes on with it")


def _say_nothing(refused: FootlightsError) -> None:
    pass
