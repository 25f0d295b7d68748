"""Keeps secrets out of what others give back: each is covered, in all the ways in which it may have been written.

A part of one is covered too, and one that is broken up by line ends, spaces or what cannot be seen: servers repeat keys
in part, and logs wrap them. So is one with signs in it that pages, programs and addresses write in their own ways, and
the beginning of one that was cut to fit.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import quote

COVER = "•••"
LEAST = 12  # characters in a row that are taken for a part of a secret: fewer may be anything
LEAST_CUT = 6  # characters that are shown of a secret that was cut to fit
CUT = "…"
_MOST_CUT = 40  # more of them are found as a part
_LONGEST_ESCAPED = 500  # a longer secret, such as a whole file, is found by its parts
_ENTITIES = (("amp", "&"), ("lt", "<"), ("gt", ">"), ("quot", '"'), ("apos", "'"), ("nbsp", "\xa0"))
_LETTERS = (("n", "\n"), ("r", "\r"), ("t", "\t"), ("b", "\b"), ("f", "\f"))
_SIGNS = (CUT, "&", "\\", "%")  # what is written with escapes, or cut, has one of them
_SHORTEST_SECRET = 4  # a shorter one would cover half of every text
_LONG_HEX = re.compile(f"[0-9A-Fa-f]{{{2 * LEAST}}}")
_UNSEEN = dict.fromkeys(map(ord, "\xad\u180e\u200b\u200c\u200d\u2060\ufeff"))
_LOWER = str.maketrans("ABCDEF", "abcdef")


def cover(value: Any, secrets: tuple[str, ...]) -> Any:
    """Return plain data with every secret in it covered, however it was written."""
    forms = _forms(secrets)
    return _covered(value, _Sought(forms, _escaped(secrets), _traces(secrets))) if forms else value


def cover_text(text: str, secrets: tuple[str, ...]) -> str:
    """Return a text with every secret in it covered."""
    return _in_text(text, _Sought(_forms(secrets), _escaped(secrets), _traces(secrets)))


class _Form(NamedTuple):
    """What gives away a part of a secret: any part that is long enough has one of these blocks in it."""

    whole: str
    least: int
    blocks: tuple[str, ...]


class _Trace(NamedTuple):
    """A secret as it is, and as the digits of its bytes."""

    plain: _Form
    in_hex: _Form


class _Sought(NamedTuple):
    """All that gives secrets away."""

    forms: tuple[str, ...]
    escaped: re.Pattern[str] | None
    traces: tuple[_Trace, ...]


def _covered(value: Any, sought: _Sought) -> Any:
    if isinstance(value, str):
        return _in_text(value, sought)
    if isinstance(value, dict):
        return {_covered(name, sought): _covered(item, sought) for name, item in value.items()}
    if isinstance(value, list):
        return [_covered(item, sought) for item in value]
    return value


def _in_text(text: str, sought: _Sought) -> str:
    for form in sought.forms:
        text = text.replace(form, COVER)
    return _without_parts(_without_escaped(text, sought.escaped), sought.traces)


def _without_escaped(text: str, escaped: re.Pattern[str] | None) -> str:
    """A text without secrets that were written with escapes, or cut; without such a sign there can be none."""
    if escaped is None or not any(sign in text for sign in _SIGNS):
        return text
    return escaped.sub(COVER, text)


def _without_parts(text: str, traces: tuple[_Trace, ...]) -> str:
    if not traces:
        return text
    dense = _dense(text)
    spans = [span for trace in traces for span in _parts(dense, trace.plain)]
    if _LONG_HEX.search(dense) is not None:
        dense = dense.translate(_LOWER)
        spans += [span for trace in traces for span in _parts(dense, trace.in_hex)]
    return _without(text, sorted(spans)) if spans else text


def _parts(dense: str, form: _Form) -> Iterator[tuple[int, int]]:
    """Where parts of a secret stand, from where to where."""
    size = form.least // 2
    for number, block in enumerate(form.blocks):
        found = dense.find(block)
        while found >= 0:
            start, at = found, number * size
            while start and at and dense[start - 1] == form.whole[at - 1]:
                start, at = start - 1, at - 1
            end, at = found + size, (number + 1) * size
            while end < len(dense) and at < len(form.whole) and dense[end] == form.whole[at]:
                end, at = end + 1, at + 1
            if end - start >= form.least:
                yield start, end
            found = dense.find(block, end)


def _dense(text: str) -> str:
    """A text without its gaps. This is done to every piece of every answer as it comes, so it has to be quick."""
    dense = "".join(text.split())
    return dense if dense.isascii() else dense.translate(_UNSEEN)


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    """A text with parts covered that were found when its gaps were left out."""
    places = [place for place, character in enumerate(text) if _dense(character)]
    pieces, reached = [], 0
    for start, end in spans:
        first, last = places[start], places[end - 1] + 1
        if first >= reached:
            pieces += [text[reached:first], COVER]
        reached = max(reached, last)
    return "".join([*pieces, text[reached:]])


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


@lru_cache(maxsize=16)
def _escaped(secrets: tuple[str, ...]) -> re.Pattern[str] | None:
    """Return what finds secrets in which some signs are escaped, and beginnings of them before a "…"."""
    kept = [secret for secret in secrets if _SHORTEST_SECRET <= len(secret) <= _LONGEST_ESCAPED]
    ways = [way for secret in sorted(kept, key=len, reverse=True) for way in _ways_to_escape(secret)]
    return re.compile("|".join(ways)) if ways else None


def _ways_to_escape(secret: str) -> Iterator[str]:
    signs = [_any_way(sign) for sign in secret]
    yield "".join(signs)
    if len(secret) > LEAST_CUT:
        rest = ""
        for sign in reversed(signs[LEAST_CUT : LEAST_CUT + _MOST_CUT]):
            rest = f"(?:{sign}{rest})?"
        yield "".join(signs[:LEAST_CUT]) + rest + CUT


def _any_way(sign: str) -> str:
    """Return a pattern for one character: in a page, a program, JSON or an address, and any of them in another."""
    if sign.isascii() and sign.isalnum():
        return sign
    code, octets = ord(sign), sign.encode("utf-8", "replace")
    units = sign.encode("utf-16-be", "surrogatepass")
    ways = [
        *(f"&{name};" for name, meant in _ENTITIES if meant == sign),
        f"&#(?:0*{code}|[xX]0*(?i:{code:x}));",
        "".join(rf"\\*u(?i:{units[at : at + 2].hex()})" for at in range(0, len(units), 2)),
        rf"\\*(?:U(?i:{code:08x})|x(?i:{code:02x}))",
        *(rf"\\+{letter}" for letter, meant in _LETTERS if meant == sign),
        "".join(f"%(?i:{octet:02x})" for octet in octets),
        rf"\\*{re.escape(sign)}",
    ]
    return f"(?:{'|'.join(ways)})"


@lru_cache(maxsize=16)
def _traces(secrets: tuple[str, ...]) -> tuple[_Trace, ...]:
    return tuple(
        _Trace(_form(_dense(secret), LEAST), _form(secret.encode("utf-8", "replace").hex(), 2 * LEAST))
        for secret in dict.fromkeys(secrets)
        if len(_dense(secret)) >= LEAST
    )


def _form(whole: str, least: int) -> _Form:
    size = least // 2
    return _Form(whole, least, tuple(whole[at : at + size] for at in range(0, len(whole) - size + 1, size)))
