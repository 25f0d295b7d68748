"""What of the stage is shown at a size, and where."""

from __future__ import annotations

from itertools import combinations

import pytest

from app.tui.arrangement import LOWEST, NARROWEST, Arrangement, Box, Density, Part, arrange, needless

ALL_SIZES = [(width, height) for width in range(1, 301, 13) for height in range(1, 121, 7)]
CROWDS = (0, 1, 2, 3, 4, 5, 7, 8, 12, 13, 20, 40)


def overlap(one: Box, other: Box) -> bool:
    return (
        one.x < other.x + other.width
        and other.x < one.x + one.width
        and one.y < other.y + other.height
        and other.y < one.y + one.height
    )


def fills_the_screen(found: Arrangement) -> bool:
    area = sum(box.width * box.height for box in found.boxes)
    inside = all(
        box.x >= 0 and box.y >= 0 and box.x + box.width <= found.width and box.y + box.height <= found.height
        for box in found.boxes
    )
    return inside and area == found.width * found.height


# What stands where changes at a few widths and heights; these are looked at closely.
EDGES = [(width, height) for width in (59, 60, 97, 98, 109, 110, 149, 150, 179, 180) for height in range(14, 64, 4)]


@pytest.mark.parametrize("density", ["comfortable", "compact"])
@pytest.mark.parametrize(
    "without", [(), ("tools", "notes", "timeline", "inspect"), ("log", "meters", "lane", "strip", "caption")]
)
def test_the_parts_fill_every_size_exactly_and_never_overlap(density: Density, without: tuple[Part, ...]) -> None:
    for width, height in [*ALL_SIZES, *EDGES]:
        for agents in CROWDS:
            found = arrange(width, height, agents, density=density, without=without)
            assert fills_the_screen(found), (width, height, agents)
            assert not any(overlap(*pair) for pair in combinations(found.boxes, 2)), (width, height, agents)
            assert all(box.width > 0 and box.height > 0 for box in found.boxes), (width, height, agents)


def test_who_acts_the_caption_and_the_bar_are_never_lost() -> None:
    for width, height in ALL_SIZES:
        for agents in CROWDS:
            found = arrange(width, height, agents)
            assert not agents or found.panels or "strip" in found.parts
            assert height < 2 or "bar" in found.parts
            assert height < 3 or "caption" in found.parts
            assert height < 4 or "head" in found.parts


def test_a_panel_is_never_too_small_to_read() -> None:
    for width, height in ALL_SIZES:
        for agents in CROWDS:
            for panel in arrange(width, height, agents).panels:
                assert panel.width >= NARROWEST and panel.height >= LOWEST, (width, height, agents, panel)


def test_every_agent_has_a_panel_or_is_counted_as_folded_and_then_there_is_a_strip() -> None:
    for width, height in ALL_SIZES:
        for agents in CROWDS:
            found = arrange(width, height, agents)
            if "keys" in found.parts:
                assert len(found.panels) + found.folded == agents
                assert ("strip" in found.parts) == (found.folded > 0), (width, height, agents)


def test_where_no_panel_fits_who_acts_has_the_rows_that_head_caption_and_bar_leave() -> None:
    assert arrange(200, 10, 4).parts == {
        "head": Box(0, 0, 200, 1),
        "strip": Box(0, 1, 200, 7),
        "caption": Box(0, 8, 200, 1),
        "bar": Box(0, 9, 200, 1),
    }
    assert arrange(25, 10, 4).parts["caption"].height == 2


def test_a_small_screen_has_a_panel_and_uses_its_rows() -> None:
    for width, height in ((40, 60), (100, 12), (40, 12), (26, 11)):
        found = arrange(width, height, 4)
        assert found.panels, (width, height)
        assert sum(panel.height for panel in found.panels) >= max(LOWEST, height // 2), (width, height)


def test_what_would_stay_empty_gives_its_rows_to_the_panels() -> None:
    assert needless(4, has_captions=True, has_tools=True) == ()
    nothing = needless(1, has_captions=False, has_tools=False)
    assert nothing == ("caption", "lane", "tools")
    without = arrange(120, 36, 1, without=nothing)
    assert not {"caption", "lane"} & without.parts.keys()
    assert without.panels[0].height > arrange(120, 36, 1).panels[0].height
    assert without.panels[0].width > arrange(120, 36, 1).panels[0].width


def test_80x24_shows_one_panel_two_rows_of_caption_and_a_log_of_five() -> None:
    found = arrange(80, 24, 4)
    assert list(found.parts) == ["head", "strip", "lane", "meters", "log", "caption", "bar", "keys"]
    assert found.panels == (Box(0, 2, 80, 9),)
    assert found.folded == 3
    assert found.parts["lane"].height == found.parts["meters"].height == 1
    assert found.parts["caption"].height == 2
    assert found.parts["log"].height == 5 + 2


def test_120x36_shows_four_panels_a_lane_of_five_rows_and_boxes_for_caption_and_meters() -> None:
    found = arrange(120, 36, 4)
    assert [panel.width for panel in found.panels] == [30, 30, 30, 30]
    assert found.parts["lane"].height == 5 + 2
    assert found.parts["log"].height == found.parts["meters"].height == 8 + 2
    assert found.parts["caption"].height == 2 + 2
    assert "strip" not in found.parts
    assert not {"timeline", "inspect", "notes", "tools"} & found.parts.keys()


def test_with_a_fifth_agent_120x36_folds_what_does_not_fit_into_the_strip() -> None:
    found = arrange(120, 36, 7)
    assert (len(found.panels), found.folded) == (4, 3)
    assert "strip" in found.parts


def test_200x50_shows_everything() -> None:
    found = arrange(200, 50, 4)
    assert len(found.panels) == 4
    assert found.parts.keys() == {
        *("head", "tools", "notes", "lane", "meters", "timeline", "log", "inspect", "caption", "bar", "keys")
    }


def test_a_crowd_stands_in_two_rows_where_the_screen_is_tall() -> None:
    found = arrange(160, 48, 8)
    assert len(found.panels) == 8
    assert len({panel.y for panel in found.panels}) == 2


def test_notes_and_tools_go_before_an_agent_has_to() -> None:
    assert "notes" not in arrange(200, 50, 5).parts
    assert len(arrange(200, 50, 7).panels) == 7
    assert "tools" not in arrange(200, 50, 7).parts


@pytest.mark.parametrize(("width", "height"), [(110, 30), (120, 36), (150, 44), (200, 50), (300, 80)])
def test_what_tools_gave_stands_beside_the_panels_only_where_no_agent_loses_a_seat_or_moves_to_another_row(
    width: int, height: int
) -> None:
    for agents in range(1, 13):
        alone = arrange(width, height, agents, without=("tools", "notes"))
        found = arrange(width, height, agents, without=("notes",))
        assert len(found.panels) == len(alone.panels)
        assert [panel.y for panel in found.panels] == [panel.y for panel in alone.panels] or len(alone.panels) > 3
        if "tools" in found.parts:
            assert found.folded == 0
            assert len({panel.y for panel in found.panels}) == len({panel.y for panel in alone.panels})
            assert 30 <= found.parts["tools"].width <= width * 2 // 5


def test_three_agents_have_tools_beside_them_at_120x36_and_four_have_not() -> None:
    assert arrange(120, 36, 3).parts["tools"].width == 30
    assert [panel.width for panel in arrange(120, 36, 3).panels] == [30, 30, 30]
    assert "tools" not in arrange(120, 36, 4).parts
    assert "tools" not in arrange(109, 36, 1).parts


def test_a_chart_has_room_for_sixty_cells_on_a_large_screen_and_the_panels_stay_readable() -> None:
    found = arrange(200, 50, 3, without=("notes",))
    assert found.parts["tools"].width >= 60 + 4
    assert min(panel.width for panel in found.panels) >= 40


def test_a_play_without_agents_gives_its_room_to_the_log() -> None:
    found = arrange(120, 36, 0)
    assert found.panels == ()
    assert found.parts["log"].height > arrange(120, 36, 4).parts["log"].height


def test_compact_gives_rows_to_the_panels() -> None:
    comfortable, compact = arrange(120, 36, 4), arrange(120, 36, 4, density="compact")
    assert compact.panels[0].height > comfortable.panels[0].height
    assert compact.parts["lane"].height == compact.parts["caption"].height == 1
