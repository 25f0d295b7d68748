"""Canvas: only rows that changed are painted, nothing that drives a terminal gets through, a bad picture is a card."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from textual.geometry import Region

from app.tui.canvas import Canvas, guarded
from app.tui.paint.rows import Row, Span
from corpus.probes import PROBES
from tui.bare import BareHouse, opened, text_of
from tui.places import hall


class Lines(Canvas):
    """Shows lines that a test sets."""

    DEFAULT_CSS = "Lines { height: 1fr; }"

    def __init__(self, *lines: str) -> None:
        super().__init__()
        self.lines = list(lines)
        self.painted: list[Region] = []

    def paint(self, width: int, height: int) -> Sequence[Row]:
        if self.lines == ["broken"]:
            raise ZeroDivisionError("by nothing [/bold]")
        return [(Span(line),) for line in self.lines]

    def refresh(self, *regions: Region, **rest: bool) -> Lines:
        self.painted += regions
        return super().refresh(*regions, **rest)


async def test_only_the_rows_that_changed_are_painted_again() -> None:
    lines = Lines("one", "two", "three")
    async with opened(BareHouse(lines)) as pilot:
        lines.painted.clear()
        lines.lines[1] = "another"
        lines.redraw()
        await pilot.pause()
        assert [region.y for region in lines.painted] == [1]
        assert "another" in text_of(pilot.app)


async def test_a_picture_that_is_the_same_paints_nothing() -> None:
    lines = Lines("one")
    async with opened(BareHouse(lines)):
        lines.painted.clear()
        lines.redraw()
        assert lines.painted == []


async def test_what_nobody_sees_is_not_painted_until_it_is_seen() -> None:
    lines = Lines("one")
    async with opened(BareHouse(lines)) as pilot:
        lines.display = False
        lines.lines = ["broken"]
        lines.redraw()
        lines.lines = ["two"]
        lines.display = True
        await pilot.pause()
        assert "two" in text_of(pilot.app)
        assert pilot.app.mishaps == []  # type: ignore[attr-defined]


@pytest.mark.parametrize("probe", PROBES)
def test_no_control_character_passes_the_guard(probe: str) -> None:
    assert not any(ord(one) < 32 or 0x7F <= ord(one) < 0xA0 for one in guarded(probe))


async def test_where_only_ascii_can_be_drawn_every_sign_has_a_stand_in_and_letters_stay(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FOOTLIGHTS_ASCII", "1")
    house = BareHouse(Lines("¤ § ■ ◇ ☂ – … “ok” ▌█ grüße 你好"))
    async with opened(house) as pilot:
        assert text_of(house).splitlines()[0].rstrip() == '* $ # o * - ~ "ok" |# grüße 你好'
        house.say("so – and so")
        await pilot.pause()
        assert "so - and so" in text_of(house)


@pytest.mark.parametrize(
    "keys", [("slash", "x"), ("3",), ("3", "enter"), ("ctrl+p",), ("question_mark",), ("apostrophe",)]
)
async def test_in_ascii_nothing_else_is_on_the_screen(keys: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTLIGHTS_ASCII", "1")
    async with hall("home") as (house, pilot):
        await pilot.press(*keys)
        await house.workers.wait_for_complete()
        house.say("a line – of ours")
        await pilot.pause()
        assert sorted({one for one in house.seen if not one.isascii()}) == []


async def test_a_picture_that_fails_becomes_a_card_and_the_app_goes_on() -> None:
    lines = Lines("broken")
    house = BareHouse(lines)
    async with opened(house) as pilot:
        shown = text_of(house)
        assert "This part could not be drawn. The run goes on." in shown
        assert "ZeroDivisionError: by nothing [/bold]" in shown
        lines.redraw()
        assert len(house.mishaps) == 1
        lines.lines = ["mended"]
        lines.redraw()
        await pilot.pause()
        assert "mended" in text_of(house)
