"""What a tool gave, on the stage: drawn as what it is, and always the use that the audience has seen last."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.events import Failure, Performer, StepStarted, ToolFailed, ToolFinished, ToolStarted
from app.playback.show import as_words
from app.tui.entries import ToolUse
from app.tui.look.glyphs import ASCII, UNICODE
from app.tui.paint.props import Props, props
from app.tui.screens.inspector import Inspector
from app.tui.script import book_of
from app.tui.sources import source_of
from app.tui.widgets.props import PropsView, props_of
from corpus.commands import ROOT
from tui.bare import text_of
from tui.plays import style_at
from tui.staging import drawn, performed, stage_of, staged, until
from tui.telling import Telling, in_order, is_exactly, texts

PLAN = [{"step": "count", "kind": "tool", "title": "Count the tickets", "agents": [], "needs": []}]
DONE = ToolUse("count", "table.sql", "done", 12, "", "count")
ROWS = [{"prompt": "A", "shown": 1010, "solved": 307}, {"prompt": "B", "shown": 104, "solved": 52}]
CHART = "In dollars\nresearch ████████████████████ 20\nsupport  ██████████           10\n            a          foot"


def look(gave: Any = "", **more: Any) -> Props:
    return replace(Props(DONE, "Count the tickets", None, as_words(gave), uses=3, failed=1), **more)


def shown(gave: Any, width: int = 40, height: int = 16, **more: Any) -> list[str]:
    return texts(props(look(gave, **more), width, height, UNICODE))


def inner(rows: list[str]) -> list[str]:
    return [row[2:-2].rstrip() for row in rows[1:-1]]


def used(told: Telling, step: str, gave: Any, agent: str = "", tool: str = "table.sql") -> None:
    call = f"{step}#1!t" if agent else ""
    told.tell(StepStarted(step=step, of="agent" if agent else "tool"))
    told.tell(ToolStarted(step=step, agent=agent, call=call, tool=tool))
    told.tell(ToolFinished(step=step, agent=agent, call=call, result=told.book.keep(gave), took_ms=12))


# Drawn


def test_it_says_what_for_which_tool_how_it_stands_and_how_often_one_was_used() -> None:
    rows = shown(ROWS)
    assert rows[0].startswith("╭─ ├ TOOLS ─") and rows[0].endswith("─ ✓ 12 ms ─╮")
    assert inner(rows)[:2] == ["Count the tickets", "table.sql"]
    assert rows[-1].startswith("╰─ 3 uses · 1 failed ─")


def test_rows_of_data_are_a_table_with_numbers_under_each_other() -> None:
    assert inner(shown(ROWS))[3:6] == ["prompt  shown  solved", "A        1010     307", "B         104      52"]


def test_a_map_with_one_list_of_rows_says_its_values_first() -> None:
    said = "\n".join(inner(shown({"matched": 2, "rows": ROWS})))
    assert in_order(["matched  2", "prompt  shown  solved", "A        1010     307"], said)


def test_other_data_are_keys_and_values() -> None:
    said = inner(shown({"score": 54.2, "level": "fairly hard", "reasons": ["long", "dry"]}))
    assert said[3:][:5] == ["score  54.2", "level  fairly hard", "reasons", "  · long", "  · dry"]


def test_of_more_rows_than_there_is_room_for_the_rest_is_counted() -> None:
    assert "+24 rows" in shown([{"n": n, "m": n} for n in range(30)], height=12)[-1]
    assert "chars" in shown({f"key {n}": "value" for n in range(99)}, height=12)[-1]


def test_where_columns_have_no_room_the_first_and_the_last_stay_and_the_others_are_counted() -> None:
    wide = [{"order": f"A-{n}", "part": "saddle" * 3, "made": "by hand" * 3, "paid": 1234.5, "late": n} for n in (7, 8)]
    rows = inner(shown(wide, width=24))
    assert rows[1] == "table.sql +3 columns"
    assert rows[3:6] == ["order  late", "A-7       7", "A-8       8"]
    assert "column" not in "\n".join(shown(wide, width=90))
    assert "+2 columns" in inner(shown({"matched": 2, "rows": wide}, width=30))[1]


def test_a_chart_keeps_its_spaces_and_its_bars_stand_out() -> None:
    rows = props(look({"text": CHART, "kind": "bar", "width": 32}), 40, 12, UNICODE)
    assert inner(texts(rows))[3:7] == CHART.split("\n")
    assert "info" in style_at(rows, "██") and style_at(rows, "research").startswith("text")


def test_a_chart_that_is_too_wide_keeps_its_proportions_and_its_figures() -> None:
    said = inner(shown({"text": CHART, "kind": "bar", "width": 32}, width=26))[3:7]
    assert [line.count("█") for line in said[1:3]] == [10, 5]
    assert said[1].endswith("20") and said[2].endswith("10")
    cut = inner(shown({"text": CHART, "kind": "heat", "width": 32}, width=26))[3:7]
    assert cut[1].endswith("█…")


def test_text_is_wrapped_as_text() -> None:
    assert inner(shown("The bell rang, and nobody went to open the door.", width=30))[3:5] == [
        "The bell rang, and nobody",
        "went to open the door.",
    ]


def test_a_use_that_failed_says_why() -> None:
    failed = replace(DONE, status="failed", about="bad arguments: row 3 has no price")
    rows = shown("", use=failed)
    assert "✗ failed" in rows[0] and "bad arguments: row 3 has no price" in " ".join(inner(rows))


def test_while_it_runs_nothing_of_the_use_before_is_shown() -> None:
    rows = shown("", use=replace(DONE, status="running"))
    assert "▸ running" in rows[0] and not any(inner(rows)[2:])


def test_before_the_first_use_it_says_what_will_be_done_first() -> None:
    said = inner(texts(props(Props(title="Count the tickets"), 40, 12, UNICODE)))
    assert said[:3] == ["none was used yet", "", "Count the tickets"]


HOSTILE = (
    "\x1b]52;c;x\x07 \u202e" * 9,
    {"text": "\x1b[2J\n\u202e█\x07\r" * 9, "width": 9, "kind": "bar"},
    [{"a\x1b[31m": "\x1b[2J", "b": "漢字" * 40, "c": None}, {"a\x1b[31m": True, "b": "\u202e", "d": 1}] * 9,
    {"\x07": {"deep": [["\x1b"]]}, "rows": [{"x": "\n\t"}]},
    '[{"a": ' * 400,
    "[" * 5_000,
)  # fmt: skip


@pytest.mark.parametrize("gave", HOSTILE)
def test_whatever_was_given_it_is_exactly_as_large_as_asked_and_drives_no_terminal(gave: Any) -> None:
    for glyphs in (UNICODE, ASCII):
        for width in (1, 4, 5, *range(24, 61, 4)):
            for height in (1, 2, 3, 6, 12, 19):
                who = Performer(id="x", title="漢字の名前 " * 9, glyph="🎭", color="none")
                rows = props(look(gave, who=who), width, height, glyphs)
                assert is_exactly(rows, width, height), (width, height)
                assert all(sign.isprintable() for row in texts(rows) for sign in row)


# What the audience has seen


def test_the_last_use_is_shown_with_whoever_used_it() -> None:
    told = Telling(plan=PLAN)
    used(told, "count", ROWS)
    assert (props_of(told.show).title, props_of(told.show).who) == ("Count the tickets", None)
    told.begin("qa", "check")
    used(told, "check", {"score": 7}, agent="qa", tool="text.count")
    found = props_of(told.show)
    assert found.use is not None and found.use.tool == "text.count"
    assert found.who is not None and found.who.id == "qa"
    assert (found.uses, found.failed) == (2, 0)


def test_it_is_fresh_until_somebody_begins_something_else() -> None:
    told = Telling(plan=PLAN)
    used(told, "count", ROWS)
    assert props_of(told.show).is_fresh
    told.begin("qa")
    assert not props_of(told.show).is_fresh


def test_a_use_that_failed_is_counted_and_told() -> None:
    told = Telling(plan=PLAN)
    told.tell(StepStarted(step="count", of="tool"))
    told.tell(ToolStarted(step="count", tool="table.sql"))
    told.tell(ToolFailed(step="count", failure=Failure(error="bad_arguments", message="no column b")))
    found = props_of(told.show)
    assert found.failed == 1 and found.use is not None and found.use.about == "bad arguments: no column b"


def test_a_play_has_tools_from_the_start_if_its_plan_says_so_else_from_the_first_use() -> None:
    assert book_of(Telling(plan=PLAN).show).has_tools
    told = Telling()
    assert not book_of(told.show).has_tools
    told.begin("qa")
    used(told, "qa", 1, agent="qa")
    assert book_of(told.show).has_tools


# On the stage


@pytest.mark.parametrize(
    ("play", "size", "is_there"),
    [
        ("engineering/hello", (200, 50), False),
        ("engineering/feature-sprint", (200, 50), False),
        ("business/fact-check", (120, 36), True),
        ("business/fact-check", (109, 36), False),
        ("business/market-scan", (120, 36), False),
        ("business/market-scan", (200, 50), True),
    ],
)
async def test_it_stands_beside_the_panels_of_plays_with_tools(
    play: str, size: tuple[int, int], is_there: bool, tmp_path: Path
) -> None:
    run = performed(ROOT / "scenarios" / f"{play}.yaml", tmp_path / "w.db")
    await run.result()
    async with staged(await source_of(run.id, tmp_path / "w.db", entrance="now"), size) as pilot:
        stage = await drawn(pilot, run.events[-1].seq)
        assert pilot.app.screen.query_one(PropsView).display is is_there
        assert ("├ TOOLS" in text_of(pilot.app)) is is_there
        stage.playhead.paused = True
        stage.playhead.seek(2)
        await drawn(pilot, 2)
        assert pilot.app.screen.query_one(PropsView).display is is_there  # no panel moves because of it


async def test_whoever_goes_back_sees_the_earlier_use_and_enter_opens_the_one_that_is_shown(tmp_path: Path) -> None:
    run = performed(ROOT / "scenarios" / "business" / "cost-review.yaml", tmp_path / "w.db")
    await run.result()
    began = [event for event in run.events if isinstance(event, ToolStarted)]
    async with staged(await source_of(run.id, tmp_path / "w.db", entrance="now")) as pilot:
        stage = await drawn(pilot, run.events[-1].seq)
        view = pilot.app.screen.query_one(PropsView)
        assert view.thing == f"tool:{began[-1].call or began[-1].step}"
        stage.playhead.paused = True
        stage.playhead.seek(began[1].seq - 1)
        await drawn(pilot, began[1].seq - 1)
        assert view.thing == f"tool:{began[0].call or began[0].step}"
        assert "1 use " in text_of(pilot.app)
        view.focus()
        await pilot.press("enter")
        await until(lambda: isinstance(pilot.app.screen, Inspector))
        assert began[0].tool in text_of(pilot.app)
        assert stage_of(pilot).copied() == view.gave
