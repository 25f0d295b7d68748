"""What an agent is at, in a word; and who comes next."""

from __future__ import annotations

import itertools

from app.events import (
    CallFailed,
    CallFinished,
    CallSpeaking,
    CallStarted,
    CallWaiting,
    Directed,
    Failure,
    GateOpened,
    RunFinished,
    StepFinished,
    StepStarted,
    ToolStarted,
)
from app.playback.show import Show
from app.tui.look.glyphs import ASCII, UNICODE
from app.tui.standing import Standing, coming, seats, standing
from app.tui.text import cells
from tui.telling import Telling

PLAN = [
    {"step": "plan", "title": "", "needs": [], "agents": ["cto"]},
    {"step": "polish", "title": "", "needs": ["plan"], "agents": []},
    {"step": "polish/verdict", "title": "", "needs": [], "agents": ["qa"]},
    {"step": "polish/fix", "title": "", "needs": ["verdict"], "agents": ["editor"]},
]


def test_everybody_stands_where_the_events_left_them() -> None:
    told = Telling()
    assert standing(told.show, "qa").word == "idle"
    told.tell(StepStarted(step="qa"))
    told.tell(CallWaiting(step="qa", agent="qa", call="qa#1", waits_for="limiter", wait_ms=4000))
    assert standing(told.show, "qa") == Standing("waiting", "4.0 s")
    told.tell(CallStarted(step="qa", agent="qa", call="qa#1", model="smart"))
    assert standing(told.show, "qa") == Standing("thinking")
    told.show.passed = 72_400
    assert standing(told.show, "qa") == Standing("thinking", "1 min 12 s")
    told.say("qa", "So.", step="qa", call="qa#1")
    assert standing(told.show, "qa").word == "done"
    told.tell(ToolStarted(step="qa", agent="qa", call="qa#1/t", tool="read_file"))
    assert standing(told.show, "qa") == Standing("using tool", "read_file")
    told.tell(Directed(direction="mute", to="qa"))
    assert standing(told.show, "qa").word == "muted"


def test_who_thinks_says_for_how_long_and_how_long_they_may() -> None:
    told = Telling(mode="live")
    told.tell(CallStarted(step="qa", agent="qa", call="qa#1", model="smart", patience_ms=120_000))
    told.show.passed = 12_300
    stands = standing(told.show, "qa")
    assert stands == Standing("thinking", "12 s", limit="2 min")
    assert [stands.says(ASCII, room)[2:] for room in (60, 30, 16, 12, 5)] == [
        "thinking 12 s, first token within 2 min", "thinking 12 s of 2 min", "thinking 12 s", "thinking", "",
    ]  # fmt: skip
    told.tell(CallSpeaking(step="qa", agent="qa", call="qa#1"))
    told.show.passed = 1_000
    assert not standing(told.show, "qa").limit


def test_whoever_failed_says_so_or_when_it_is_tried_again() -> None:
    told = Telling()
    call = told.begin("qa")
    told.tell(CallFailed(step="qa", agent="qa", call=call, failure=Failure("overloaded"), retry_ms=2000))
    assert standing(told.show, "qa") == Standing("again", "in 2.0 s")
    told.tell(CallStarted(step="qa", agent="qa", call=call, model="smart", attempt=2))
    told.tell(CallFailed(step="qa", agent="qa", call=call, failure=Failure("overloaded")))
    assert standing(told.show, "qa").word == "failed"


def test_an_agent_whose_step_waits_for_a_person_asks() -> None:
    told = Telling()
    told.say("qa", "May I?")
    told.tell(GateOpened(step="qa", gate="qa#1", asks="tool"))
    assert standing(told.show, "qa").word == "asks"
    assert standing(told.show, "cto").word == "idle"


def test_next_is_whoever_was_handed_work_until_they_begin() -> None:
    told = Telling()
    told.say("cto", "Two tasks.")
    assert coming(told.show) == frozenset()
    told.hand("cto", "qa", "Go.")
    assert coming(told.show) == {"qa"}
    told.begin("qa")
    assert coming(told.show) == frozenset()


def test_next_is_whose_step_waits_for_nothing_but_what_goes_on() -> None:
    told = Telling(plan=PLAN)
    told.begin("cto", "plan")
    assert coming(told.show) == {"qa"}, "the first step of a block waits for what the block needs"
    told.tell(StepFinished(step="plan"))
    told.tell(StepStarted(step="polish", of="steps"))
    told.tell(StepStarted(step="polish/1", of="steps"))
    told.begin("qa", "polish/1/verdict")
    assert coming(told.show) == {"editor"}


def test_of_several_who_may_come_next_nobody_is_said_to() -> None:
    told = Telling()
    told.say("cto", "Two tasks.")
    told.hand("cto", "qa", "Go.")
    told.hand("cto", "editor", "Go.")
    assert coming(told.show) == frozenset()


def test_whoever_was_handed_something_while_they_acted_is_not_next_when_they_are_done() -> None:
    told = Telling()
    call = told.begin("cto")
    told.hand("qa", "cto", "My notes.")
    told.tell(CallFinished(step="cto", agent="cto", call=call))
    assert told.show.lit == "cto"
    assert coming(told.show) == frozenset()


def test_in_a_run_that_is_known_to_its_end_next_is_who_really_comes_next() -> None:
    told = Telling(plan=PLAN)
    told.say("cto", "Two tasks.", step="plan")
    told.hand("cto", "qa", "Go.")
    told.say("editor", "I shall.")
    told.begin("qa", "verdict")
    show = Show(told.show.value)
    show.whole = told.show.events
    named = []
    for event in show.whole:
        show.apply(event)
        named.append(sorted(coming(show)))
    assert [names for names, _ in itertools.groupby(named)] == [["cto"], ["editor"], ["qa"], []]


def test_before_a_person_decides_nobody_of_the_cast_is_next() -> None:
    told = Telling()
    told.say("cto", "Two tasks.")
    here = len(told.show.events)
    told.tell(GateOpened(step="ok", gate="ok#1", asks="approve"))
    told.begin("qa")
    show = Show(told.show.value)
    show.whole = told.show.events
    for event in show.whole[:here]:
        show.apply(event)
    assert coming(show) == frozenset()
    show.apply(show.whole[here])
    assert coming(show) == {"qa"}


def test_those_who_begin_together_are_next_together() -> None:
    told = Telling()
    told.say("cto", "Two tasks.")
    here = len(told.show.events)
    for agent in ("qa", "editor"):
        told.tell(CallStarted(step=agent, agent=agent, call=f"{agent}#1", model="smart"))
    show = Show(told.show.value)
    show.whole = told.show.events
    for event in show.whole[:here]:
        show.apply(event)
    assert coming(show) == {"qa", "editor"}


def test_when_it_is_over_nobody_comes_next() -> None:
    told = Telling()
    told.hand("cto", "qa", "Go.")
    told.tell(RunFinished(outcome="cancelled"))
    assert coming(told.show) == frozenset()


def test_a_standing_fits_any_room_and_keeps_its_glyph() -> None:
    using = Standing("using tool", "a_tool_with_a_long_name")
    for glyphs in (UNICODE, ASCII):
        for room in range(1, 40):
            said = using.says(glyphs, room)
            assert said[0] == glyphs.tool and (cells(said) <= room or room < 1)
    assert Standing("speaking").says(UNICODE) == "▸ speaking"
    assert Standing("speaking").says(UNICODE, 6) == "▸ says"
    assert Standing("done").says(UNICODE, 3) == "✓"


def test_the_seats_go_to_the_one_in_the_light_and_to_who_acted_last() -> None:
    told = Telling()
    assert seats(told.show, 5) == ("cto", "qa", "editor")
    assert seats(told.show, 2) == ("cto", "qa")
    told.say("editor", "A draft.")
    told.say("qa", "A flaw.")
    assert seats(told.show, 1) == ("qa",)
    assert seats(told.show, 2) == ("qa", "editor"), "in the order of the cast"
