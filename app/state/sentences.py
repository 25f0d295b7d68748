"""Where the first sentence of a text ends: not behind an initial, and not before a quotation is over."""

from __future__ import annotations

import re

_ENDS = re.compile(r"(?<=[^\s.]{2})[.!?…][\"')\]\u2019\u201d]*(?=\s|\Z)")
_INITIAL = re.compile(r"(?:^|[^\w])[A-Z]\.$")


def sentence_end(text: str, most: int) -> int:
    """How many of the first so many characters that is; 0, when none ends among them."""
    ends = (found.end() for found in _ENDS.finditer(text, 0, most) if not _is_initial(text, found.start()))
    return next((end for end in ends if not _is_quoted(text[:end])), 0)


def _is_initial(text: str, mark: int) -> bool:
    """Is it the point behind a single capital letter?"""
    return _INITIAL.search(text[max(0, mark - 2) : mark + 1]) is not None


def _is_quoted(so_far: str) -> bool:
    """Was a quotation begun that is not over?"""
    return so_far.count('"') % 2 == 1 or so_far.count("\u201c") > so_far.count("\u201d")
