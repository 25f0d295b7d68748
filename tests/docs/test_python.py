"""The page about Python says what is so: its programs print what stands below them, and its words are there."""

from __future__ import annotations

import dataclasses
import inspect
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from app.engine import Result, Run, fork, perform, resume
from corpus.commands import ROOT

PAGE = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
PROGRAMS = re.findall(r"^```python\n(.*?)^```\n\n```text\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
BEGINNINGS: dict[str, Callable[..., Run]] = {"perform": perform, "resume": resume, "fork": fork}


@pytest.mark.parametrize(("program", "printed"), PROGRAMS, ids=range(1, len(PROGRAMS) + 1))
def test_a_program_prints_what_stands_below_it(program: str, printed: str, tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(program, encoding="utf-8")
    for play in re.findall(r"^```yaml\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE):
        (tmp_path / "night-train.yaml").write_text(play, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "program.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr, done.stdout) == (0, "", printed)


def test_every_program_on_the_page_is_performed() -> None:
    assert len(PROGRAMS) == PAGE.count("```python\n")


def test_every_word_a_run_can_be_begun_with_stands_in_the_table_with_the_functions_that_take_it() -> None:
    taken: dict[str, list[str]] = {}
    for name, begin in BEGINNINGS.items():
        for parameter in inspect.signature(begin).parameters.values():
            if parameter.kind is parameter.KEYWORD_ONLY:
                taken.setdefault(parameter.name, []).append(name)
    told = dict(re.findall(r"^\| `(\w+)` +\| (all|`.+?`) +\|", PAGE, re.MULTILINE))
    beginning_alone = {"at", "edits"}  # of fork, told where it is shown
    assert {
        word: list(BEGINNINGS) if where == "all" else re.findall(r"\w+", where) for word, where in told.items()
    } == {word: names for word, names in taken.items() if word not in beginning_alone}


def test_what_a_run_and_its_result_are_said_to_have_is_there() -> None:
    for name in re.findall(r"`(?:await )?run\.(\w+)", PAGE):
        assert hasattr(Run, name) or f"self.{name}" in inspect.getsource(Run.__init__), name
    fields = {field.name for field in dataclasses.fields(Result)}
    for name in re.findall(r"\bresult\.(\w+)", PAGE):
        assert name in fields, name
