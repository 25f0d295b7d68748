"""A text of any length, made fit for a terminal only where somebody looks at it: ten megabytes open at once.

Whatever is shown has passed `safe_text`, and what looks like a key is covered, also where it crosses the edge of what
is looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate

from app.safety import mask_secrets, safe_text, secret_spans

PIECE = 4_096  # characters of one line that are handled at a time
_SHORT = 65_536  # characters that are searched for secrets at a time
_APART = 8_192  # and so many around them: longer than a key that has no line breaks
_BLOCK = "PRIVATE KEY-----"  # the one kind of secret that goes on over lines, as long as it likes
_SHOWN = 4  # characters of a secret that are shown, as app.safety.mask_secrets does
_COVERED = "•••"

Span = tuple[int, int]


class LongText:
    """A text, and where its pieces begin: its lines, and parts of those that are very long."""

    def __init__(self, raw: str) -> None:
        self.raw = raw.replace("\r\n", "\n") if "\r" in raw else raw
        self.starts = _starts(self.raw)
        self._at_once = len(self.raw) <= _SHORT or _BLOCK in self.raw
        self._secrets: dict[int, list[Span]] = {}

    def piece(self, number: int) -> Span:
        """Where a piece begins and ends; a line break belongs to none."""
        after = self.starts[number + 1] if number + 1 < len(self.starts) else len(self.raw) + 1
        is_line = after > len(self.raw) or self.raw[after - 1] == "\n"
        return self.starts[number], after - 1 if is_line else after

    def shown(self, start: int, end: int) -> str:
        """A piece, fit for a terminal."""
        kept: list[str] = []
        at = start
        for first, last in self._secrets_in(start, end):
            kept.append(self.raw[at : max(at, min(first + _SHOWN, end))])
            if first >= start:
                kept.append(_COVERED)
            at = max(at, min(last, end))
        kept.append(self.raw[at:end])
        return safe_text("".join(kept))

    @property
    def whole(self) -> str:
        """All of it, fit for a terminal."""
        return safe_text(mask_secrets(self.raw))

    def find(self, words: str, after: int, *, back: bool = False) -> int:
        """Where the words stand next, whatever the case; -1 when they do not."""
        raw, sought = self._lowered, words.lower()
        return raw.rfind(sought, 0, max(0, after)) if back else raw.find(sought, max(0, after))

    @property
    def _lowered(self) -> str:
        lowered = self.raw.lower()
        return lowered if len(lowered) == len(self.raw) else self.raw  # a few letters are longer when they are small

    def _secrets_in(self, start: int, end: int) -> list[Span]:
        if self._at_once:
            return [span for span in self._searched(0, 0, len(self.raw)) if span[0] < end and span[1] > start]
        found: dict[Span, None] = {}
        for number in range(start // _SHORT, max(start, end - 1) // _SHORT + 1):
            spans = self._searched(number, number * _SHORT - _APART, (number + 1) * _SHORT + _APART)
            found.update((span, None) for span in spans if span[0] < end and span[1] > start)
        return _apart(sorted(found))

    def _searched(self, number: int, start: int, end: int) -> list[Span]:
        known = self._secrets.get(number)
        if known is None:
            start = max(0, start)
            known = [(start + first, start + last) for first, last in secret_spans(self.raw[start:end])]
            self._secrets[number] = known
        return known


def _apart(spans: list[Span]) -> list[Span]:
    """Without those that lie in another: a secret that was seen from its middle on was seen whole as well."""
    kept: list[Span] = []
    for span in spans:
        if kept and span[0] < kept[-1][1]:
            kept[-1] = (kept[-1][0], max(kept[-1][1], span[1]))
        else:
            kept.append(span)
    return kept


def _starts(raw: str) -> list[int]:
    lengths = [len(line) for line in raw.split("\n")]
    starts = list(accumulate((length + 1 for length in lengths[:-1]), initial=0))
    if max(lengths) <= PIECE:
        return starts
    return [piece for start, length in zip(starts, lengths, strict=True) for piece in _cut(raw, start, start + length)]


def _cut(raw: str, start: int, end: int) -> Iterator[int]:
    """Where the pieces of a line begin: after a space, where there is one."""
    yield start
    while end - start > PIECE:
        space = raw.rfind(" ", start + PIECE // 2, start + PIECE)
        start = space + 1 if space >= 0 else start + PIECE
        yield start
