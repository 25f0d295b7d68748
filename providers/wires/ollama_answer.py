"""Reads an answer of Ollama's chat API: pieces of a message, line by line, and the counts with the last one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.events import Usage
from providers.base import Chunk, Endpoint, Finish, ProviderError
from providers.catalogue import is_passed_on
from providers.wires import faults, usage
from providers.wires.assembling import Halves, Thinking, ToolCalls
from providers.wires.conversation import as_list, as_map, as_name, as_text

PROTOCOL = "ollama"
MADE = "ollama_call_"  # how the ids begin that we give to calls without one
_TOO_FEW = 1.5  # how many times our estimate may be what the server has read
_SHORT = 1024  # tokens: shorter prompts fit every window
_ROUND = 1024  # windows are multiples of this


class OllamaAnswer:
    """The lines of one answer become chunks."""

    def __init__(
        self, endpoint: Endpoint, estimate: int, window: int, calls_before: int = 0, privacy: str = "public"
    ) -> None:
        self._endpoint = endpoint
        self._estimate = estimate
        self._window = window
        self._privacy = privacy
        self._remote = ""
        self._made = calls_before  # so that no id comes twice in a conversation
        self._text, self._thought = Halves(), Halves()
        self._thinking = Thinking()  # some models part it from what they say with tags alone
        self._thoughts: list[str] = []
        self._calls = ToolCalls()
        self._served = ""
        self.is_done = False

    def read(self, message: Any) -> Iterator[Chunk]:
        """What a line holds."""
        line = as_map(message)
        if line.get("error"):
            raise faults.in_band(line["error"], self._endpoint)
        served = as_name(line.get("model"))
        if served and served != self._served:
            self._served = served
            yield Chunk(served=served)
        if not self._remote and (remote := remote_of(line)):
            self._remote = remote
            yield Chunk(remote=remote)
            insist_on_staying(served, remote, self._privacy)
        told = as_map(line.get("message"))
        yield from self._say("", self._thought.join(as_text(told.get("thinking"))))
        if text := self._text.join(as_text(told.get("content"))):
            yield from self._say(*self._thinking.part(text))
        for call in as_list(told.get("tool_calls")):
            self._ask(as_map(call))
            yield Chunk()  # there is something, though not to be shown yet
        if line.get("done") is True:
            self.is_done = True
            yield from self._finish(line)

    def end(self, was_said: bool) -> Iterator[Chunk]:
        """Nothing: an answer without its last line is none."""
        return iter(())

    def _say(self, text: str, thought: str) -> Iterator[Chunk]:
        if thought:
            self._thoughts.append(thought)
        if text or thought:
            yield Chunk(text=text, thought=thought)

    def _ask(self, call: dict[str, Any]) -> None:
        self._made += 1
        asked = as_map(call.get("function"))
        self._calls.feed(as_text(call.get("id")) or f"{MADE}{self._made}", asked.get("name"), asked.get("arguments"))

    def _finish(self, line: dict[str, Any]) -> Iterator[Chunk]:
        used = _usage(line)
        read = None if used is None else used.input + used.cache_read
        if read is not None and was_cut(read, self._estimate, self._window):
            yield Chunk(usage=used)
            raise ProviderError(
                "context_too_long",
                f"Ollama read {read:,} of about {self._estimate:,} tokens, and cut away what its window cannot hold",
                hint="ask with less, or give the model a larger num_ctx in params",
            )
        yield from self._say(*self._thinking.end())
        calls = self._calls.done()
        finish: Finish = "length" if line.get("done_reason") == "length" else "tool_calls" if calls else "stop"
        echo = {"protocol": PROTOCOL, "thinking": "".join(self._thoughts)} if calls and self._thoughts else None
        yield Chunk(tool_calls=calls, finish=finish, usage=used, echo=echo)


def remote_of(told: dict[str, Any]) -> str:
    """The machine that a server hands a model's work on to, by what it tells of the model or in an answer; "": none."""
    host = as_name(told.get("remote_host"))
    return host.rpartition("://")[2] or ("another machine" if told.get("remote_model") else "")


def insist_on_staying(model: str, remote: str, privacy: str) -> None:
    """Raise what is wrong when a request may not be handed on. A private one may, where the name says that it will be:

    then whoever wrote the scenario knew, and said that this model may see it.
    """
    if privacy == "public" or (privacy == "private" and is_passed_on(f"ollama/{model}")):
        return
    said = f"{model} runs at {remote}, and this step is {privacy}: it may not go there"
    raise ProviderError("auth", said, hint="name a model that runs here: footlights models --installed lists them")


def was_cut(read: int, estimate: int, window: int) -> bool:
    """Did the server cut the prompt to its window? Older ones do it in silence, newer ones when they are told to.

    Few tokens read are no proof: older servers leave out what they had in their cache. So it counts only where the
    prompt could not have fitted, or where what was read is just as much as some window holds.
    """
    if estimate < _SHORT or read * _TOO_FEW >= estimate:
        return False
    return estimate > window or (read > _SHORT // 2 and (read + 1) % _ROUND <= 2)


def _usage(line: dict[str, Any]) -> Usage | None:
    """None where the prompt was not counted: some servers leave it out when all of it was in their cache."""
    return usage.of_totals(
        line.get("prompt_eval_count"), line.get("eval_count"), cached=line.get("prompt_eval_cached_count")
    )
