"""The strip: everybody on one row, at their place; of a crowd, how many are at what."""

from __future__ import annotations

import pytest

from app.events import Performer
from app.tui.arrangement import MANY
from app.tui.look.glyphs import ASCII, UNICODE
from app.tui.paint.strip import Seen, spotlight, strip
from app.tui.standing import Standing
from app.tui.widgets.strip import RoleStrip
from tui.bare import BareHouse, opened, text_of
from tui.telling import CAST, Telling, is_exactly, texts


def crowd(count: int, *words: str) -> list[Seen]:
    words = words or ("speaking", "next", "done", "idle")
    return [
        Seen(
            Performer(id=f"a{n}", title=f"Member {n}"),
            Standing(words[n % len(words)]),  # type: ignore[arg-type]
            is_lit=n == 0 and "idle" not in words[:1],
        )
        for n in range(count)
    ]


def shown(cast: list[Seen], width: int) -> str:
    return texts([strip(cast, width, UNICODE)])[0].rstrip()


def test_everybody_has_glyph_name_and_word() -> None:
    cast = [
        Seen(CAST[0], Standing("done")),
        Seen(CAST[1], Standing("speaking"), is_lit=True),
        Seen(CAST[2], Standing("next")),
    ]
    assert shown(cast, 80) == " ◆ CTO ✓ done       ▲ QA ▸ speaking   ■ EDITOR → next"


def test_nobody_moves_when_somebody_does_something_else() -> None:
    for width in range(26, 140):
        places = set()
        for word in ("idle", "speaking", "thinking", "done"):
            cast = [Seen(CAST[0], Standing(word)), Seen(CAST[1], Standing("idle"))]
            row = texts([strip(cast, width, UNICODE)])[0]
            places.add(row.index("▲"))
        assert len(places) == 1, width


def test_with_less_room_words_become_short_and_then_glyphs() -> None:
    cast = [Seen(who, Standing("speaking")) for who in CAST]
    assert "▸ speaking" in shown(cast, 60)
    assert "▸ says" in shown(cast, 42)
    assert shown([Seen(who, Standing("done")) for who in CAST], 34) == " ◆ CTO ✓  ▲ QA ✓  ■ EDITOR ✓"
    assert shown([Seen(who, Standing("done")) for who in CAST], 18) == " ◆ ✓  ▲ ✓  ■ ✓"


@pytest.mark.parametrize("width", [60, 80, 100, 120])
@pytest.mark.parametrize("count", [4, 8, 12, 30])
def test_whoever_is_in_the_light_keeps_a_name_and_a_word(width: int, count: int) -> None:
    cast = crowd(count, "idle")
    cast[2] = Seen(Performer(id="r", title="Researcher"), Standing("speaking"), is_lit=True)
    assert "● RESEARCHER ▸ s" in shown(cast, width)


def test_others_who_act_and_whoever_comes_next_are_named_where_there_is_room() -> None:
    cast = crowd(12, "idle")
    cast[2] = Seen(Performer(id="r", title="Researcher"), Standing("speaking"), is_lit=True)
    cast[5] = Seen(Performer(id="e", title="Editor"), Standing("thinking"))
    cast[7] = Seen(Performer(id="q", title="QA"), Standing("next"))
    assert shown(cast, 130).endswith("● RESEARCHER ▸ speaking  ● EDITOR ┊ thinking  ● QA → next")
    assert shown(cast, 80).endswith("● RESEARCHER ▸ speaking")


def test_of_a_crowd_those_who_act_are_named_as_many_as_there_is_room_for_and_the_others_counted() -> None:
    assert shown(crowd(MANY + 4), 96) == (
        " ● MEMBER 0 ▸ speaking  ● MEMBER 4 ▸ speaking  2 ▸ speaking  4 → next  4 ✓ done  4 · idle"
    )
    assert shown(crowd(MANY + 4), 70) == " ● MEMBER 0 ▸ speaking  3 ▸ speaking  4 → next  4 ✓ done  4 · idle"
    assert shown(crowd(MANY + 4), 24).strip() == "● MEMBER 0 ▸ speaking"


def test_on_several_rows_the_strip_says_who_speaks_and_the_last_words_that_fit() -> None:
    cast = [Seen(CAST[0], Standing("done")), Seen(CAST[1], Standing("speaking"), is_lit=True)]
    rows = texts(spotlight(cast, "First of all. It is dead, and nobody has noticed it yet.", 24, 3, UNICODE))
    assert [row.rstrip() for row in rows] == [
        " ▲ QA ENGINEER ▸ says",
        " dead, and nobody has",
        " noticed it yet.",
    ]
    cast[0] = Seen(CAST[0], Standing("thinking"))
    rows = texts(spotlight(cast, "", 40, 4, UNICODE))
    assert [row.rstrip() for row in rows] == [" ▲ QA ENGINEER ▸ speaking", "", " ◆ CTO ┊ thinking", ""]


def test_the_strip_is_exactly_as_wide_as_asked() -> None:
    for count in (0, 1, 3, 12, 13, 40):
        for width in range(1, 120):
            for glyphs in (UNICODE, ASCII):
                assert is_exactly([strip(crowd(count), width, glyphs)], width, 1), (count, width)
                assert is_exactly(spotlight(crowd(count), "words " * 9, width, 3, glyphs), width, 3), (count, width)


async def test_the_strip_follows_the_show() -> None:
    told = Telling()
    mine = RoleStrip(told.show)
    async with opened(house := BareHouse(mine)) as pilot:
        mine.styles.height = 1
        await pilot.pause()
        assert "CTO · idle" in text_of(house)
        call = told.begin("cto")
        told.show.hear(call, "Two tasks.")
        mine.redraw()
        await pilot.pause()
        assert "CTO ▸ speaking" in text_of(house)
