"""The caption: two short lines where there is room, one where there is not, and no word lost that could be shown."""

from __future__ import annotations

from app.events import Narration
from app.tui.look.glyphs import UNICODE
from app.tui.paint.caption import LINE, LINES, caption, lines
from app.tui.text import cells
from app.tui.widgets.caption import Caption
from tui.bare import BareHouse, opened, text_of
from tui.telling import Telling, is_exactly, texts

SHORT = "QA tries it with the wrong hand, at night, on an empty cache."
LONG = (
    "Monday, a quarter past nine. Somebody wants dark mode, and somebody else has already promised it for Friday. "
    "Nobody has asked the frontend."
)


def test_a_caption_is_two_lines_that_can_be_read_from_the_back_row() -> None:
    found = lines(SHORT, 110, 2)
    assert len(found) <= LINES and all(cells(line) <= LINE for line in found)
    assert " ".join(found) == SHORT


def test_no_word_of_it_stands_alone() -> None:
    said = "A person decides, and until then nothing moves."
    assert lines(said, 110, 2) == ("A person decides, and", "until then nothing moves.")


def test_where_two_sentences_have_room_for_themselves_none_is_broken() -> None:
    assert lines("A person decides. Until then nothing moves.", 110, 2) == (
        "A person decides.",
        "Until then nothing moves.",
    )
    first, second = "It fits on paper.", "She has stood in the hall on a Saturday, and it does not."
    assert lines(f"{first} {second}", 110, 2) == (first, second)
    assert lines(f"{first} {second}", 50, 2) == (
        "It fits on paper. She has stood in the",
        "hall on a Saturday, and it does not.",
    )


def test_a_long_one_has_longer_lines_rather_than_losing_words() -> None:
    found = lines(LONG, 110, 2)
    assert len(found) == 2 and " ".join(found) == LONG
    assert lines(LONG, 40, 2)[-1].endswith("…")


def test_from_four_rows_on_it_has_a_box() -> None:
    assert texts(caption(SHORT, 60, 4, UNICODE)) == [
        "╭─ CAPTION ────────────────────────────────────────────────╮",
        "│             QA tries it with the wrong hand,             │",
        "│               at night, on an empty cache.               │",
        "╰──────────────────────────────────────────────────────────╯",
    ]
    assert texts(caption(SHORT, 80, 1, UNICODE))[0] == SHORT.center(80)


def test_a_caption_is_exactly_as_large_as_asked() -> None:
    for words in ("", SHORT, LONG, "漢字" * 60):
        for width in (1, 2, 3, 5, 20, 41, 60, 90):
            for height in range(1, 14):
                assert is_exactly(caption(words, width, height, UNICODE), width, height), (width, height)


async def test_the_caption_follows_the_show() -> None:
    told = Telling()
    mine = Caption(told.show)
    async with opened(house := BareHouse(mine)) as pilot:
        mine.styles.height = 4
        await pilot.pause()
        told.tell(Narration(text=told.book.keep(SHORT)))
        mine.redraw()
        await pilot.pause()
        assert "on an empty cache." in text_of(house)
