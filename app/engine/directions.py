"""What people do to a run while it is performed: whisper, mute, swap a model, raise a limit, skip, hold, cancel."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from app.events import CallStarted, Directed, Event, definition
from providers.base import Message

DIRECTIONS = (
    "whisper", "mute", "unmute", "swap", "raise", "skip", "hold", "step", "go", "pause", "resume", "cancel",
)  # fmt: skip


@dataclass(slots=True)
class Directions:
    """What was directed so far, as far as it still counts."""

    muted: set[str] = field(default_factory=set)
    swapped: dict[str, str] = field(default_factory=dict)
    skipped: set[str] = field(default_factory=set)
    _whispers: dict[str, list[str]] = field(default_factory=dict)

    def apply(self, event: Directed, detail: Any) -> None:
        """Take a direction into account."""
        match event.direction:
            case "whisper":
                self._whispers.setdefault(event.to, []).append(str(detail))
            case "mute":
                self.muted.add(event.to)
            case "unmute":
                self.muted.discard(event.to)
            case "swap":
                self.swapped[event.to] = str(detail)
            case "skip":
                self.skipped.add(event.to)

    def recall(self, recorded: Iterable[Event], value: Any) -> None:
        """What was directed before the run was resumed. A whisper was heard once its agent was called again."""
        for event in recorded:
            if isinstance(event, Directed):
                self.apply(event, value(event.detail))
            elif isinstance(event, CallStarted):
                self._whispers.pop(event.agent, None)

    def whispers(self, agent: str) -> list[Message]:
        """What an agent is told in its next call, by a person."""
        return [
            Message("user", f"A person watching tells you, and only you: {text}")
            for text in self._whispers.pop(agent, [])
        ]

    def skips(self, path: str) -> bool:
        """Is a step to be left out? It may be named as it stands in the file, or by its path in the run."""
        return bool(self.skipped) and (path in self.skipped or definition(path) in self.skipped)
