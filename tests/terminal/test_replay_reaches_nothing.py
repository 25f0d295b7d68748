"""A replay performs nothing: no provider, no SDK and no network can be reached from it, whatever keys there are."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from corpus.commands import ROOT, Outcome
from terminal.ptys import Terminal

Perform = Callable[..., Outcome]
Opens = Callable[..., Terminal]

# Python reads this by itself when it starts: it writes down whatever would leave the machine or could ask a model.
_WATCH = """\
import atexit, os, sys
FORBIDDEN = ("openai", "anthropic", "ollama", "httpx2", "aiohttp", "app.engine", "app.tools", "app.scenario")
LEAVING = ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto")
PURE = ("providers", "providers.base", "providers.catalogue", "providers.tokens", "providers.addresses")

def note(line):
    with open(os.environ["SEEN_BY_THE_WATCH"], "a") as file:
        file.write(line + "\\n")

def watch(event, arguments):
    if event in LEAVING:
        note(f"{event} {arguments[1:]}")

def look_around():
    for name in sorted(sys.modules):
        top = name.partition(".")[0]
        if name.startswith(FORBIDDEN) or top == "providers" and name not in PURE:
            note(f"import {name}")
    note("over")

sys.addaudithook(watch)
atexit.register(look_around)
"""


@pytest.fixture
def watched(tmp_path: Path) -> dict[str, str]:
    """An environment in which every way out is watched, with a key for every service."""
    (tmp_path / "watch").mkdir()
    (tmp_path / "watch" / "sitecustomize.py").write_text(_WATCH)
    return {
        "PYTHONPATH": os.pathsep.join((str(tmp_path / "watch"), str(ROOT), str(ROOT / "tests"))),
        "SEEN_BY_THE_WATCH": str(tmp_path / "seen"),
        "OPENAI_API_KEY": "sk-proj-not-a-key-at-all-0123456789abcdef",
        "ANTHROPIC_API_KEY": "sk-ant-not-a-key-at-all-0123456789abcdef",
        "GEMINI_API_KEY": "not-a-key-at-all-0123456789",
    }


def seen(watched: dict[str, str]) -> list[str]:
    return Path(watched["SEEN_BY_THE_WATCH"]).read_text().splitlines()


def test_a_replay_on_the_stage_reaches_no_provider_no_sdk_and_no_network(
    opens: Opens, perform: Perform, watched: dict[str, str]
) -> None:
    assert perform("run", "feature-sprint", "--rehearse", "--quiet").code == 0
    terminal = opens("replay", "last", "--pace", "brisk", fresh=True, **watched)
    terminal.shows("feature-sprint")
    terminal.press("}", "}", ">", "end")
    terminal.shows("74/74")
    terminal.press("home", "space", ".", ",")
    terminal.press("q")
    assert terminal.ends() == 0
    assert seen(watched) == ["over"]


def test_the_watch_sees_what_a_run_reaches(opens: Opens, watched: dict[str, str]) -> None:
    assert opens("run", "hello", "--rehearse", "--quiet", fresh=True, **watched).ends() == 0
    assert "import app.engine" in seen(watched)
