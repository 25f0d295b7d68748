"""Patterns for `matches`: the Rust engine inside pydantic, whose time grows with the text and never explodes.

It still multiplies: (a{100}){100} is ten thousand states, each of which may cost a look at each character. So a
pattern is measured as if its repetitions were written out, only small ones are taken, and they pay by their size.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from app.scenario.expressions.values import Refused, Work, mended

if TYPE_CHECKING:
    from pydantic_core import SchemaValidator

MAX_PATTERN = 200
MAX_PIECES = 200

_LETTERS = 8  # \w is hundreds of ranges where [a-z] is one
_WIDE = re.compile(r"\\[wWpPbB]")
_PIECE = re.compile(
    r"""(?P<flags>\(\?[a-zA-Z-]*[:)]) | (?P<open>\((?:\?P?<\w*>)?) | (?P<close>\))
      | \{(?P<least>[0-9]+)(?P<more>,(?P<most>[0-9]*))?\} | (?P<nothing>[*+?|^$])
      | (?P<class>\[\^?\]?(?:\\.|[^\]\\])*\]) | (?P<escape>\\[pPxuU]\{[^}]*\}|\\[pP].|\\.) | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)


def search(pattern: str, text: str, work: Work) -> bool:
    """Tell whether a pattern is found anywhere in a text."""
    work.charge(len(text) * max(1, _pieces(pattern)))
    return _compiled(pattern).isinstance_python(mended(text, work))


def mistake_in(pattern: str) -> Refused | None:
    """Return what is wrong with a pattern, if anything is."""
    try:
        _compiled(pattern)
    except Refused as refused:
        return refused
    return None


@lru_cache(maxsize=64)
def _compiled(pattern: str) -> SchemaValidator:
    from pydantic_core import SchemaError, SchemaValidator, core_schema  # only patterns need it

    if len(pattern) > MAX_PATTERN:
        raise Refused(f"this pattern is longer than {MAX_PATTERN} characters", "look for less, or let a tool do it")
    if _pieces(pattern) > MAX_PIECES:
        raise Refused("this pattern repeats too much", r"keep counts in { } small, and write [a-z] rather than \w")
    try:
        return SchemaValidator(core_schema.str_schema(pattern=mended(pattern, Work())))
    except SchemaError as error:
        reason = str(error).rpartition("error: ")[2].strip().lower()
        hint = r"a ( or [ that stands for itself is written \( or \["
        if "not supported" in reason:
            hint = "there are no patterns that could take for ever"
        raise Refused(f"this pattern cannot be read: {reason}", hint) from None


@lru_cache(maxsize=64)
def _pieces(pattern: str) -> int:
    """Return how many pieces a pattern has when every counted repetition is written out; in doubt, more."""
    groups = [0]
    last = 0
    for piece in _PIECE.finditer(pattern):
        if piece["least"]:
            count = max(int(piece["least"]) + bool(piece["more"]), int(piece["most"] or 0), 1)
            groups[-1] += last * (count - 1)
            last *= count
        elif piece["open"] or (piece["flags"] or "").endswith(":"):
            groups.append(0)
        elif piece["close"] and len(groups) > 1:
            last = groups.pop()
            groups[-1] += last
        elif not (piece["nothing"] or piece["flags"]):
            last = _LETTERS if _WIDE.search(piece[0]) else 1
            groups[-1] += last
        if "x" in (piece["flags"] or ""):  # in which white space could stand before a count and hide it from this
            return MAX_PIECES + 1
    return sum(groups)
