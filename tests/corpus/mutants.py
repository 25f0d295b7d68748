"""Scenario files as an unlucky editor would leave them: good ones, changed in one to six places, from a seed.

for content in mutants(seed=7, count=300): ...   # the same bytes each time
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from random import Random

from corpus.bundled import FEW
from corpus.plays import SEEDS

_LONGEST = 60_000  # a splice of splices must not grow without end

_PUNCTUATION = ":-{}[],&*!|>'\"%@`#?~<=. \n\t\\"
_NASTY = (
    "null", "~", "true", "no", "-1", "0", "1e999", ".nan", "0x10", "9" * 30, "''", '""', "[]", "{}", "[[[]]]",
    "{a: {b: {}}}", "2024-01-01", "1:30", "&a x", "*a", "!x", "!!binary aGk=", "<<", "? x", "- x", "| ", ">-",
    "'it''s", '"\\ud800"', '"\\x1b[2J"',
    "x" * 5000, "*", "../../etc/passwd", "{file: nothing.md}", "{file: ../x}", "30d", "99999d",
    "-5m", "150%", "200k", "1.5Q", "a: b: c", "# gone", "${{ }}", "footlights/v2", "[a, a]", "[null]",
)  # fmt: skip
_EXPRESSIONS = (
    "${{ inputs.topic }}", "${{ inputs.nothing }}", "${{ steps.plan.output }}", "${{ steps.", "${{", "}}", "${{ 1 + }}",
    "${{ length() }}", "${{ matches(inputs.topic, '(') }}", "${{ secrets.KEY }}", "${{ loop.previous.x }}", "$${{ x }}",
    "${{ (((((((1))))))) }}", "${{ a ? b : c }}", "${{ 'a' == \"b\" }}", "${{ item }}", "${{ not not true }}",
)  # fmt: skip
_UNICODE = (
    "é",
    "ß",
    "日本",
    "👩‍👩‍👧",
    "\u202e",
    "\u2028",
    "\ufeff",
    "\x00",
    "\x1b",
    "\x85",
    "\u0301" * 12,
    "\U000e0041",
    "\xa0",
)
_KEY = re.compile(rb"^(\s*(?:- )?)([A-Za-z_]\w*)(?=:)", re.MULTILINE)
_VALUE = re.compile(rb"(?<=: )[^\n]+")

Mutation = Callable[[Random, bytes], bytes]


def mutants(seed: int, count: int) -> Iterator[bytes]:
    """Yield files that are most likely broken, and always the same ones for a seed."""
    random = Random(seed)
    sources = [text.encode() for text in SEEDS] + [path.read_bytes() for path in FEW]
    for _ in range(count):
        content = random.choice(sources)
        for _ in range(random.randint(1, 6)):
            content = (
                _splice(random, content, sources)
                if random.random() < 0.05
                else random.choice(_MUTATIONS)(random, content)
            )
        yield content[:_LONGEST]


def _splice(random: Random, content: bytes, sources: list[bytes]) -> bytes:
    """The head of one file and the tail of another."""
    other = random.choice(sources)
    return content[: random.randint(0, len(content))] + other[random.randint(0, len(other)) :]


def _delete_lines(random: Random, content: bytes) -> bytes:
    lines, at = _lines(random, content)
    del lines[at : at + random.randint(1, 3)]
    return b"\n".join(lines)


def _repeat_lines(random: Random, content: bytes) -> bytes:
    lines, at = _lines(random, content)
    return b"\n".join([*lines[:at], *lines[at : at + random.randint(1, 4)], *lines[at:]])


def _swap_lines(random: Random, content: bytes) -> bytes:
    lines, at = _lines(random, content)
    other = random.randrange(len(lines))
    lines[at], lines[other] = lines[other], lines[at]
    return b"\n".join(lines)


def _indent(random: Random, content: bytes) -> bytes:
    lines, at = _lines(random, content)
    shift = random.choice((-4, -2, -1, 1, 2, 4))
    for index in range(at, min(at + random.randint(1, 4), len(lines))):
        lines[index] = b" " * shift + lines[index] if shift > 0 else lines[index].removeprefix(b" " * -shift)
    return b"\n".join(lines)


def _move_block(random: Random, content: bytes) -> bytes:
    """A line with all that is indented below it goes elsewhere."""
    lines, at = _lines(random, content)
    depth = len(lines[at]) - len(lines[at].lstrip())
    end = at + 1
    while end < len(lines) and len(lines[end]) - len(lines[end].lstrip()) > depth:
        end += 1
    block = lines[at:end]
    del lines[at:end]
    where = random.randint(0, len(lines))
    return b"\n".join([*lines[:where], *block, *lines[where:]])


def _drop_character(random: Random, content: bytes) -> bytes:
    places = [index for index, byte in enumerate(content) if chr(byte) in _PUNCTUATION]
    if not places:
        return content
    at = random.choice(places)
    return content[:at] + content[at + 1 :]


def _insert_character(random: Random, content: bytes) -> bytes:
    return _insert(random, content, random.choice(_PUNCTUATION))


def _insert_expression(random: Random, content: bytes) -> bytes:
    return _insert(random, content, random.choice(_EXPRESSIONS))


def _insert_unicode(random: Random, content: bytes) -> bytes:
    return _insert(random, content, random.choice(_UNICODE))


def _insert(random: Random, content: bytes, text: str) -> bytes:
    at = random.randint(0, len(content))
    return content[:at] + text.encode() + content[at:]


def _replace_value(random: Random, content: bytes) -> bytes:
    return _replace(random, content, _VALUE, lambda found: random.choice((*_NASTY, *_EXPRESSIONS)).encode())


def _misspell_key(random: Random, content: bytes) -> bytes:
    def misspelt(found: re.Match[bytes]) -> bytes:
        name = bytearray(found[2])
        at = random.randrange(len(name))
        match random.randrange(4):
            case 0:
                del name[at]
            case 1:
                name.insert(at, name[at])
            case 2:
                name[at : at + 2] = name[at : at + 2][::-1]
            case _:
                name[at] = random.choice(b"abcdefghijklmnopqrstuvwxyz-_")
        return found[1] + bytes(name)

    return _replace(random, content, _KEY, misspelt)


def _swap_keys(random: Random, content: bytes) -> bytes:
    names = [found[2] for found in _KEY.finditer(content)]
    return _replace(random, content, _KEY, lambda found: found[1] + random.choice(names))


def _replace(
    random: Random, content: bytes, pattern: re.Pattern[bytes], by: Callable[[re.Match[bytes]], bytes]
) -> bytes:
    """Replace one of the places that a pattern finds."""
    places = list(pattern.finditer(content))
    if not places:
        return content
    found = random.choice(places)
    return content[: found.start()] + by(found) + content[found.end() :]


def _truncate(random: Random, content: bytes) -> bytes:
    return content[: random.randint(0, len(content))]


def _flip_byte(random: Random, content: bytes) -> bytes:
    if not content:
        return content
    at = random.randrange(len(content))
    return content[:at] + bytes([content[at] ^ 1 << random.randrange(8)]) + content[at + 1 :]


def _lines(random: Random, content: bytes) -> tuple[list[bytes], int]:
    """The lines, and where among them something will happen."""
    lines = content.split(b"\n")
    return lines, random.randrange(len(lines))


# What people do most is there most often; a damaged byte breaks a whole file, and hides what else is wrong in it.
_MUTATIONS: tuple[Mutation, ...] = (
    *(_misspell_key, _replace_value, _insert_expression) * 3,
    *(_delete_lines, _repeat_lines, _swap_lines, _indent, _move_block, _swap_keys) * 2,
    *(_drop_character, _insert_character, _insert_unicode, _truncate, _flip_byte),
)
