"""Keeps secrets out of what tools give back: each is covered, in all the ways in which it may have been written."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Any
from urllib.parse import quote

COVER = "•••"
_SHORTEST_SECRET = 4  # a shorter one would cover half of every text


def cover(value: Any, secrets: tuple[str, ...]) -> Any:
    """Return plain data with every secret in it covered, however it was written."""
    forms = _forms(secrets)
    return _covered(value, forms) if forms else value


def cover_text(text: str, secrets: tuple[str, ...]) -> str:
    """Return a text with every secret in it covered."""
    for form in _forms(secrets):
        text = text.replace(form, COVER)
    return text


def _covered(value: Any, forms: tuple[str, ...]) -> Any:
    if isinstance(value, str):
        for form in forms:
            value = value.replace(form, COVER)
        return value
    if isinstance(value, dict):
        return {_covered(name, forms): _covered(item, forms) for name, item in value.items()}
    if isinstance(value, list):
        return [_covered(item, forms) for item in value]
    return value


@lru_cache(maxsize=16)
def _forms(secrets: tuple[str, ...]) -> tuple[str, ...]:
    """Return all ways in which secrets may be written, the longest first, so that none is covered by half."""
    found = {form for secret in secrets if len(secret) >= _SHORTEST_SECRET for form in _ways_to_write(secret)}
    return tuple(sorted(found, key=lambda form: (-len(form), form)))


def _ways_to_write(secret: str) -> Iterator[str]:
    plain = secret.encode("utf-8", "replace")
    encoded = base64.b64encode(plain).decode()
    yield from (secret, quote(plain, safe=""), json.dumps(secret)[1:-1], encoded, encoded.rstrip("="))
    yield base64.urlsafe_b64encode(plain).decode().rstrip("=")
