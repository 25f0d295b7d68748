"""Secrets by name: looked up where they are needed, and covered wherever they come back."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from app.document.nesting import DEEPEST
from app.engine.outcomes import Mishap
from app.safety import looks_like_secret, mask_secrets
from providers.keys import UnreadableKey, find_key

_DEEPEST = 2 * DEEPEST  # what was read is kept inside something else
SHORTEST = 8  # what is shorter would cover half of every text
PRETENDED = "secret-of-the-rehearsal"


class Secrets:
    """The secrets that a run has used, so that they can be kept out of everything it says."""

    def __init__(self, *, pretend: bool) -> None:
        self._pretend = pretend  # a rehearsal needs none, and is the same where there are some
        self._known: dict[str, str] = {}

    def get(self, name: str) -> str:
        """Its value: from the environment, or from the file that NAME_FILE names."""
        if self._pretend:
            return PRETENDED
        if name not in self._known:
            self._known[name] = _found(name)
        return self._known[name]

    def know(self, name: str, value: str) -> None:
        """One that was looked up elsewhere: the key of a provider."""
        self._known[name] = value

    def values(self) -> tuple[str, ...]:
        """All that were used."""
        return tuple(self._known.values())

    @property
    def longest(self) -> int:
        """How many characters the longest takes, however it is written."""
        return 3 * max(map(len, self._known.values()), default=0)

    def mask(self, text: str) -> str:
        """A text in which none of them can be read, nor what looks like one."""
        if not text:
            return text
        if self._known:
            from app.tools.covering import COVER, cover_text

            text = cover_text(text, self.values())
            text = _in_addresses(self.values()).sub(COVER, text)
        return mask_secrets(text) if looks_like_secret(text) else text

    def mask_all(self, data: Any, depth: int = 0) -> Any:
        """The same for every text of a structure; what is nested so deep that it would end the process is left out."""
        if isinstance(data, str):
            return self.mask(data)
        if depth > _DEEPEST and isinstance(data, dict | list):
            return "…"
        if isinstance(data, dict):
            return {self.mask(name): self.mask_all(value, depth + 1) for name, value in data.items()}
        if isinstance(data, list):
            return [self.mask_all(value, depth + 1) for value in data]
        return data


@lru_cache(maxsize=16)
def _in_addresses(secrets: tuple[str, ...]) -> re.Pattern[str]:
    """What finds secrets in an address: whoever wrote it chose which characters to escape there."""
    ways = ["".join(map(_in_address, secret)) for secret in secrets if len(secret) >= SHORTEST]
    return re.compile("|".join(sorted(ways, key=len, reverse=True)) or "(?!)", re.IGNORECASE)


def _in_address(character: str) -> str:
    if character.isascii() and character.isalnum():
        return character
    escaped = "".join(f"%{byte:02x}" for byte in character.encode("utf-8", "replace"))
    return rf"(?:{re.escape(character)}|{escaped}{'|[+]' if character == ' ' else ''})"


def _found(name: str) -> str:
    try:
        key = find_key(name)
    except UnreadableKey as error:
        raise Mishap("auth", str(error), "footlights doctor says more") from error
    if key is None:
        raise Mishap("auth", f"the secret {name} is not set", f"export {name}=..., or {name}_FILE=a file with it")
    return key.value
