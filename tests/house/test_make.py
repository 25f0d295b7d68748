"""The Makefile: its list of targets is whole, and a second call does no work that was done."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from corpus.commands import ROOT

TARGETS = {"demo", "test", "check", "format", "bench", "soak", "coverage", "wheel", "pictures", "clean", "help"}


def make(*words: str, folder: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL", "PYTHON")}
    return subprocess.run(
        ["make", *words],
        cwd=folder,
        env=inherited | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A folder with a space in its name, holding as much of the clone as setting up needs."""
    folder = tmp_path / "a clone"
    shutil.copytree(ROOT / ".ci", folder / ".ci")
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy(ROOT / name, folder)
    return folder


@pytest.mark.parametrize("words", [(), ("help",)])
def test_help_is_the_default_and_lists_every_target(words: tuple[str, ...], clone: Path) -> None:
    shown = make(*words, folder=clone)
    assert set(re.findall(r"^  make (\w+)  +\S", shown.stdout, re.MULTILINE)) == TARGETS
    assert not (clone / ".venv").exists()


def test_every_target_that_is_listed_is_there() -> None:
    phony = re.findall(r"^\.PHONY: (\w+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert set(phony) == TARGETS


def test_a_python_that_is_too_old_or_a_shim_is_refused_with_the_remedy(clone: Path) -> None:
    shim = clone / "shim"
    shim.write_text("#!/bin/sh\nexit 127\n")
    shim.chmod(0o755)
    done = make("demo", folder=clone, PYTHON="./shim")
    assert done.returncode != 0
    assert "Footlights needs Python 3.11 or newer, and ./shim is not." in done.stderr
    assert "make PYTHON=/path/to/python3" in done.stderr


def test_a_python_without_venv_is_refused_with_the_remedy(clone: Path) -> None:
    bare = clone / "bare"
    bare.write_text('#!/bin/sh\ncase "$2" in *ensurepip*) exit 1;; esac\nexit 0\n')
    bare.chmod(0o755)
    done = make("demo", folder=clone, PYTHON="./bare")
    assert done.returncode != 0
    assert "sudo apt install python3-venv" in done.stderr


def test_the_gate_checks_and_then_tests() -> None:
    gate = ROOT / ".ci" / "run"
    assert os.access(gate, os.X_OK)
    lines = gate.read_text().splitlines()
    assert lines.index("set -euo pipefail") < lines.index("make check") < lines.index("make test")
