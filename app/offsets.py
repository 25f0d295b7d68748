"""When which part of an answer came, in a few bytes: so that a replay can stream the text as it was streamed.

Each piece is two numbers, how many milliseconds after the one before and how many characters long, written seven bits a
byte and then as base64.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator


def pack(pieces: Iterable[tuple[int, int]]) -> str:
    """Pieces as (milliseconds after the one before, characters)."""
    written = bytearray()
    for piece in pieces:
        for number in piece:
            while number > 0x7F:
                written.append(number & 0x7F | 0x80)
                number >>= 7
            written.append(number)
    return b64encode(written).decode()


def unpack(packed: str) -> Iterator[tuple[int, int]]:
    """The pieces that were packed."""
    numbers: list[int] = []
    number = shift = 0
    for byte in b64decode(packed):
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte <= 0x7F:
            numbers.append(number)
            number = shift = 0
    return zip(numbers[::2], numbers[1::2], strict=True)
