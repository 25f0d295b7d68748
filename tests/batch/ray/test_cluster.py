"""Clusters that cannot be used: what is said, soon and without a traceback. Each in a process of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from app.batch.ray.cluster import address_of, connect
from app.batch.ray.errors import ClusterError
from corpus.commands import ROOT
from corpus.two_nodes import SETTINGS, TwoNodes

CONNECT = """
import asyncio, sys
from app.batch.ray.cluster import connect
from app.errors import FootlightsError

async def main() -> None:
    try:
        cluster = await connect(sys.argv[1])
    except FootlightsError as error:
        print(error.message)
        print(error.hint)
    else:
        print("connected")
        await cluster.leave()

asyncio.run(main())
"""


def connected(on: str, home: Path, **settings: str) -> list[str]:
    """What is said when a process with these settings connects; nothing else is written."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RAY_")}
    environment |= {"PYTHONPATH": str(ROOT), "HOME": str(home), **settings}
    done = subprocess.run(
        [sys.executable, "-c", CONNECT, on], env=environment, capture_output=True, text=True, check=True, timeout=100
    )
    assert done.stderr == ""
    return done.stdout.splitlines()


def test_with_the_token_it_connects(cluster: TwoNodes, tmp_path: Path) -> None:
    assert connected(cluster.on, tmp_path, **SETTINGS) == ["connected"]


def test_a_token_that_is_kept_at_home_is_used(cluster: TwoNodes, tmp_path: Path) -> None:
    kept = tmp_path / ".ray" / "auth_token"
    kept.parent.mkdir()
    kept.write_text(SETTINGS["RAY_AUTH_TOKEN"])
    assert connected(cluster.on, tmp_path) == ["connected"]


def test_a_wrong_token_is_told(cluster: TwoNodes, tmp_path: Path) -> None:
    told, hint = connected(cluster.on, tmp_path, **SETTINGS | {"RAY_AUTH_TOKEN": "f" * 64})
    assert told == f"the cluster at 127.0.0.1:{cluster.port} does not take the token that is set here"
    assert "RAY_AUTH_TOKEN" in hint


def test_a_missing_token_is_told(cluster: TwoNodes, tmp_path: Path) -> None:
    told, hint = connected(cluster.on, tmp_path)
    assert told == f"the cluster at 127.0.0.1:{cluster.port} asks for a token, and none is set here"
    assert "~/.ray/auth_token" in hint


@pytest.mark.ray
def test_beyond_this_machine_nothing_is_connected_to_without_a_token(tmp_path: Path) -> None:
    told, hint = connected("ray://203.0.113.7", tmp_path)
    assert told.startswith("203.0.113.7:6379 is another machine, and no token is set")
    assert "RAY_AUTH_MODE=token" in hint


@pytest.mark.ray
def test_an_address_where_nobody_listens_is_told(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    told, hint = connected(f"127.0.0.1:{port}", tmp_path)
    assert told == f"nobody answers at 127.0.0.1:{port}"
    assert f"ray start --head --port={port}" in hint


@pytest.mark.ray
def test_without_an_address_a_cluster_of_this_machine_is_started(tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="fl-") as short:  # Ray's sockets want a short path
        assert connected("ray", tmp_path, RAY_TMPDIR=short) == ["connected"]


@pytest.mark.parametrize("on", ["ray", "ray://"])
def test_ray_alone_means_any_cluster_of_this_machine(monkeypatch: pytest.MonkeyPatch, on: str) -> None:
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    assert address_of(on) is None
    monkeypatch.setenv("RAY_ADDRESS", "stage.example:7000")
    assert address_of(on) == ("stage.example", 7000)


def test_an_address_may_leave_out_its_port() -> None:
    assert address_of("ray://stage.example") == ("stage.example", 6379)
    assert str(address_of("[::1]:7000")) == "[::1]:7000"


@pytest.mark.parametrize(
    "on", ["http://stage.example", "ray://a:b@stage.example", "ray://stage.example/x", "a:99999999"]
)
def test_what_is_no_address_is_refused(on: str) -> None:
    with pytest.raises(ClusterError, match="no address of a cluster"):
        address_of(on)


async def test_without_ray_it_is_said_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ClusterError, match="Ray is not installed here") as refused:
        await connect("ray")
    assert refused.value.hint == "pip install 'footlights[ray]', here and on every node"
