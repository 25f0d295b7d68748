"""The panel of one agent: what it shows, at every size, in the light and out of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

import pytest

from app.events import (
    CallFailed,
    CallFinished,
    CallStarted,
    Directed,
    Failure,
    GateOpened,
    Performer,
    RunFinished,
    ToolFinished,
    ToolStarted,
)
from app.state.words import Kind
from app.tui.look.glyphs import ASCII, UNICODE
from app.tui.paint.panel import Figures, Look, panel
from app.tui.script import script_of
from app.tui.standing import Standing, is_at_rest, standing
from app.tui.widgets.messages import Inspect
from app.tui.widgets.panel import AgentPanel
from tui.bare import BareHouse, opened, text_of
from tui.telling import CAST, Telling, in_order, is_exactly, texts

REHEARSED = Kind("rehearsed", "reh.", "rehearsed, nothing is paid")
WORDS = "I build what nobody sees until it is wrong. "


class Asked(BareHouse):
    """Notes what it is asked to open."""

    asked: ClassVar[list[str]] = []

    def on_inspect(self, message: Inspect) -> None:
        self.asked.append(message.thing)


def look_at(told: Telling, agent: str = "qa", **more: Any) -> Look:
    show = told.show
    who = show.state.agents[agent].who
    found = Look(who, standing(show, agent), script_of(show, agent), is_lit=show.lit == agent, light=0.6)
    return replace(found, **more)


def shown(look: Look, width: int = 50, height: int = 12) -> str:
    return "\n".join(texts(panel(look, width, height, UNICODE)))


def test_a_panel_says_who_what_they_are_at_and_what_they_took() -> None:
    told = Telling()
    call = told.begin("qa")
    assert texts(panel(look_at(told), 60, 10, UNICODE))[0].endswith("┊ thinking ━┓")  # nothing can be read of it yet
    told.show.hear(call, "It stands.")
    look = look_at(told, figures=Figures(412, "$0.0042", rate=61.4), model="smart")
    rows = texts(panel(look, 60, 10, UNICODE))
    assert rows[0].startswith("┏━ ▲ QA ENGINEER ━") and rows[0].endswith("▸ speaking ━┓")
    assert rows[-1].startswith("┗━ 412 tok  $0.0042  61/s ━") and rows[-1].endswith("━ smart ━┛")


@pytest.mark.parametrize(
    ("figures", "foot"),
    [
        (Figures(412, "≈$0.0042"), "412 tok  ≈$0.0042"),
        (Figures(412, "? + $0.0042"), "412 tok  ? + $0.0042"),
        (Figures(412, "$0.0042", unpaid=REHEARSED), "412 tok  $0.0042 rehearsed"),
        (Figures(), "─" * 12),
    ],
)
def test_money_is_marked_when_it_is_not_what_a_provider_charged(figures: Figures, foot: str) -> None:
    assert foot in shown(Look(CAST[1], Standing("done"), figures=figures)).splitlines()[-1]


def test_in_a_narrow_panel_words_go_before_the_name_does() -> None:
    told = Telling()
    call = told.begin("qa")
    told.show.hear(call, "It stands.")
    rows = texts(panel(look_at(told, figures=Figures(2353, "$0.0074", unpaid=REHEARSED, rate=61)), 26, 9, UNICODE))
    assert "▲ QA ENGINEER ━" in rows[0] and rows[0].endswith(" ▸ ━┓")
    assert "2,353 tok" in rows[-1]


def test_a_panel_is_exactly_as_large_as_asked_whatever_is_in_it() -> None:
    told = Telling(cast=(*CAST, Performer(id="long", title="漢字の名前 " * 9, glyph="🎭", color="no colour at all")))
    told.hand("cto", "long", "全部 " * 30)
    call = told.begin("long")
    told.show.hear(call, "# 見出し\n- **太字** `code` " * 40)
    told.tell(ToolStarted(step="long", agent="long", call="long#1/t", tool="a_tool_with_a_name_without_end"))
    for glyphs in (UNICODE, ASCII):
        for width in range(1, 60, 3):
            for height in range(1, 24, 2):
                for lit in (True, False):
                    drawn = panel(look_at(told, "long", is_lit=lit, model="m"), width, height, glyphs)
                    assert is_exactly(drawn, width, height), (width, height, lit)


def test_whoever_acts_has_a_heavy_border_and_light_from_below_and_nobody_else() -> None:
    told = Telling()
    told.begin("qa")
    lit, dark = panel(look_at(told), 40, 12, UNICODE), panel(look_at(told, "cto"), 40, 12, UNICODE)
    grounds = [{word for span in row for word in span.style.split() if word.startswith("on:")} for row in lit]
    assert grounds[:-4] == [set()] * 8 and all(len(ground) == 1 for ground in grounds[-3:])
    assert not any("on:" in span.style for row in dark for span in row)
    assert texts(lit)[0][0] == "┏" and texts(dark)[0][0] == "╭"
    assert all(span.style == "edge" or "dim" in span.style for row in dark[1:-1] for span in row if span.text.strip())


def test_of_two_who_act_at_once_both_can_be_read_and_the_one_in_the_light_stands_out() -> None:
    told = Telling()
    told.show.hear(told.begin("cto"), "Two tasks.")
    told.begin("qa")
    beside = panel(look_at(told, "cto"), 40, 12, UNICODE)
    assert texts(beside)[0][0] == "╭" and beside[0][0].style == "role:yellow"
    assert not any("dim" in span.style for row in beside for span in row)
    assert {span.style.rpartition("on:")[2] for span in beside[-1]} == {"light:1"}
    assert not any("on:" in span.style for row in beside[:-1] for span in row)
    assert texts(panel(look_at(told), 40, 12, UNICODE))[0][0] == "┏"


def test_at_rest_frames_are_quiet_and_words_are_not() -> None:
    told = Telling()
    told.say("qa", "It is dead.")
    told.begin("cto")
    dark = look_at(told)
    assert all("dim" in span.style for row in panel(dark, 40, 12, UNICODE)[1:-1] for span in row if span.text.isalpha())
    resting = panel(replace(dark, is_resting=True), 40, 12, UNICODE)
    assert resting[0][0].style == "edge"
    assert [span.style for row in resting for span in row if "It is dead." in span.text] == ["text"]
    assert not any("dim" in span.style for span in resting[0])


def test_the_stage_rests_when_it_is_over_and_when_it_waits_for_a_person() -> None:
    told = Telling()
    told.begin("qa")
    assert not is_at_rest(told.show)
    told.tell(CallFinished(step="qa", agent="qa", call="qa#1", text=told.book.keep("May I?")))
    assert not is_at_rest(told.show), "between two calls nothing changes"
    told.tell(GateOpened(step="qa", agent="qa", gate="qa#1", asks="tool", question=told.book.keep("Write?")))
    assert is_at_rest(told.show)
    told.begin("cto")
    assert not is_at_rest(told.show)
    told.tell(RunFinished(outcome="succeeded"))
    assert is_at_rest(told.show)


def test_a_name_that_is_too_long_keeps_what_tells_it_from_others() -> None:
    names = tuple(f"An agent with a very long name {number}" for number in range(1, 5))
    four = Look(Performer(id="d", title=names[3]), Standing("idle"), others=names)
    assert "● VERY LONG NAME 4 ─" in texts(panel(four, 36, 8, UNICODE))[0]
    alone = Look(Performer(id="b", title="Backend Developer"), Standing("idle"))
    assert "● BACKEND DEVELOPER  · ─" in texts(panel(alone, 28, 8, UNICODE))[0]
    assert "● BACKEND ─" in texts(panel(alone, 27, 8, UNICODE))[0]


def test_of_several_calls_at_once_the_latest_is_told_and_the_others_on_a_line_each() -> None:
    told = Telling()
    for number in range(3):
        call = told.begin("qa", step=f"research[{number}]")
        told.show.hear(call, f"This is what I found in place {number}.")
    look = look_at(told)
    assert look.standing.says(UNICODE) == "▸ speaking ×3" and look.standing.says(ASCII) == "> speaking x3"
    found = shown(look, 50, 14)
    assert in_order(
        ["▸ research[0]  …", "place 0.", "▸ research[1]  …", "place 1.", "This is what I found in place 2."], found
    )
    low = shown(look, 50, 6)
    assert in_order(["┊", "place 2."], low) or "place 2." in low
    told.tell(CallFinished(step="research[2]", agent="qa", call="research[2]#1", text=told.book.keep("Done.")))
    assert look_at(told).standing.says(UNICODE) == "▸ speaking ×2"
    assert "This is what I found in place 1." in shown(look_at(told), 50, 14)


def test_of_several_answers_that_are_data_each_line_tells_a_key_and_its_value() -> None:
    told = Telling()
    for number in range(2):
        call = told.begin("qa", step=f"score[{number}]")
        told.show.hear(call, '{"letter": "L01a", "meters": 12, "because": "It nam')
    found = shown(look_at(told), 50, 14)
    assert in_order(["▸ score[0]  because: It nam", "letter  L01a", "meters  12"], found)
    assert '"' not in found


async def test_the_focus_is_seen_as_soon_as_it_is_there_and_gone_with_it() -> None:
    told = Telling()
    mine, other = AgentPanel("qa"), AgentPanel("cto")
    async with opened(BareHouse(mine, other)) as pilot:
        for one in (mine, other):
            one.styles.height = 8
            one.look(told.show)
        await pilot.pause()
        for focused, rest in ((mine, other), (other, mine)):
            focused.focus()
            await pilot.pause()
            assert (focused._rows[0][0].style, rest._rows[0][0].style) == ("focus", "edge")


def test_the_focus_has_a_border_of_its_own() -> None:
    assert panel(Look(CAST[0], Standing("idle"), has_focus=True), 30, 6, UNICODE)[0][0].style == "focus"


def test_a_scene_begins_on_a_clean_page_and_grows_downwards_until_it_is_full() -> None:
    told = Telling()
    told.say("qa", WORDS * 9, step="one")
    told.hand("cto", "qa", "And now this.", step="two")
    call = told.begin("qa", step="two")
    told.show.hear(call, "It is")
    assert [line.strip("┃ ") for line in shown(look_at(told)).splitlines()[1:7]] == [
        "", "◆ CTO  And now this.", "", "It is", "", ""
    ]  # fmt: skip
    told.show.hear(call, "\n".join(f"line {number}" for number in range(20)))
    full = shown(look_at(told)).splitlines()
    assert full[2].strip("┃ ").startswith("┊ +") and "line 19" in full[-2]


def test_where_there_is_room_the_scene_before_is_faded_above_and_goes_as_the_page_fills() -> None:
    told = Telling()
    told.say("qa", WORDS * 9 + "\n\nSo much for that.", step="one")
    call = told.begin("qa", step="two")
    told.show.hear(call, "It is")
    assert in_order(["┊ +", "So much for that.", "It is"], shown(look_at(told), height=24))
    told.show.hear(call, "\n".join(f"line {number}" for number in range(22)))
    assert "So much" not in shown(look_at(told), height=24)


def test_a_speech_that_is_over_shows_how_it_began_once_the_light_is_gone() -> None:
    told = Telling()
    told.say("qa", "\n".join(f"line {number}" for number in range(40)))
    assert "line 39" in shown(look_at(told))
    told.begin("cto")
    resting = shown(look_at(told))
    assert "line 0" in resting and "line 39" not in resting and "┊ +" in resting.splitlines()[-2]


def test_tools_stand_under_the_speech_that_called_for_them() -> None:
    told = Telling()
    call = told.say("qa", "I fetch the table.", finish="tool_calls")
    told.tell(ToolStarted(step="qa", agent="qa", call=f"{call}/1", tool="fetch_table"))
    told.tell(ToolFinished(step="qa", agent="qa", call=f"{call}/1", result=told.book.keep([1]), took_ms=1200))
    told.tell(ToolStarted(step="qa", agent="qa", call=f"{call}/2", tool="save_note"))
    lines = [line.strip("┃│ ") for line in shown(look_at(told)).splitlines()]
    at = lines.index("I fetch the table.")
    assert lines[at + 1 : at + 3] == ["├ fetch_table ✓ 1.2 s  1 item", "├ save_note ▸"]


def test_what_went_wrong_is_said_in_the_panel() -> None:
    told = Telling()
    call = told.begin("qa")
    told.tell(CallFailed(step="qa", agent="qa", call=call, failure=Failure("overloaded", "busy"), retry_ms=2000))
    assert "↑ again in 2.0 s: overloaded: busy" in shown(look_at(told))
    told.tell(CallStarted(step="qa", agent="qa", call=call, model="smart", attempt=2))
    told.tell(
        CallFailed(
            step="qa", agent="qa", call=call, failure=Failure("overloaded", "busy"), partial=told.book.keep("So f")
        )
    )
    assert in_order(["So f", "✗ overloaded: busy"], shown(look_at(told)))


def test_what_people_do_is_said_in_the_panel_but_a_question_is_never_drawn_there() -> None:
    told = Telling()
    told.tell(Directed(direction="whisper", by="sam", to="qa", detail=told.book.keep("be kind")))
    told.say("qa", "May I?", finish="tool_calls")
    told.tell(
        GateOpened(step="qa", agent="qa", gate="qa#1", asks="tool", question=told.book.keep("Write?"), options=("yes",))
    )
    found = shown(look_at(told))
    assert f"{UNICODE.person} sam whispers: be kind" in found and "◇ waits for a person" in found
    assert "Write?" not in found and "yes" not in found


def test_an_empty_panel_says_what_it_waits_for() -> None:
    assert "not on yet" in shown(Look(CAST[1], Standing("idle")))
    assert "waits for their cue" in shown(Look(CAST[1], Standing("next")))
    assert in_order(
        ["not on yet", "Try what was built"], shown(Look(CAST[1], Standing("idle"), task="Try what was built"))
    )


def test_in_ascii_everything_is_ascii() -> None:
    told = Telling()
    told.hand("cto", "qa", "Go.")
    told.say("qa", '{"pass": true, "findings": []}')
    drawn = "\n".join(texts(panel(look_at(told), 40, 12, ASCII)))
    assert drawn.replace("–", "-").isascii()
    assert "Q QA ENGINEER" in drawn


async def test_a_panel_draws_only_what_concerns_it() -> None:
    told = Telling()
    mine, other = AgentPanel("qa"), AgentPanel("cto")
    async with opened(BareHouse(mine, other)) as pilot:
        drawn: list[str] = []
        for one in (mine, other):
            one.styles.height = 10
            one.redraw = lambda one=one: drawn.append(one.agent)  # type: ignore[method-assign,misc]
        await pilot.pause()
        for one in (mine, other):
            one.look(told.show)
        assert drawn == ["qa", "cto"]
        told.show.touched.clear()
        drawn.clear()
        told.begin("qa")
        for one in (mine, other):
            one.look(told.show)
        assert drawn == ["qa"]
        told.show.touched.clear()
        drawn.clear()
        for one in (mine, other):
            one.look(told.show)
        assert [name for name in drawn if name == "cto"] == []


async def test_the_light_comes_and_goes_slowly_and_rests_in_the_end() -> None:
    told = Telling()
    now = 0.0
    mine = AgentPanel("qa", lambda: now)
    async with opened(house := BareHouse(mine)) as pilot:
        mine.look(told.show)
        assert not mine.is_moving
        told.begin("qa")
        strengths = []
        for _ in range(40):
            mine.look(told.show)
            strengths.append(mine._light.shown)
            now += 1 / 15
        assert strengths == sorted(strengths) and len(set(strengths)) > 4
        assert not mine.is_moving and strengths[-1] > 0.5
        told.begin("cto")
        mine.look(told.show)
        assert mine.is_moving
        house.moves = False
        mine.look(told.show)
        assert not mine.is_moving and mine._light.shown == 0
        await pilot.pause()


async def test_the_rate_is_what_was_heard_in_the_last_second() -> None:
    told = Telling()
    now = 0.0
    mine = AgentPanel("qa", lambda: now)
    async with opened(house := BareHouse(mine)) as pilot:
        mine.styles.height = 10
        call = told.begin("qa")
        for frame in range(21):
            told.show.hear(call, "word" * 4 * frame)
            mine.look(told.show)
            now += 0.1
        await pilot.pause()
        assert "40/s" not in text_of(house)  # nothing is counted yet, so there is no foot
        assert round(mine._rate.value) == 40
        told.tell(CallFinished(step="qa", agent="qa", call=call, text=told.book.keep("word")))
        mine.look(told.show)
        assert mine._rate.value == 0


async def test_seen_late_a_panel_is_the_same() -> None:
    told = Telling()
    there, late = AgentPanel("qa"), AgentPanel("qa")
    async with opened(house := BareHouse(there, late)) as pilot:
        house.moves = False
        there.styles.height = late.styles.height = 14
        await pilot.pause()
        there.look(told.show)
        told.hand("cto", "qa", "Go.")
        for step in ("one", "two"):
            told.show.hear(told.begin("qa", step=step), "It")
            there.look(told.show)
            told.say("qa", f"It is {step}.", step=step)
            there.look(told.show)
        late.look(told.show)
        assert there.paint(50, 14) == late.paint(50, 14)
        told.tell(RunFinished(outcome="succeeded"))
        there.look(told.show)
        assert "┏" not in "".join(texts(list(there.paint(50, 14)))), "at rest the stage is dark"


async def test_a_panel_that_was_hidden_shows_what_happened_meanwhile() -> None:
    told = Telling()
    mine = AgentPanel("qa")
    async with opened(house := BareHouse(mine)) as pilot:
        mine.styles.height = 10
        mine.look(told.show)
        mine.display = False
        await pilot.pause()
        told.say("qa", "Meanwhile.")
        told.show.touched.clear()
        mine.display = True
        await pilot.pause()
        mine.look(told.show)
        await pilot.pause()
        assert "Meanwhile." in text_of(house)


async def test_two_clicks_ask_for_the_agent() -> None:
    told = Telling()
    mine = AgentPanel("qa")
    async with opened(house := Asked(mine)) as pilot:
        mine.styles.height = 10
        mine.look(told.show)
        await pilot.pause()
        await pilot.click(AgentPanel, times=2)
        assert mine.has_focus
        assert house.asked == ["agent:qa"]
