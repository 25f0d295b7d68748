"""How a rehearsed answer comes: in pieces of one to four tokens, after the waits of a believable model.

Everything follows from one seed, by a linear congruence: seeding Python's own generator would cost more than the rest
of a rehearsed call together.
"""

from __future__ import annotations

from zlib import crc32

from providers.base import Script

MOST_PIECES = 110  # longer texts come in larger pieces, so that no answer costs more than this many steps
_MODULUS = 1 << 32
_MASK = _MODULUS - 1
_LOW = (1 << 24) - 1  # the bits that do not choose the size of a piece
_LEAST_PIECE = 3  # characters
_CHARACTERS_PER_TOKEN = 4
_WORD_END = 24  # how far to look for one before a word is cut


def seed_of(script: Script) -> int:
    """One number for one attempt at one call: the same in every rehearsal with this seed."""
    words = f"{script.seed} {script.place} {script.title} {script.turn} {script.attempt}"
    return crc32(words.encode("utf-8", "replace"))


def deliver(text: str, seed: int, takes: float | None = None) -> list[tuple[str, float]]:
    """Cut a text into pieces, each with the seconds since the one before; `takes` is their sum, where it is given."""
    state = (seed * 1664525 + 1013904223) & _MASK
    after = 0.4 + 0.8 * state / _MODULUS  # until the first token
    state = (state * 1664525 + 1013904223) & _MASK
    pace = 1 / (_CHARACTERS_PER_TOKEN * (40 + 50 * state / _MODULUS))  # seconds for a character
    length = len(text)
    least = max(_LEAST_PIECE, -(-length // MOST_PIECES))
    pieces: list[tuple[str, float]] = []
    start = 0
    while start < length:
        state = (state * 1664525 + 1013904223) & _MASK
        end = start + least + (state >> 28)
        end = text.find(" ", end, end + _WORD_END) + 1 or end
        piece = text[start:end]
        if start:
            after = len(piece) * pace * (0.6 + 0.8 * (state & _LOW) / _LOW)
        pieces.append((piece, after))
        start = end
    if not pieces:
        pieces.append(("", after))
    if takes is None:
        return pieces
    stretch = takes / sum(after for _, after in pieces)
    return [(piece, after * stretch) for piece, after in pieces]
