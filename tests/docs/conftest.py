"""What tests that follow a page share: commands that are typed in one folder, one after the other or beside another."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from corpus.commands import ROOT, Outcome
from corpus.patience import _ends_some_time as _ends_some_time


@pytest.fixture
def typed(tmp_path: Path, footlights: Callable[..., Outcome]) -> Callable[[str], Outcome]:
    """Type the words after `footlights`, and wait for the end."""
    return lambda line: footlights(*shlex.split(line, comments=True), folder=tmp_path)


@pytest.fixture
def begun(tmp_path: Path) -> Iterator[Callable[[str], subprocess.Popen[str]]]:
    """Type them in another terminal, and do not wait."""
    processes: list[subprocess.Popen[str]] = []

    def begin(line: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "footlights", *shlex.split(line, comments=True)],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        processes.append(process)
        return process

    yield begin
    for process in processes:
        process.kill()
        process.communicate()
