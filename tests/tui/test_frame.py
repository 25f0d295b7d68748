"""Boxes: exactly as large as asked, with words in their border."""

from __future__ import annotations

from app.tui.look.glyphs import ASCII
from app.tui.paint.frame import framed, inside
from app.tui.paint.rows import Span
from tui.telling import is_exactly, texts


def test_a_box_has_its_words_in_the_border_and_air_beside_its_rows() -> None:
    drawn = framed([(Span("one"),)], 24, 4, title="TITLE", right="end", foot="12 tok", foot_right="smart")
    assert texts(drawn) == [
        "╭─ TITLE ──────── end ─╮",
        "│ one                  │",
        "│                      │",
        "╰─ 12 tok ───── smart ─╯",
    ]


def test_a_box_can_be_heavy_and_drawn_in_ascii() -> None:
    assert texts(framed([], 6, 3, heavy=True)) == ["┏━━━━┓", "┃    ┃", "┗━━━━┛"]
    assert all(text.isascii() for text in texts(framed([], 9, 3, title="A", heavy=True, glyphs=ASCII)))


def test_a_long_title_gives_way_to_what_stands_at_the_right() -> None:
    assert texts(framed([], 22, 3, title="A TITLE WITHOUT END", right="done"))[0] == "╭─ A TITLE W…  done ─╮"
    assert texts(framed([], 12, 3, title="TITLE", right="far too long"))[0] == "╭─ TITLE ──╮"


def test_a_box_is_exactly_as_large_as_asked_at_every_size() -> None:
    rows = [(Span("a row that is longer than most"),)] * 9
    for width in range(1, 40):
        for height in range(1, 12):
            drawn = framed(rows, width, height, title="TITLE", right="right", foot="foot", foot_right="end")
            assert is_exactly(drawn, width, height), (width, height)
            room, left = inside(width, height)
            assert 0 <= room <= width and 0 <= left <= height
    assert framed(rows, 0, 3) == framed(rows, 3, 0) == []
