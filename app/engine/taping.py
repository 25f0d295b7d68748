"""Cassettes in a run: which calls are played back, which reach a model, and which are written down.

A run whose every call is played back lives on the virtual clock of rehearsals, on which the answers take the time that
they took: so it is the same every time, a wait for a retry takes none of ours, and a timeout still means something.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import gmtime, localtime
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from app.engine.endpoints import of_a_rehearsal
from app.engine.outcomes import Mishap
from app.engine.past import around
from app.engine.streaming import Broken, Heard, listen
from app.engine.tapes import Tapes, day
from app.events import (
    CallFailed,
    CallFinished,
    CallStarted,
    Event,
    Remark,
    RunPaused,
    RunResumed,
    StepFailed,
    StepRetrying,
)
from providers.base import Chunk, Message, Provider, Request, ToolCall
from providers.routing import Routed
from providers.tapes.cassette import (
    Answer,
    Asked,
    Cassette,
    Change,
    Fault,
    Recording,
    asked_of,
    digest_of,
    without_days,
)
from providers.tapes.recorder import Recorder
from providers.tapes.unrecorded import what_differs
from providers.wires.watchdog import Patience

if TYPE_CHECKING:
    from app.engine import calls
    from app.engine.models import Model
    from app.engine.performance import Performance

UNRECORDED = "unrecorded"  # the error of a call that a cassette has no answer to
_SHORTEST_NAME = 4  # characters: a shorter folder is found in texts that do not mean it


class Voice:
    """Who answers one call."""

    __slots__ = ("provider",)
    is_played = False  # from a cassette

    def __init__(self, provider: Provider) -> None:
        self.provider = provider

    async def listen(
        self, performance: Performance, request: Request, heard: Heard, started: CallStarted, patience: Patience
    ) -> Heard | Broken:
        """Hear the answer out."""
        return await listen(performance, self.provider, request, heard, started, patience)


class Taping:
    """The tapes of one run while it is performed."""

    def __init__(self, performance: Performance, tapes: Tapes) -> None:
        self._performance = performance
        self._tapes = tapes
        self.endpoints = of_a_rehearsal(performance.clock)  # what was recorded says nothing of how they are now
        self._asked: Counter[tuple[str, str, bytes]] = Counter()
        self._days = tapes.cassette.days if tapes.cassette is not None else frozenset[str]()
        self._words = _words_for(performance)
        self._recall()

    def plays(self, agent: str) -> bool:
        """Does an agent speak from the cassette?"""
        return self._tapes.cassette is not None and agent not in self._tapes.live

    @property
    def fills_in(self) -> bool:
        """Is a model asked what the cassette does not know, and its answer added?"""
        return self._tapes.recorder is not None and not self._tapes.live

    def as_recorded(self, asked: calls.Asked, routed: Routed, *, failed: Collection[str]) -> Routed:
        """The choice that was made when a call was recorded; what may not see it is not chosen all the same."""
        cassette = self._tapes.cassette
        if cassette is None or not self.plays(asked.speaker.id):
            return routed
        name = cassette.model(self._blank(asked, "", "", Request("", asked.messages)))
        if name not in failed and any(one.model == name and one.out != "privacy" for one in routed.candidates):
            return replace(routed, chosen=name, policy="cassette")
        return replace(routed, chosen=None) if failed and not self.fills_in else routed

    def voice(self, asked: calls.Asked, model: Model, request: Request) -> Voice:
        """Who answers a call: the cassette, or the model; Mishap when the cassette should and cannot."""
        blank = self._blank(asked, model.name, model.use, request)
        cassette = self._tapes.cassette
        if cassette is not None and self.plays(asked.speaker.id):
            known = cassette.find(blank)
            if known is not None:
                return _Taped(_Playing(known, self._show), self, blank, played=True)
            if not self.fills_in or model.provider is None:
                raise self._missed(blank, cassette, model)
        assert model.provider is not None  # one that cannot be reached is never chosen
        return _Taped(model.provider, self, blank, played=False)

    async def keep(self, blank: Recording, heard: Heard | Broken, *, played: bool) -> None:
        """A call is over: write it down, unless that is where it comes from."""
        self._count(blank)
        if (recorder := self._recorder(played=played)) is not None:
            with self._whatever_the_disk_does(blank):
                await asyncio.to_thread(recorder.add, self._recording(blank, heard))

    def cut_off(self, blank: Recording, heard: Heard, *, played: bool) -> None:
        """A call was ended from around it, by a timeout or a person. When a run stops, it is made again later."""
        if self._performance.turnstile.is_closing:
            return
        self._count(blank)
        if (recorder := self._recorder(played=played)) is not None:
            with self._whatever_the_disk_does(blank):
                recorder.add(replace(self._recording(blank, heard), cut_off=True))

    def _recorder(self, *, played: bool) -> Recorder | None:
        """Where a call is written down: not where it comes from."""
        recorder = self._tapes.recorder
        return None if recorder is None or (played and str(recorder.path) == self._tapes.path) else recorder

    @contextmanager
    def _whatever_the_disk_does(self, blank: Recording) -> Iterator[None]:
        """Around the writing of a call: its answer is paid for, so the run goes on with it."""
        try:
            yield
        except OSError as error:
            said = f"the cassette could not be written ({error.strerror}), and lacks a call of {blank.step}"
            self._performance.log.add(Remark(said))

    def _blank(self, asked: calls.Asked, model: str, use: str, request: Request) -> Recording:
        """A call as it is asked, for the how many-th time."""
        form = self._form(request)
        step, agent = asked.path, asked.speaker.id
        time = self._asked[step, agent, digest_of(form.messages)] + 1
        return Recording(step=step, agent=agent, time=time, model=model, use=use, asked=form)

    def _count(self, over: Recording) -> None:
        self._asked[over.step, over.agent, digest_of(over.asked.messages)] += 1

    def _recording(self, blank: Recording, heard: Heard | Broken) -> Recording:
        hide, fault = self._hide_names, None
        answer = heard.heard if isinstance(heard, Broken) else heard
        if isinstance(heard, Broken):
            fault = Fault(heard.error, hide(heard.message), hide(heard.hint), heard.retry_after)
        return replace(
            blank,
            answer=Answer(
                text=hide(answer.text),
                thought=hide(answer.thought),
                tool_calls=tuple(ToolCall(one.id, one.name, hide(one.arguments)) for one in answer.tool_calls),
                finish=answer.finish if answer.is_complete else None,
                usage=answer.usage,
                served=hide(answer.served),
            ),
            fault=fault,
            read=answer.is_read,
            first_ms=answer.first_ms or 0,
            took_ms=answer.took_ms,
            date=day(gmtime()),
        )

    def _missed(self, blank: Recording, cassette: Cassette, model: Model) -> Mishap:
        path = _nearby(self._tapes.path)
        said = f"the cassette {path} has no answer for {blank.agent} in {blank.step}"
        if self.fills_in:
            said += f", and {model.use} cannot be asked: {model.why_not}"
        hint = f"--live {blank.agent} calls the model; --cassette {path} --record {path} adds what is missing"
        return Mishap(UNRECORDED, f"{said}; {what_differs(cassette, blank)}", hint)

    def _recall(self) -> None:
        """Count what was asked before the run was resumed."""
        log = self._performance.log
        for begun in _asked_before(log.recorded):
            messages = tuple(_message(log.value(ref)) for ref in begun.messages)
            form = self._form(Request("", messages))
            self._count(Recording(step=begun.step, agent=begun.agent, model="", use="", asked=form))

    def _form(self, request: Request) -> Asked:
        """A request without what differs from run to run: also without the day."""
        self._days |= {day(gmtime()), day(localtime())}
        undated = without_days(self._days)
        return asked_of(request, lambda text: undated(self._hide_names(text)))

    def _hide_names(self, text: str) -> str:
        """Without secrets, without what is true of this run and this machine alone, and fit for UTF-8."""
        text = self._performance.mask(text)
        for name, word in self._words.items():
            text = text.replace(name, word)
        return text if text.isascii() else text.encode("utf-8", "replace").decode()

    def _show(self, text: str) -> str:
        """A text of an answer, made to fit this run."""
        for name, word in self._words.items():
            text = text.replace(word, name)
        return text


class _Taped(Voice):
    """Who answers a call of a run that has tapes."""

    __slots__ = ("_blank", "_taping", "is_played")

    def __init__(self, provider: Provider, taping: Taping, blank: Recording, *, played: bool) -> None:
        super().__init__(provider)
        self._taping = taping
        self._blank = blank
        self.is_played = played

    async def listen(
        self, performance: Performance, request: Request, heard: Heard, started: CallStarted, patience: Patience
    ) -> Heard | Broken:
        try:
            answer = await super().listen(performance, request, heard, started, patience)
        except asyncio.CancelledError:
            self._taping.cut_off(self._blank, heard, played=self.is_played)
            raise
        await self._taping.keep(self._blank, answer, played=self.is_played)
        return answer


class _Playing:
    """A provider that says one recording."""

    def __init__(self, recording: Recording, change: Change) -> None:
        self._recording = recording
        self._change = change

    def stream(self, request: Request) -> AsyncIterator[Chunk]:
        return self._recording.play(self._change)


def _words_for(performance: Performance) -> dict[str, str]:
    """What differs from run to run, and the words that stand for it; the longest first, since one may hold another."""
    settings = performance.settings
    found = {
        performance.log.run: "⟨run⟩",
        str(settings.root): "⟨project⟩",
        str(settings.outbox): "⟨outbox⟩",
    }
    return {name: found[name] for name in sorted(found, key=len, reverse=True) if len(name) >= _SHORTEST_NAME}


def _nearby(path: str) -> str:
    """As a person here would write it."""
    here = f"{Path.cwd()}/"
    return path.removeprefix(here)


def _asked_before(recorded: Iterable[Event]) -> Iterator[CallStarted]:
    """The calls that are not made again: those that ended by themselves, or with their step, but not with the run."""
    started: dict[str, CallStarted] = {}
    cut_off: list[CallStarted] = []
    for event in recorded:
        match event:
            case CallStarted():
                started[event.call] = event
            case CallFailed() if event.failure.error == "interrupted":
                cut_off.append(started[event.call])
            case CallFinished() | CallFailed():
                yield started[event.call]
            case StepRetrying() | StepFailed():
                yield from (one for one in cut_off if event.step in around(one.step))
                cut_off = [one for one in cut_off if event.step not in around(one.step)]
            case RunPaused() | RunResumed():
                cut_off.clear()


def _message(value: Any) -> Message:
    """A message as the log keeps it."""
    wanted = tuple(ToolCall(one["id"], one["name"], one["arguments"]) for one in value.get("tool_calls", ()))
    return Message(value["role"], value["content"], wanted, value.get("tool_call", ""))
