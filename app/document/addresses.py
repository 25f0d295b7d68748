"""What is wrong with a web address that people write into a file: most of all, a secret in it."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlsplit

from app.safety import looks_like_secret


class Wrong(NamedTuple):
    """What is wrong; an address with a secret is not repeated in the message."""

    code: str
    message: str
    hint: str


def wrong_with(address: str) -> Wrong | None:
    """What is wrong with the address of a server; None: nothing."""
    if not address.startswith(("http://", "https://")):
        shown = "this" if looks_like_secret(address) else f'"{address}"'
        return Wrong("base-url", f"{shown} is not a web address", "it begins with http:// or https://")
    try:
        parts = urlsplit(address)
        is_whole = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        is_whole = False
    if not is_whole or any(character.isspace() for character in address):
        shown = "this" if "@" in address else f'"{address}"'
        return Wrong("base-url", f"{shown} is not a web address", 'such as "http://127.0.0.1:8000/v1"')
    if "@" in parts.netloc:
        return Wrong("secret", "a web address must not hold a password", 'use key: "${{ secrets.NAME }}"')
    if parts.query or parts.fragment or looks_like_secret(address):
        return Wrong("secret", "a web address must hold no key, and nothing after a ? or #", "name the key beside it")
    return None
