"""What to type next after a batch, on a narrow terminal: commands stay whole, and words too."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from corpus.batch_plays import GREET, laid_out
from corpus.commands import Outcome

Perform = Callable[..., Outcome]


@pytest.mark.parametrize("columns", [40, 60, 100])
def test_what_to_type_next_breaks_between_words_and_behind_its_command(
    columns: int, tmp_path: Path, perform: Perform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", str(columns))
    laid_out(tmp_path, greet=GREET)
    done = perform("batch", "greet.yaml", "--rehearse", "--repeat", "3", "--workers", "0", "--budget", "turns=1")
    lines = done.out.splitlines()
    assert [line for line in lines if len(line) > columns] == []
    again = next(line for line in lines if line.startswith("footlights batch --resume"))
    batch = lines[0].split()[0]
    if columns >= 60:
        assert again.startswith(f"footlights batch --resume {batch} --budget NAME=VALUE")
    assert "goes on with what is missing" in " ".join(done.out.split())
