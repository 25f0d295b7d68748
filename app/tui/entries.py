"""The entries of an agent's part: what was said to them, what they said, and what they did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from app.events import CallFailed, Failure, Performer, ToolFinished
from app.playback.show import Show
from app.safety import one_line
from app.state import CallState, ToolState, words

SpeechStatus = Literal["waiting", "thinking", "speaking", "said", "cut off", "refused", "retrying", "failed", "lost"]
UseStatus = Literal["waiting", "running", "done", "failed", "lost"]

_BRIEF = 200  # characters of what stands beside an entry


@dataclass(frozen=True, slots=True)
class Speech:
    """What an agent said in one call, or says."""

    call: str
    text: str
    status: SpeechStatus
    model: str = ""
    tokens: int = 0
    basis: str = ""
    about: str = ""  # why it waits, is tried again or failed
    wait_ms: int = 0
    step: str = ""

    @property
    def is_under_way(self) -> bool:
        return self.status in ("waiting", "thinking", "speaking")


@dataclass(frozen=True, slots=True)
class ToolUse:
    """A tool that an agent uses."""

    id: str
    tool: str
    status: UseStatus
    took_ms: int = 0
    about: str = ""
    step: str = ""


@dataclass(frozen=True, slots=True)
class Received:
    """Work that was handed to an agent."""

    seq: int
    giver: Performer
    words: str
    step: str = ""


@dataclass(frozen=True, slots=True)
class Direction:
    """What a person did to an agent: a whisper, a mute, another model."""

    seq: int
    what: str
    words: str
    by: str
    step: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to a person that came up in an agent's step."""

    gate: str
    question: str
    status: str
    choice: str = ""
    step: str = ""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A step of the agent's that was not performed."""

    step: str
    title: str
    reason: str


Entry = Speech | ToolUse | Received | Direction | Asked | Skipped


def brief(text: str) -> str:
    """A text of anybody on one line, and not long."""
    return one_line(text, most=4 * _BRIEF)[:_BRIEF]


def because(failure: Failure) -> str:
    """A failure in one line: its class, and what was said first."""
    return brief(words.because(failure))


def speech_of(show: Show, call: CallState) -> Speech:
    """What was said in a call, as it stands."""
    status, about, wait_ms = _how_it_goes(call)
    text = show.words(call.text) if call.ended is not None else show.heard.get(call.id, "")
    ended = call.ended
    return Speech(
        call.id,
        text,
        status,
        model=brief(call.model),
        tokens=call.usage.output,
        basis=ended.basis if ended is not None else "",
        about=about,
        wait_ms=wait_ms,
        step=call.step,
    )


def _how_it_goes(call: CallState) -> tuple[SpeechStatus, str, int]:
    ended = call.ended
    if call.status == "not made":
        return "lost", "never sent", 0
    if call.status == "lost":
        return "lost", "cut off when the process ended", 0
    if isinstance(ended, CallFailed):
        failed: SpeechStatus = "failed" if ended.retry_ms is None else "retrying"
        return failed, because(ended.failure), ended.retry_ms or 0
    if ended is not None:
        said: SpeechStatus = _ENDINGS.get(ended.finish, "said")
        return said, _SAYS.get(said, ""), 0
    if call.status == "waiting" and call.waiting is not None:
        return "waiting", _WAITS[call.waiting.waits_for], call.waiting.wait_ms
    return "speaking" if call.status == "speaking" else "thinking", "", 0


_ENDINGS: dict[str, SpeechStatus] = {"length": "cut off", "refused": "refused"}
_SAYS: dict[SpeechStatus, str] = {"cut off": "the answer was longer than it may be", "refused": "the model declined"}
_WAITS = {"limiter": "the rate limit", "breaker": "the service to recover", "budget": "the budget"}


def use_of(show: Show, tool: ToolState) -> ToolUse:
    """A use of a tool as it stands."""
    ended = tool.ended
    name = brief(tool.tool) or "tool"
    took_ms = ended.took_ms if ended is not None else 0
    status: UseStatus
    if tool.status == "lost":
        status, about = "lost", "nobody knows what became of it"
    elif ended is None:
        status, about = "waiting" if tool.status == "waiting" else "running", brief(tool.reason)
    elif isinstance(ended, ToolFinished):
        status, about = "done", _size_of(show.value(ended.result))
    else:
        status, about = "failed", because(ended.failure)
    return ToolUse(tool.id, name, status, took_ms, about, tool.step)


def _size_of(result: Any) -> str:
    """What came of a tool, in two words."""
    if isinstance(result, dict) and isinstance(rows := result.get("rows"), list):
        result = rows
    if isinstance(result, list):
        return words.plural(len(result), "item")
    return brief(result.partition("\n")[0])[:60] if isinstance(result, str) else ""
