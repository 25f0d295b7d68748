"""Every command that is written down can be typed: on the pages, and at the head of the scenarios."""

from __future__ import annotations

import re
import shlex

import pytest

from app.cli.parser import command_parser
from corpus.bundled import ALL
from corpus.commands import ROOT
from docs.make_reference import PAGES

PLACES = (
    *PAGES,
    ROOT / "CONTRIBUTING.md",
    *ALL,
    ROOT / "app" / "cli" / "new.yaml",
)
LINE = re.compile(r"^(?:# ?)? {4}(?:\$ )?footlights (.+)$", re.MULTILINE)
AFTER_IT = re.compile(r" {2,}| > | #")  # what the command does, or where its words go
WRITTEN = [
    (place.name, AFTER_IT.split(line)[0])
    for place in PLACES
    for line in LINE.findall(place.read_text(encoding="utf-8"))
]


@pytest.mark.parametrize(("place", "line"), [(place, line) for place, line in WRITTEN if "$(" not in line])
def test_a_command_that_is_written_down_is_understood(place: str, line: str) -> None:
    name, *words = shlex.split(line)
    command_parser(name).parse_args(words)


def test_there_are_commands_on_the_pages_and_in_the_scenarios() -> None:
    assert {"README.md", "events.md", "first-scenario.md", "feature-sprint.yaml", "new.yaml"} <= {
        at for at, _ in WRITTEN
    }
