"""The three ways to watch a performance without a stage: lines for people, one event a line, the result alone."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol, TextIO

from app.cli.endings import how_to_go_on, what_comes_before
from app.cli.ink import Ink
from app.cli.said import as_json, narrate
from app.cli.spoken import is_spoken
from app.events import Event, GateOpened, Ref
from app.safety import clean

if TYPE_CHECKING:
    from app.engine import Result, Run


class Display(Protocol):
    """What is shown while a run is performed."""

    def tell(self, event: Event) -> None:
        """Something happened."""
        ...

    def recall(self, event: Event) -> None:
        """Something had happened before this process performed the run."""
        ...

    def tick(self) -> None:
        """Time has passed."""
        ...

    def say(self, text: str) -> None:
        """Say something on stderr that is not about the play."""
        ...

    def finish(self, result: Result) -> None:
        """The run has ended, or stops for now."""
        ...

    def hold(self) -> None:
        """Somebody is being asked: keep what is to be shown."""
        ...

    def go_on(self) -> None:
        """Show what was kept."""
        ...


def add_ways_to_perform(parser: argparse.ArgumentParser) -> None:
    """Add what every command without a stage takes: which display, who is asked, and how safely it is kept."""
    ways = parser.add_mutually_exclusive_group()
    ways.add_argument("--json", action="store_true", help="one event a line on stdout, and nothing else")
    ways.add_argument("--quiet", action="store_true", help="the result alone")
    parser.add_argument("--wait", action="store_true", help="let questions wait for footlights answer, from anywhere")
    parser.add_argument("--fast", action="store_true", help="a power cut may lose the last moments; a crash does not")


def display_for(args: argparse.Namespace, run: Run, *, asks_here: bool = False) -> Display:
    """The one that was asked for."""
    if args.json:
        return EventLines(run)
    if args.quiet:
        return ResultAlone(run)
    return Narrated(run, asks_here=asks_here)


class Curtain:
    """Writes to a stream; while it is down, what is written waits behind it."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._kept: list[str] | None = None

    def write(self, text: str) -> None:
        """Write now, or when the curtain rises."""
        if self._kept is not None:
            self._kept.append(text)
            return
        self._stream.write(text)
        self._stream.flush()

    def hold(self) -> None:
        """Let it down."""
        self._kept = self._kept or []

    def go_on(self) -> None:
        """Raise it."""
        kept, self._kept = self._kept, None
        if kept:
            self.write("".join(kept))


class Narrated:
    """Lines for people on stderr; at the end what the run gives back on stdout, when that is not the same terminal."""

    def __init__(self, run: Run, *, asks_here: bool) -> None:
        from app.cli.narrating.narrator import Narrator
        from app.cli.narrating.status import StatusLine

        self._run = run
        self._asks_here = asks_here
        self._curtain = Curtain(sys.stderr)
        self._held = False
        self._last = (0, time.monotonic())  # the run's own time at the last event, and ours
        ink = Ink.for_stream(sys.stderr)
        # A line that changes would be read again at every change; a dumb terminal cannot take one back.
        redraws = sys.stderr.isatty() and not is_spoken() and os.environ.get("TERM") != "dumb"
        self._status = StatusLine(ink, self._curtain.write) if redraws else None
        self._narrator = Narrator(ink, self._curtain.write, run.value, self._status)

    def tell(self, event: Event) -> None:
        self._last = (event.mono, time.monotonic())
        if not (self._asks_here and isinstance(event, GateOpened)):  # the prompt says it all
            self._narrator.tell(event)

    def recall(self, event: Event) -> None:
        self._last = (event.mono, time.monotonic())
        self._narrator.catch_up([event])

    def tick(self) -> None:
        if not self._held:
            mono, then = self._last
            self._narrator.tick(mono + int((time.monotonic() - then) * 1000))

    def say(self, text: str) -> None:
        if self._status is not None and not self._held:
            self._status.clear()
        narrate(text)
        sys.stderr.flush()

    def finish(self, result: Result) -> None:
        self._narrator.finish(self._run.state)
        if words := what_comes_before(result, self._run.id, self._run.events):
            self.say(f"  {words}")  # the summary has named the command that goes on
        if result.outputs and not sys.stdout.isatty():
            sys.stdout.write(as_text(result.outputs))

    def hold(self) -> None:
        if self._status is not None:
            self._status.clear()
        self._held = True
        self._curtain.hold()

    def go_on(self) -> None:
        self._held = False
        self._curtain.go_on()


class ResultAlone:
    """What the run gives back, and nothing else."""

    def __init__(self, run: Run) -> None:
        self._run = run

    def tell(self, event: Event) -> None:
        pass

    def recall(self, event: Event) -> None:
        pass

    def tick(self) -> None:
        pass

    def say(self, text: str) -> None:
        narrate(text)

    def finish(self, result: Result) -> None:
        if result.outputs:
            sys.stdout.write(as_text(result.outputs))
        elif result.failure is not None:
            self.say(f"{result.failure.error}: {result.failure.message}")
        if words := how_to_go_on(result, self._run.id, self._run.events):
            self.say(words)

    def hold(self) -> None:
        pass

    def go_on(self) -> None:
        pass


class EventLines(ResultAlone):
    """One event a line, with the texts in it, as JSON that keeps every character and drives no terminal."""

    def __init__(self, run: Run) -> None:
        from app.cli.telling import told_line

        super().__init__(run)
        self._line: Callable[[Event, Callable[[Ref], Any]], str] = told_line
        self._curtain = Curtain(sys.stdout)

    def tell(self, event: Event) -> None:
        self._curtain.write(self._line(event, self._run.value) + "\n")

    def finish(self, result: Result) -> None:
        if words := how_to_go_on(result, self._run.id, self._run.events):
            self.say(words)

    def hold(self) -> None:
        self._curtain.hold()

    def go_on(self) -> None:
        self._curtain.go_on()


def as_text(outputs: dict[str, Any]) -> str:
    """The one text that a run gives back, or all it gives as JSON."""
    values = list(outputs.values())
    if len(values) == 1 and isinstance(values[0], str):
        text = clean(values[0])
        return text if text.endswith("\n") else f"{text}\n"
    return as_json(outputs, indent=2)


def values_of(texts: dict[str, Any]) -> Callable[[Ref], Any]:
    """Looks up what Refs of an archived run stand for; what was erased says so."""

    def value_of(ref: Ref) -> Any:
        return texts.get(ref.ref, "(erased)")

    return value_of
