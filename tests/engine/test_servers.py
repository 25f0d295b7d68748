"""Where only a server on this machine can take a step, a live run does not begin before somebody listens there."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.engine.reaching import NoModel
from app.engine.servers import insist_on_servers, servers_needed
from app.scenario import Checked, load


@pytest.fixture
def listening() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/v1"


@pytest.fixture
def silent() -> Iterator[str]:
    """An address that is taken, and at which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}/v1"


def play(folder: Path, address: str, agent: str = "model: here", step: str = "") -> Checked:
    path = folder / "play.yaml"
    path.write_text(
        f"""\
schema: footlights/v1
name: play
models:
  here: {{use: openai-compatible/tiny, base_url: "{address}"}}
  there: {{use: openai-compatible/large, base_url: "http://models.example/v1"}}
agents:
  a: {{persona: A., {agent}}}
steps:
  one: {{agent: a, prompt: Hi.{step}}}
"""
    )
    return load(path)


def test_where_nobody_listens_it_is_refused_with_who_and_where(tmp_path: Path, silent: str) -> None:
    with pytest.raises(NoModel) as refused:
        insist_on_servers(play(tmp_path, silent))
    assert refused.value.message == (
        f"nobody listens for openai-compatible/tiny at {silent}, and a can speak through nothing else"
    )
    assert refused.value.hint == "start the server, or --rehearse, which needs none"
    assert refused.value.exit_code == 2


def test_where_somebody_listens_it_may_begin(tmp_path: Path, listening: str) -> None:
    insist_on_servers(play(tmp_path, listening))


@pytest.mark.parametrize(
    ("agent", "step"),
    [
        ("model: {route: {prefer: [cost]}}", ""),
        ("model: {route: {among: [here], fallback: [there]}}", ""),
        ("model: there", ""),
        ("model: here", ", continue_on_error: true"),
        ("model: here", ", if: '${{ run.seed > 1 }}'"),
    ],
)
def test_no_server_is_asked_for_where_the_run_may_end_well_without_it(
    agent: str, step: str, tmp_path: Path, silent: str
) -> None:
    checked = play(tmp_path, silent, agent, step)
    assert servers_needed(checked) == {}
    insist_on_servers(checked)


def test_the_wall_may_leave_nothing_but_a_local_server(tmp_path: Path, silent: str) -> None:
    checked = play(tmp_path, silent, "model: {route: {prefer: [cost]}}", ", privacy: local")
    assert servers_needed(checked) == {"a": {"openai-compatible/tiny": silent}}


def test_only_those_who_are_asked_live_need_their_servers(tmp_path: Path, silent: str) -> None:
    insist_on_servers(play(tmp_path, silent), ["somebody else"])
