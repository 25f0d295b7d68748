"""Cuts an expression into its words: names, numbers, quoted texts and signs."""

from __future__ import annotations

import re
from typing import NamedTuple


class Token(NamedTuple):
    """One word of an expression, and where it stands."""

    kind: str  # name, number, text, sign, end or stray
    word: str
    start: int
    end: int


# A number takes in all that is written against it, so that 1_000 and 0x1f are one mistake rather than two words.
# Signs of other languages are here too, whole, so that each can be answered in its own words.
TOKEN = re.compile(
    r"""[ \t\r\n]*(?:
        (?P<name>[A-Za-z_][A-Za-z0-9_-]*)
      | (?P<sign>\$\{\{ | \}\} | [=!]==? | =[<>!~] | <=> | <[=>]? | >=? | && | \|\|
            | \*\* | // | -> | \?\? | \?\. | \.\.\.? | :=? | [.,?()\[\]!|&+\-*/%^~{};=])
      | (?P<number>[0-9](?:[eE][+-]|[A-Za-z0-9_.])*)
      | (?P<text>'[^']*(?:''[^']*)*' | "[^"]*(?:""[^"]*)*")
      | (?P<end>\Z)
      | (?P<stray>.)
    )""",
    re.VERBOSE | re.DOTALL,
)

NUMBER = re.compile(r"(?:0|[1-9][0-9]*)(?P<decimal>\.[0-9]+)?(?P<exponent>[eE][+-]?[0-9]+)?")
