"""A scenario that names no model is performed by the usual models of the services that have a key here."""

from __future__ import annotations

import pytest

from app.engine.reaching import NoModel
from app.events import CallRouted
from corpus.playing import House, Scripted

ONE = "steps: {one: {agent: a, prompt: Say something.}}\n"


async def test_the_cheapest_of_the_usual_models_speaks_that_is_no_beginner(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "of-a-test")
    monkeypatch.setenv("GEMINI_API_KEY", "of-a-test")
    played = await house.play(ONE, mode="live", providers=Scripted.all("Something."))
    routed = played.of(CallRouted)[0]
    assert played.output("one") == "Something."
    assert routed.use == "gemini/gemini-2.5-flash"
    assert {one.use.partition("/")[0] for one in routed.candidates} == {"anthropic", "gemini"}
    assert {one.use for one in routed.candidates if one.out == "capability"} >= {"anthropic/claude-haiku-5-5"}


async def test_what_must_stay_on_this_machine_is_shown_to_none_of_them(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "of-a-test")
    script = Scripted.all("Something.")
    played = await house.play(f"privacy: local\n{ONE}", mode="live", providers=script)
    assert played.failure("one").error == "no_model"
    assert script.asked == []


async def test_where_no_service_has_a_key_it_is_said_before_anything_begins(house: House) -> None:
    with pytest.raises(NoModel, match="the scenario names none, and no service has a key here"):
        house.begin(ONE, mode="live")
