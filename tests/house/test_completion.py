"""Completion scripts for three shells; the one for bash is tried in a real bash."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from app.cli import COMMANDS
from app.cli.completion import SHELLS
from corpus.commands import Outcome

Perform = Callable[..., Outcome]

BASH = shutil.which("bash") or "bash"


@pytest.fixture
def complete(perform: Perform, tmp_path: Path) -> Callable[..., set[str]]:
    """Ask bash what it offers after the given words, the last of which is not finished."""
    script = tmp_path / "footlights.bash"
    script.write_text(perform("completion", "bash").out)

    def ask(*words: str) -> set[str]:
        line = ["footlights", *words]
        program = f"""
            source {script}
            COMP_WORDS=("$@"); COMP_CWORD={len(words)}
            spec=$(complete -p footlights); handler=${{spec##*-F }}
            "${{handler%% *}}" footlights "${{COMP_WORDS[$COMP_CWORD]}}" "${{COMP_WORDS[$COMP_CWORD - 1]}}"
            printf '%s\\n' "${{COMPREPLY[@]}}"
        """
        done = subprocess.run(
            [BASH, "--norc", "-c", program, "bash", *line], capture_output=True, text=True, check=True, cwd=tmp_path
        )
        return {answer.strip() for answer in done.stdout.split("\n") if answer.strip()}

    return ask


@pytest.mark.parametrize("shell", SHELLS)
def test_every_command_is_in_the_script_of_every_shell(shell: str, perform: Perform) -> None:
    shown = perform("completion", shell)
    assert shown.code == 0
    assert all(name in shown.out for name in COMMANDS)
    assert "json" in shown.out


def test_bash_finds_no_mistake_in_its_script(perform: Perform) -> None:
    script = perform("completion", "bash").out
    assert script
    subprocess.run([BASH, "-n"], input=script, text=True, check=True)


def test_bash_completes_commands_options_and_files(complete: Callable[..., set[str]], tmp_path: Path) -> None:
    (tmp_path / "play.yaml").touch()
    assert complete("") >= set(COMMANDS)
    assert complete("ch") == {"check"}
    assert complete("doctor", "--") >= {"--json", "--help"}
    assert complete("completion", "") >= set(SHELLS)
    assert complete("check", "pl") == {"play.yaml"}


def test_a_shell_that_is_not_known_is_named_with_those_that_are(perform: Perform) -> None:
    shown = perform("completion", "nushell")
    assert shown.code == 2
    assert "nushell" in shown.err
    assert all(shell in shown.err for shell in SHELLS)
