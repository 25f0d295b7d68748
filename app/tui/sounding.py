"""One test of a model as it goes: a tiny run, performed for real, paid for, and kept like any other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from app.engine.trials import LIMIT, sound_check
from app.errors import FootlightsError
from app.events import CallFailed, CallFinished, CallSpeaking, CallStarted, CallWaiting, Event, Usage
from app.playback.show import as_words
from app.state import NOTHING, Spent, spent_by
from app.tui.refused import in_words
from providers import price_list
from providers.catalogue import ModelFacts
from providers.pricing import cost_of, is_in_doubt

if TYPE_CHECKING:
    from app.engine import Run

_ASKED = Usage(input=120, output=20)  # tokens, about
_WITH_THOUGHTS = Usage(input=120, output=400)


@dataclass(slots=True)
class Sounding:
    """What was asked of a model and what came of it, so far."""

    use: str
    changed: Callable[[], None]
    is_performing: bool = True
    stands: str = "being prepared"
    said: str = ""
    served: str = ""  # the model that answered, as its service names it
    took_ms: int = 0
    tokens: int = 0
    attempts: int = 0
    spent: Spent = NOTHING
    fault: str = ""
    hint: str = ""
    run: str = ""
    began: float = field(default_factory=monotonic)

    @property
    def seconds(self) -> float:
        """Since it began."""
        return monotonic() - self.began

    async def perform(self, workspace: Path | None) -> None:
        """Ask it for one word."""
        from app.engine import perform

        try:
            if is_in_doubt(self.use, today=True):
                await price_list.load()
            with sound_check(self.use) as checked:
                performed = perform(checked, {}, workspace=workspace, retries=0)
                self.run = performed.id
                performed.watch(self._hear)
                async for event in performed:
                    self._see(event, performed)
                    self.changed()
                result = await performed.result()
            if result.failure is not None:
                self.fault, self.hint = result.failure.message, result.failure.hint
            elif result.detail:
                self.fault = result.detail
        except FootlightsError as error:
            self.fault = in_words(error)
        finally:
            self.is_performing = False
            self.changed()

    def _hear(self, started: CallStarted, text: str) -> None:
        self.said += text
        self.stands = "it answers"
        self.changed()

    def _see(self, event: Event, performed: Run) -> None:
        match event:
            case CallWaiting():
                self.stands = f"it waits{f': {event.detail}' if event.detail else ''}"
            case CallStarted():
                self.attempts, self.said = event.attempt, ""
                self.stands = "asked; nothing has come yet"
            case CallSpeaking():
                self.stands = "it has begun"
            case CallFailed():
                self._count(event)
                self.stands = f"{event.failure.error.replace('_', ' ')}; it is tried again"
            case CallFinished():
                self._count(event)
                self.said = as_words(performed.value(event.text)) or self.said
                self.served = event.served

    def _count(self, event: CallFinished | CallFailed) -> None:
        self.spent += spent_by(event)
        self.took_ms = event.took_ms
        self.tokens += event.usage.total


def about(facts: ModelFacts | None) -> float | None:
    """What a test costs, about; None when nobody knows."""
    if facts is None or facts.prices is None:
        return None
    return min(most(), cost_of(_WITH_THOUGHTS if facts.thinks else _ASKED, facts.prices))


def most() -> float:
    """What a test may cost at most."""
    return LIMIT
