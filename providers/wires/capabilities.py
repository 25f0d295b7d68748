"""What an endpoint has shown that it cannot do, so that it is not asked for it again: learned, and kept on disk.

A server that refuses a parameter does so before it works, so nothing was paid: the adapter leaves the parameter out,
tries once more at once, and remembers. What was learned is forgotten after a month: servers are upgraded.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Literal
from urllib.parse import urlsplit

from app.settings import data_home

Ability = Literal[
    "usage_in_stream", "json_schema", "strict", "max_completion_tokens", "max_tokens", "tools", "temperature", "effort",
    "encrypted_reasoning",
]  # fmt: skip

LASTS = 30 * 86_400.0  # seconds
LARGEST = 1_000_000  # bytes of the file: more was not written by us
_DEEPEST = 6

# How an error names what stands in the request for an ability. Of some it is enough to be named: nothing is lost
# without them, for how an answer is shaped is checked by us in any case. Of others the error has to say that they are
# refused as such, and not their value: a number that is too large is for a person to correct.
_NAMES: dict[Ability, str] = {
    "usage_in_stream": r"stream_options|include_usage",
    "strict": r"\bstrict\b|additionalproperties|invalid schema|invalid json schema",
    "json_schema": r"(?:response|output)[_ ]format|output_config|json[_ ]?schema|text\.format|structured[_ ]outputs?"
    r"|invalid schema|response[_ ]?schema|response[_ ]?mime[_ ]?type|chatrequest\.format|(?:in|for|invalid) format\b",
    "encrypted_reasoning": r"encrypted[_ ]content",
    "max_completion_tokens": r"\bmax_completion_tokens\b",
    "max_tokens": r"\bmax_tokens\b",
    "temperature": r"\btemperature\b",
    "effort": r"\breasoning_effort\b|reasoning\.effort|\breasoning\b",
    "tools": r"\btools?\b|function call",
}
_NAMED_IS_REFUSED: frozenset[Ability] = frozenset({"usage_in_stream", "strict", "json_schema", "encrypted_reasoning"})
_REFUSED = re.compile(
    r"unsupported|unrecogni[sz]ed|unknown|unexpected|unavailable|not (?:be )?(?:support|permit|allow|accept|implement)"
    r"|n['o]t support|extra (?:inputs|fields)|extra_forbidden|only the default|deprecated"
)


class Capabilities:
    """Of one model at one endpoint; everything is possible until it was refused."""

    def __init__(self, learned: Learned, place: str, clock: Callable[[], float]) -> None:
        self._learned = learned
        self._place = place
        self._clock = clock
        self._left_out: list[Ability] = []

    def can(self, ability: Ability) -> bool:
        """Has it not been refused of late?"""
        if ability in self._left_out:
            return False
        when = self._learned.refusals(self._place).get(ability)
        return when is None or not _counts(when, self._clock())

    def leave_out(self, ability: Ability) -> None:
        """It seems to be refused: do without it for now."""
        self._left_out.append(ability)

    def helped(self) -> None:
        """Doing without it was the answer: remember that."""
        while self._left_out:
            self.cannot(self._left_out.pop())

    def cannot(self, ability: Ability) -> None:
        """It was refused."""
        self._learned.add(self._place, ability, self._clock())


def capabilities_of(base_url: str, model: str, clock: Callable[[], float] = time.time) -> Capabilities:
    """What is known of a model where it is served."""
    return Capabilities(_learned(data_home() / "endpoints.json"), _place(base_url, model), clock)


def refused_by(answer: bytes, asked: Collection[Ability]) -> Ability | None:
    """Which of the abilities that a request asked for does this error refuse? The first of them, in their order."""
    said = _said(answer)
    is_refusal = _REFUSED.search(said) is not None
    for ability in asked:
        if (is_refusal or ability in _NAMED_IS_REFUSED) and re.search(_NAMES[ability], said):
            return ability
    return None


class Learned:
    """Everything learned, in memory and in a file; without the file, where it cannot be read or written."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._known = _read(file)

    def refusals(self, place: str) -> dict[str, float]:
        """What was refused at a place, and when."""
        return self._known.get(place, {})

    def add(self, place: str, ability: str, now: float) -> None:
        """Remember a refusal, beside what other processes have learned meanwhile."""
        for other, theirs in _read(self._file).items():
            self._known[other] = theirs | self._known.get(other, {})
        self._known.setdefault(place, {})[ability] = now
        with suppress(OSError):  # then it is learned again by the next process
            _write(self._file, {place: kept for place, known in self._known.items() if (kept := _fresh(known, now))})


@cache
def _learned(file: Path) -> Learned:
    return Learned(file)


def _place(base_url: str, model: str) -> str:
    """Without what may stand in an address and be a secret."""
    parts = urlsplit(base_url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path.rstrip('/')} {model}"


def _counts(when: float, now: float) -> bool:
    return abs(now - when) < LASTS


def _fresh(known: dict[str, float], now: float) -> dict[str, float]:
    return {ability: when for ability, when in known.items() if _counts(when, now)}


def _read(file: Path) -> dict[str, dict[str, float]]:
    try:
        with file.open("rb") as opened:
            written = json.loads(opened.read(LARGEST))
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(written, dict):
        return {}
    return {
        place: {ability: when for ability, when in known.items() if isinstance(when, int | float)}
        for place, known in written.items()
        if isinstance(known, dict)
    }


def _write(file: Path, known: dict[str, dict[str, float]]) -> None:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with NamedTemporaryFile("w", dir=file.parent, prefix=".endpoints-", delete=False) as written:  # its mode is 0600
        json.dump(known, written, indent=1, sort_keys=True)
    Path(written.name).replace(file)


def _said(answer: bytes) -> str:
    """The words of an error, without the request that some servers send back with it."""
    try:
        words = _words(json.loads(answer), _DEEPEST)
    except (ValueError, RecursionError):
        words = iter([answer[:2000].decode("utf-8", "replace")])
    return " ".join(words).lower()


def _words(value: Any, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif depth and isinstance(value, list):
        for one in value:
            yield from _words(one, depth - 1)
    elif depth and isinstance(value, dict):
        for name, one in value.items():
            if name not in ("input", "ctx", "body"):
                yield from _words(one, depth - 1)
