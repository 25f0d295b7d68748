"""The reports of a batch, as files: for CI, for a table, for a pull request, for a browser."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.batching.words import named
from app.errors import FootlightsError, UsageError
from app.state.words import short_id

if TYPE_CHECKING:
    from app.batch.comparing.against import Against
    from app.batch.comparing.arms import Comparisons
    from app.batch.results import Results

    Write = Callable[[Results, Sequence[Comparisons]], str]

_LONGEST_NAME = 255  # bytes, on the file systems that people have


class NotWritten(FootlightsError):
    """Everything was performed and is kept, and a report of it could not be written."""


def add_reports(parser: argparse.ArgumentParser) -> None:
    """Add the options that ask for them."""
    group = parser.add_argument_group("reports")
    for name, what in (
        ("junit", "JUnit XML, which CI systems read"),
        ("csv", "a table, a line a run"),
        ("md", "Markdown for a pull request"),
        ("html", "a page with charts, whole in one file"),
    ):
        group.add_argument(f"--{name}", type=named, metavar="FILE", help=what)


def insist_on_places(args: argparse.Namespace, read: Iterable[str | None] = ()) -> None:
    """Say before anything is performed that a report has nowhere to go, or would take the place of what is `read`."""
    taken = {Path(name).resolve(): "is what is read here" for name in read if name}
    for name, path in _asked(args).items():
        if str(path) == "-":
            raise UsageError(f"--{name} -: a report is a file of its own", f"name one: --{name} report.{name}")
        if len(os.fsencode(path.name)) > _LONGEST_NAME:
            raise UsageError(f"--{name}: this is too long for the name of a file", "name another")
        if path.is_dir():
            raise UsageError(f"{path} is a folder", f"name a file: {path / 'report'}")
        if path.exists() and not path.is_file():
            raise UsageError(f"{path} is there, and is no plain file", "name another")
        if not path.parent.is_dir():
            raise UsageError(f"there is no folder {path.parent}", "make it first, or name another")
        if (why := taken.get(path.resolve())) is not None:
            raise UsageError(f"--{name}: {path} {why}", "name another file")
        taken[path.resolve()] = "is another report already"


def write_reports(
    args: argparse.Namespace, results: Results, comparisons: Sequence[Comparisons], against: Against | None = None
) -> None:
    """Write those that were asked for; a report of the same name makes room. Raises at the end when one was not."""
    from app.cli.exporting.writing import write
    from app.cli.said import narrate

    missing: list[str] = []
    why: list[str] = []
    for name, path in _asked(args).items():
        try:
            write(_writer(name, against)(results, comparisons), path)
        except UsageError as error:
            missing.append(name)
            why.append(error.message)
            continue
        if not args.json and not getattr(args, "quiet", False):
            narrate(f"wrote {path}")
    if missing:
        again = " ".join(f"--{name} FILE" for name in missing)
        raise NotWritten(
            "; ".join(why), f"footlights batches {short_id(results.row.batch)} {again}  writes it elsewhere"
        )


def _asked(args: argparse.Namespace) -> dict[str, Path]:
    return {name: Path(getattr(args, name)) for name in ("junit", "csv", "md", "html") if getattr(args, name)}


def _writer(name: str, against: Against | None) -> Write:
    if name == "junit":
        from app.export.batch.junit import junit

        return partial(junit, against=against)
    if name == "csv":
        from app.export.batch.csv import csv

        return csv
    if name == "md":
        from app.export.batch.markdown import markdown

        return partial(markdown, against=against)
    from app.export.batch.page import page

    return partial(page, against=against)
