import unicodedata
from collections.abc import Iterator
from dataclasses import fields

import pytest
from rich.cells import cell_len

from app.tui.look.glyphs import ASCII, UNICODE, Border, Glyphs, of
from corpus.commands import ROOT

SAFE = {chr(code) for code in range(0x2500, 0x25A0)} | set("◆●▲■◇○△□◙▸▾▴→←↑↓✓✗·…")  # lines, blocks, and a few shapes


def drawn(glyphs: Glyphs | Border) -> Iterator[str]:
    for field in fields(glyphs):
        value = getattr(glyphs, field.name)
        if isinstance(value, Border):
            yield from drawn(value)
        else:
            yield from value if isinstance(value, tuple) else [value]


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII], ids=["unicode", "ascii"])
def test_every_glyph_is_one_cell(glyphs: Glyphs) -> None:
    for glyph in drawn(glyphs):
        assert len(glyph) == cell_len(glyph) == 1, glyph
        assert unicodedata.east_asian_width(glyph) not in "WF", glyph


def test_every_glyph_is_one_that_all_fonts_have() -> None:
    assert set(drawn(UNICODE)) <= SAFE


def test_every_stand_in_is_printable_ascii() -> None:
    assert all(glyph.isascii() and glyph.isprintable() and glyph != " " for glyph in drawn(ASCII))


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII], ids=["unicode", "ascii"])
def test_how_something_stands_can_be_told_without_colour(glyphs: Glyphs) -> None:
    outcomes = [glyphs.done, glyphs.failed, glyphs.running, glyphs.waiting, glyphs.idle, glyphs.paused, glyphs.stopped]
    assert len(set(outcomes)) == len(outcomes)


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII], ids=["unicode", "ascii"])
def test_the_frame_of_a_gate_is_like_no_other(glyphs: Glyphs) -> None:
    gate = set(drawn(glyphs.double))
    for other in (glyphs.light, glyphs.heavy, glyphs.rounded):
        assert not gate & set(drawn(other))


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII], ids=["unicode", "ascii"])
def test_the_frame_of_what_is_in_the_light_differs_from_the_others(glyphs: Glyphs) -> None:
    assert not set(drawn(glyphs.heavy)) & set(drawn(glyphs.rounded))


@pytest.mark.parametrize(
    ("asked", "encoding", "glyphs"),
    [
        ({}, "utf-8", UNICODE),
        ({}, "UTF-8", UNICODE),
        ({"FOOTLIGHTS_ASCII": "0"}, "utf-8", UNICODE),
        ({"FOOTLIGHTS_ASCII": "1"}, "utf-8", ASCII),
        ({}, "iso8859-1", ASCII),
        ({}, "ascii", ASCII),
    ],
)
def test_ascii_is_drawn_where_it_is_asked_for_or_all_there_is(
    asked: dict[str, str], encoding: str, glyphs: Glyphs
) -> None:
    assert of(asked, encoding) is glyphs


def test_people_are_not_taken_for_one_of_the_cast() -> None:
    """The signs of the cards that ship, and of those that have none."""
    cards = [path.read_text(encoding="utf-8") for path in (ROOT / "agents").rglob("*.yaml")]
    signs = {line.split()[1].strip("\"'") for card in cards for line in card.splitlines() if line.startswith("glyph:")}
    assert len(signs) > 4
    assert UNICODE.person not in signs
    assert UNICODE.person != UNICODE.gate
