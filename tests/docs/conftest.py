"""What tests that follow a page share: commands that are typed in one folder, one after the other or beside another."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from corpus.commands import ROOT, Outcome
from corpus.nursery import Begun, Job
from corpus.patience import _ends_some_time as _ends_some_time


@pytest.fixture
def typed(tmp_path: Path, footlights: Callable[..., Outcome]) -> Callable[[str], Outcome]:
    """Type the words after `footlights`, and wait for the end."""
    return lambda line: footlights(*shlex.split(line, comments=True), folder=tmp_path)


@pytest.fixture
def begun(tmp_path: Path) -> Iterator[Callable[[str], Begun]]:
    """Type them in another terminal, and do not wait."""
    processes: list[Begun] = []

    def begin(line: str) -> Begun:
        words = shlex.split(line, comments=True)
        processes.append(Begun(Job(words, str(tmp_path), {**os.environ, "PYTHONPATH": str(ROOT)})))
        return processes[-1]

    yield begin
    for process in processes:
        process.close()
