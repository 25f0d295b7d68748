"""--env-file: keys from a file, for one command alone, and nowhere else afterwards."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from corpus.commands import Outcome
from corpus.stub import Stub
from corpus.wires import NAMED
from providers import keys

CHAT = NAMED["chat"]


@pytest.fixture(autouse=True)
def nothing_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_API_KEY_FILE", "HOUSE_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(keys, "_GIVEN", {})


@pytest.fixture
def env_file(tmp_path: Path) -> Path:
    file = tmp_path / ".env"
    file.write_text("# ours\nexport HOUSE_KEY='canary-of-the-house'\n")
    file.chmod(0o600)
    return file


async def test_a_live_run_finds_its_key_there_and_keeps_nothing_of_it(
    footlights: Callable[..., Outcome], env_file: Path, tmp_path: Path
) -> None:
    async with Stub(CHAT.reply("It echoes: canary-of-the-house.")) as stub:
        (tmp_path / "play.yaml").write_text(
            "schema: footlights/v1\nname: play\n"
            f'models: {{house: {{use: openai-compatible/x, base_url: "{stub.url}/v1", '
            'key: "${{ secrets.HOUSE_KEY }}"}}\n'
            "agents: {host: {persona: Calm., model: house}}\n"
            "steps: {a: {agent: host, prompt: Hello.}}\noutputs: {said: '${{ steps.a.output }}'}\n"
        )
        without = await asyncio.to_thread(footlights, "run", str(tmp_path / "play.yaml"))
        shown = await asyncio.to_thread(footlights, "run", str(tmp_path / "play.yaml"), "--env-file", str(env_file))
    assert without.code == 2
    assert "HOUSE_KEY is not set" in without.err
    assert shown.code == 0, shown.err
    assert [asked.headers["authorization"] for asked in stub.asked] == ["Bearer canary-of-the-house"]
    kept = b"".join(file.read_bytes() for file in (tmp_path / "home").rglob("*") if file.is_file())
    assert b"canary" not in kept
    assert "canary" not in shown.out + shown.err
    assert "It echoes" in shown.out


@pytest.mark.parametrize(
    "words", [("run", "hello"), ("play", "hello"), ("resume", "last"), ("fork", "last", "--at", "3"), ("models",)]
)
def test_every_command_that_asks_models_takes_one_and_refuses_what_is_wrong_with_it_first(
    words: tuple[str, ...], perform: Callable[..., Outcome], env_file: Path
) -> None:
    env_file.write_text("HOUSE_KEY = canary\n")
    shown = perform(*words, "--env-file", str(env_file))
    assert shown.code == 2
    assert f"{env_file}:1:1: error: this is not KEY=VALUE" in shown.err
    assert "canary" not in shown.out + shown.err


def test_what_stands_there_is_not_put_into_the_environment(perform: Callable[..., Outcome], env_file: Path) -> None:
    assert perform("models", "--env-file", str(env_file)).code == 0
    assert "HOUSE_KEY" not in os.environ


def test_no_env_file_is_read_that_was_not_named(
    perform: Callable[..., Outcome], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("OPENAI_API_KEY=any\n")
    monkeypatch.chdir(tmp_path)
    assert "openai             ready" not in perform("models").out


def test_a_key_on_the_command_line_is_refused_and_not_repeated(perform: Callable[..., Outcome], tmp_path: Path) -> None:
    (tmp_path / "play.yaml").write_text(
        "schema: footlights/v1\nname: play\ninputs: {topic: {type: string}}\n"
        "steps: {a: {narrate: '${{ inputs.topic }}'}}\n"
    )
    shown = perform("run", str(tmp_path / "play.yaml"), "--rehearse", "-i", "topic=sk-canary0123456789012345")
    assert shown.code == 2
    assert 'the input "topic" looks like a secret key' in shown.err
    assert "canary" not in shown.out + shown.err
    assert "is missing" not in shown.err
