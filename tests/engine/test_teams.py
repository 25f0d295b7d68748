"""team: a manager who hands out work, to members only and not for ever."""

from __future__ import annotations

import pytest

from app.events import CallStarted, Handoff
from corpus.playing import House, Line, Says, Scripted
from providers.base import Request

TEAM = """
steps:
  work:
    team: {{manager: a, members: [b, c], turns: {turns}}}
    prompt: Build it.
    {more}
"""


def delegate(to: str, task: str = "Do it.") -> Says:
    return Says(tools=(("delegate", f'{{"to": "{to}", "task": "{task}"}}'),))


async def test_the_manager_delegates_hears_the_answers_and_gives_the_result(house: House) -> None:
    played = await house.play(
        TEAM.format(
            turns=8,
            more="""rehearsal:
      by:
        a: {turns: [{tool: delegate, with: {to: b, task: Paint.}}, {tool: delegate, with: {to: c, task: Dry.}}, It stands.]}
        b: {reply: Painted.}
        c: {reply: Dried.}""",
        )
    )
    assert played.output("work") == "It stands."
    assert played.prompt("work/b1") == "Paint."
    assert played.prompt("work/c2") == "Dry."
    told = [one["content"] for one in played.messages("work") if one["role"] == "tool"]
    assert told == ["Painted.", "Dried."]


async def test_the_manager_is_told_who_is_there_and_the_members_are_told_the_task_alone(house: House) -> None:
    played = await house.play(
        "agents: {a: {persona: A.}, b: {persona: B., title: The Painter}, c: {persona: C.}}\n"
        + TEAM.format(turns=3, more=""),
        providers=Scripted.all(delegate("b", "Paint the wall."), "Painted.", "Done."),
    )
    assert "The Painter" in played.messages("work", 0)[0]["content"]
    assert [one["content"] for one in played.messages("work/b1")] == ["B.", "Paint the wall."]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ('{"to": "z", "task": "x"}', '"z" is not in the team'),
        ('{"to": "a", "task": "x"}', '"a" is not in the team'),
        ('{"task": "x"}', "is not in the team"),
        ('{"to": ["b"], "task": "x"}', "is not in the team"),
        ('{"to": "b"}', "task is missing"),
        ('{"to": "b", "task": "  "}', "task is missing"),
        ('{"to": "b", "task": 5}', "task is missing"),
        ("nonsense", "not JSON"),
    ],
)
async def test_only_members_are_delegated_to_and_a_wrong_delegation_is_told_to_the_manager(
    house: House, arguments: str, said: str
) -> None:
    script = Scripted.all(Says(tools=(("delegate", arguments),)), "Then I do it.")
    played = await house.play(TEAM.format(turns=4, more=""), providers=script)
    assert played.output("work") == "Then I do it."
    assert said in played.messages("work")[-1]["content"]
    assert played.of(Handoff) == []
    assert len(script.asked) == 2


async def test_delegations_are_bounded_however_many_come_in_one_answer(house: House) -> None:
    many = Says(tools=tuple(("delegate", f'{{"to": "b", "task": "Task {number}."}}') for number in range(5)))

    def line(request: Request) -> Line:
        return many if request.tools else "Enough."

    played = await house.play(TEAM.format(turns=3, more=""), providers=Scripted.all(many, "1", "2", "3", line))
    assert [event.taker for event in played.of(Handoff) if event.why == "delegation"] == ["b"] * 3
    told = [one["content"] for one in played.messages("work") if one["role"] == "tool"]
    assert told[:3] == ["1", "2", "3"]
    assert all("3 delegations are the most" in one for one in told[3:])


async def test_a_manager_who_only_delegates_is_stopped(house: House) -> None:
    def line(request: Request) -> Line:
        return delegate("b") if request.messages[0].content.startswith("The first") else "Done."

    played = await house.play(TEAM.format(turns=3, more=""), providers=Scripted.all(line))
    assert played.ended("work") == "failed"
    assert len([event for event in played.of(Handoff) if event.why == "delegation"]) == 3
    assert len(played.of(CallStarted, "work")) == 4


async def test_a_members_failure_is_told_to_the_manager_who_may_ask_another(house: House) -> None:
    played = await house.play(
        TEAM.format(
            turns=4,
            more="""rehearsal:
      by:
        a: {turns: [{tool: delegate, with: {to: b, task: Paint.}}, {tool: delegate, with: {to: c, task: Paint.}}, Done.]}
        b: {fault: auth}
        c: {reply: Painted.}""",
        )
    )
    assert played.output("work") == "Done."
    told = [one["content"] for one in played.messages("work") if one["role"] == "tool"]
    assert told[0].startswith("error: ")
    assert told[1] == "Painted."


async def test_the_result_is_held_to_its_shape(house: House) -> None:
    played = await house.play(
        TEAM.format(turns=4, more="output: {parts: integer}"),
        providers=Scripted.all(delegate("b"), "Painted.", "no data", {"parts": 2}),
    )
    assert played.output("work") == {"parts": 2}


async def test_a_team_may_be_rehearsed_without_a_line(house: House) -> None:
    played = await house.play(TEAM.format(turns=4, more=""))
    assert played.ended("work") == "succeeded"
    assert played.output("work")


async def test_a_limit_of_the_step_counts_members_and_manager_together(house: House) -> None:
    played = await house.play(
        TEAM.format(turns=9, more="limits: {turns: 3}"),
        providers=Scripted.all(delegate("b"), "1", delegate("c"), "2", "Done."),
    )
    assert played.ended("work") == "exhausted"
    assert len(played.of(CallStarted)) == 3
