"""A batch that cannot go on, in the middle of it: what was performed is told and reported all the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from app.batch.conducting import Conducted, Watcher
from app.batch.driving import Drive
from app.batch.executor import Ending, NoWorkers
from app.batch.plan import Item
from app.cli.batching.driving import conduct_and_tell
from app.cli.parser import command_parser
from app.journal import Journal
from corpus.batches import read, rehearsal


class Deserted(Drive):
    """One whose workers are gone after a while."""

    async def conduct(
        self,
        watcher: Watcher,
        *,
        on: str = "",
        workers: int | None = None,
        enough: Callable[[Item, Ending], str] | None = None,
    ) -> Conducted:
        await super().conduct(watcher, workers=0, enough=lambda item, ending: "one will do")
        raise NoWorkers("there are no workers left: worker 1 is gone", "see what became of it")


def test_what_was_performed_before_all_workers_were_lost_is_told_and_reported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "results.xml"
    args = command_parser("batch").parse_args(["greet", "--json", "--junit", str(report)])
    with Journal.open(tmp_path / "workspace", fast=True) as journal:
        drive = Deserted.begin(journal, rehearsal(read(tmp_path), parallel=1))
        with pytest.raises(NoWorkers):
            conduct_and_tell(args, journal, drive, "")
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["kind"] for line in lines] == ["batch.begun", "run.begun", "run.ended", "batch.ended"]
    assert lines[-1]["counts"]["passed"] == 1
    assert "<testsuite" in report.read_text(encoding="utf-8")


def test_where_nothing_was_performed_nothing_but_why_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    args = command_parser("batch").parse_args(["greet", "--json", "--workers", "65"])
    with Journal.open(tmp_path / "workspace", fast=True) as journal:
        drive = Drive.begin(journal, rehearsal(read(tmp_path)))
        with pytest.raises(Exception, match="65 processes are too many"):
            conduct_and_tell(args, journal, drive, "")
    assert [json.loads(line)["kind"] for line in capsys.readouterr().out.splitlines()] == ["batch.begun"]
