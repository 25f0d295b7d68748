"""A run begins in the app's own loop, and what is in its way is said."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from app.engine.reaching import NoModel
from app.errors import UsageError
from app.scenario import load
from app.tui.app import Opening
from app.tui.beginning import begin, insist_on_models, insist_on_servers
from app.tui.refused import in_words
from app.tui.remembered import Remembered
from app.tui.screens.choosing import Choosing
from corpus.commands import ROOT
from tui.bare import BareHouse, opened, text_of
from tui.staging import until

SPRINT = load(ROOT / "scenarios/engineering/feature-sprint.yaml")


async def test_a_rehearsal_begins_in_the_workspace_of_the_app(tmp_path: Path) -> None:
    house = BareHouse()
    house.workspace = tmp_path
    async with opened(house):
        here = await begin(house, SPRINT, {"feature": "a tea timer"}, rehearse=True, seed=3, limits={"cost_usd": 1.0})
        here.going.led_by(None)
        assert here.performed == "here"
        await until(lambda: bool(here.going.events))
        begun = here.going.state.start
        assert begun is not None
        assert (begun.mode, begun.seed, begun.limits["cost_usd"]) == ("rehearsal", 3, 1.0)
        assert (tmp_path / "workspace.db").exists()
        await here.going.stop(0.0)


async def test_a_live_run_without_a_model_is_refused_before_anything_is_kept(tmp_path: Path) -> None:
    house = BareHouse()
    house.workspace = tmp_path
    async with opened(house):
        with pytest.raises(NoModel):
            await begin(house, SPRINT, {}, rehearse=False)


async def test_an_input_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    house = BareHouse()
    house.workspace = tmp_path
    async with opened(house):
        with pytest.raises(UsageError, match="no input"):
            await begin(house, SPRINT, {"featur": "x"}, rehearse=True)


@pytest.mark.parametrize(("key", "instead"), [("r", True), ("b", False), ("escape", False)])
async def test_why_it_cannot_begin_is_told_with_what_can_be_done_instead(key: str, instead: bool) -> None:
    from app.tui.beginning import refuse

    house = BareHouse()
    async with opened(house) as pilot:
        asked = house.run_worker(refuse(house, NoModel("nobody speaks", "rehearse it"), rehearsable=True))
        await until(lambda: isinstance(house.screen, Choosing))
        await pilot.pause()
        assert "nobody speaks; rehearse it" in text_of(house)
        await pilot.press(key)
        assert await asked.wait() is instead


def test_inside_the_app_no_hint_names_an_option_of_the_command_line() -> None:
    with pytest.raises(NoModel) as refused:
        insist_on_models(SPRINT)
    assert "--" not in in_words(refused.value)
    assert "rehearse it" in in_words(refused.value)


def test_inside_the_app_a_server_that_is_not_there_is_told_without_an_option_too(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
        (tmp_path / "play.yaml").write_text(
            "schema: footlights/v1\nname: play\n"
            f"models: {{here: {{use: openai-compatible/x, base_url: '{address}'}}}}\n"
            "agents: {a: {persona: A., model: here}}\nsteps: {one: {agent: a, prompt: Hi.}}\n"
        )
        with pytest.raises(NoModel) as refused:
            insist_on_servers(load(tmp_path / "play.yaml"))
    assert address in refused.value.message
    assert "--" not in in_words(refused.value)


def test_the_app_opens_at_home_when_nothing_else_is_said() -> None:
    assert Opening(remembered=Remembered()).place == "home"
