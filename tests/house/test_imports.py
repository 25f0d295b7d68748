"""Start-up stays quick and the rooms stay apart: what a command loads, and who imports whom."""

from __future__ import annotations

import subprocess
import sys

import pytest

from corpus.commands import ROOT

SDKS = {"openai", "anthropic", "ollama", "genai_prices"}
SCREEN = {"textual", "rich"}
NETWORK = {"httpx", "httpx2", "aiosqlite"}
SLOW = {"pydantic", "yaml", "dataclasses", "typing", "argparse", "pathlib", "re", "json"}


def loaded_by(*words: str) -> set[str]:
    """Run a command in a fresh interpreter and return the top-level modules it loaded beyond Python's own start."""
    program = (
        "import sys; before = set(sys.modules); from footlights.__main__ import main\n"
        f"try: main({list(words)!r})\n"
        "except SystemExit: pass\n"
        "print('\\n' + ' '.join(name for name in sys.modules if name not in before))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in done.stdout.splitlines()[-1].split()}


@pytest.mark.parametrize("words", [(), ("--help",), ("help",), ("--version",)])
def test_help_and_version_load_next_to_nothing(words: tuple[str, ...]) -> None:
    assert not loaded_by(*words) & (SDKS | SCREEN | NETWORK | SLOW)


def test_the_help_of_a_plain_command_loads_no_screen_and_no_model() -> None:
    assert not loaded_by("doctor", "--help") & (SDKS | SCREEN | NETWORK | {"pydantic", "yaml", "psutil"})


@pytest.mark.parametrize("words", [("check", "scenarios/engineering/feature-sprint.yaml"), ("doctor",)])
def test_commands_that_draw_no_screen_load_none_and_no_sdk(words: tuple[str, ...]) -> None:
    loaded = loaded_by(*words)
    assert "app" in loaded
    assert not loaded & (SDKS | SCREEN | NETWORK)


def test_the_list_of_models_loads_no_network_no_loop_and_no_reader_of_what_nobody_wrote() -> None:
    loaded = loaded_by("models")
    assert "providers" in loaded
    assert not loaded & (SDKS | SCREEN | NETWORK | {"asyncio", "pydantic", "sqlite3"})


def test_performing_a_rehearsal_loads_no_screen_no_network_and_no_checker_of_schemas() -> None:
    loaded = loaded_by("run", "hello", "--rehearse", "--quiet")
    assert "sqlite3" in loaded
    assert not loaded & (SDKS | SCREEN | NETWORK | {"jsonschema_rs", "psutil"})


def test_importing_the_settings_asks_the_platform_nothing() -> None:
    program = "import sys, app.settings; sys.exit('platformdirs' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0


def test_the_arrows_between_the_rooms_hold() -> None:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"]
    done = subprocess.run([*command, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "0 broken" in done.stdout
