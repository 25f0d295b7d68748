"""The Makefile: its list of targets is whole, and a second call does no work that was done."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from corpus.commands import ROOT

STAMPS = (".venv/.runtime-installed", ".venv/.dev-installed")
TARGETS = {
    "demo",
    "test",
    "check",
    "format",
    "batch",
    "bench",
    "bench-peers",
    "ray",
    "repertoire",
    "browser",
    "engine",
    "peers",
    "soak",
    "statistics",
    "coverage",
    "wheel",
    "pictures",
    "reference",
    "clean",
    "help",
}


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
    assert set(re.findall(r"^  make ([\w-]+)  +\S", shown.stdout, re.MULTILINE)) == TARGETS
    assert not (clone / ".venv").exists()


def test_every_target_that_is_listed_is_there() -> None:
    phony = re.findall(r"^\.PHONY: ([\w-]+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
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


@pytest.fixture
def installed_clone(clone: Path) -> Path:
    """A clone that looks as it does after its first `make test`."""
    (clone / ".venv" / "bin").mkdir(parents=True)
    (clone / ".venv" / "bin" / "python").symlink_to(sys.executable)
    (clone / ".venv" / ".made-in").write_text(f"{clone.resolve()}\n")
    for stamp in STAMPS:
        (clone / stamp).touch()
    return clone


def test_the_demo_tells_the_tour_where_there_is_no_terminal(installed_clone: Path) -> None:
    command = installed_clone / ".venv" / "bin" / "footlights"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m footlights "$@"\n')
    command.chmod(0o755)
    done = make("demo", folder=installed_clone, PYTHONPATH=str(ROOT))
    assert done.returncode == 0, done.stderr
    assert "Footlights performs plays for language models." in done.stdout
    assert "rehearsed, nothing to pay · 3 of 3 expectations met" in done.stdout
    assert done.stdout.splitlines()[-1].startswith("Next: .venv/bin/footlights play feature-sprint --rehearse")


def needs_installing(clone: Path) -> bool:
    return any(make("-q", stamp, folder=clone).returncode == 1 for stamp in STAMPS)


def test_what_was_installed_is_not_installed_again(installed_clone: Path) -> None:
    assert not needs_installing(installed_clone)


def test_a_changed_list_of_dependencies_is_installed(installed_clone: Path) -> None:
    later = (installed_clone / STAMPS[0]).stat().st_mtime + 10
    os.utime(installed_clone / "pyproject.toml", (later, later))
    assert needs_installing(installed_clone)


def test_a_clone_that_was_moved_is_set_up_again(installed_clone: Path) -> None:
    moved = installed_clone.rename(installed_clone.with_name("moved"))
    assert needs_installing(moved)


def test_an_environment_that_has_lost_its_python_is_set_up_again(installed_clone: Path) -> None:
    (installed_clone / ".venv" / "bin" / "python").unlink()
    assert needs_installing(installed_clone)


def test_the_gate_checks_and_then_tests() -> None:
    gate = ROOT / ".ci" / "run"
    assert os.access(gate, os.X_OK)
    lines = gate.read_text().splitlines()
    assert lines.index("set -euo pipefail") < lines.index("make check") < lines.index("make test")
