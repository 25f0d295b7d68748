"""What every test may use: a home of its own, and Footlights run from outside or in this process."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

from corpus.commands import ROOT, Outcome
from footlights.__main__ import main
from providers.catalogue import built_in

settings.load_profile("ci")  # the same examples every time, however long a busy machine takes for one

_LOOKS = ("NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS", "FOOTLIGHTS_ASCII", "FOOTLIGHTS_DEBUG")

_KEYS = [
    f"{name}{ending}"
    for service in built_in().services.values()
    for name in (*service.keys, service.address)
    for ending in ("", "_FILE")
]


def pytest_addoption(parser: pytest.Parser) -> None:
    """An option of ours."""
    parser.addoption("--keep-pictures", action="store_true", help="keep what the screens show as tests/tui/snapshots")


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the real home of whoever runs the tests out of them, and what their terminal asked for."""
    monkeypatch.setenv("FOOTLIGHTS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("FOOTLIGHTS_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    for name in (*_LOOKS, *_KEYS):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def footlights() -> Callable[..., Outcome]:
    """Run the command as a process of its own, from the clone unless a folder is given; `modules` can be imported."""

    def run(*words: str, folder: Path = ROOT, stdin: str = "", modules: Path = ROOT) -> Outcome:
        command = [sys.executable, "-m", "footlights", *words]
        environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{modules}"}
        done = subprocess.run(
            command, cwd=folder, env=environment, input=stdin, capture_output=True, text=True, check=False, timeout=60
        )
        return Outcome(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture
def perform(capsys: pytest.CaptureFixture[str]) -> Callable[..., Outcome]:
    """Run the command in this process, which is quicker and may be watched by a debugger."""

    def run(*words: str) -> Outcome:
        try:
            code = main(list(words))
        except SystemExit as leaving:  # how argparse ends after showing a help page
            code = int(leaving.code or 0)
        shown = capsys.readouterr()
        return Outcome(code, shown.out, shown.err)

    return run
