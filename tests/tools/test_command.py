"""`footlights tools` lists the tools and shows one, for people and as JSON."""

from __future__ import annotations

import json

import pytest

from app.cli import tools
from app.cli.parser import CommandParser
from app.errors import NotFound, UsageError
from app.tools.registry import names


def said(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    parser = CommandParser(prog="footlights tools", examples=tools.EXAMPLES)
    tools.configure(parser)
    assert tools.perform(parser.parse_args(words)) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("words", [(), ("list",)])
def test_all_tools_are_listed_with_what_they_do(capsys: pytest.CaptureFixture[str], words: tuple[str, ...]) -> None:
    lines = said(capsys, *words).splitlines()
    assert {line.split()[0] for line in lines if line.startswith("  ") and line[2] != " "} == set(names())
    assert "http write network Ask a web server" in [" ".join(line.split()) for line in lines]


@pytest.mark.parametrize("columns", ["40", "80", "200"])
def test_no_line_of_the_list_is_wider_than_the_screen(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, columns: str
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    widest = max(len(line) for line in said(capsys).splitlines()[:-1])
    assert widest <= max(int(columns), 48)


@pytest.mark.parametrize("words", [("--json",), ("list", "--json"), ("--json", "list")])
def test_the_list_is_there_as_data(capsys: pytest.CaptureFixture[str], words: tuple[str, ...]) -> None:
    listed = json.loads(said(capsys, *words))
    assert tuple(tool["name"] for tool in listed) == names()
    assert listed[0].keys() == {"name", "effect", "idempotent", "network", "says"}


@pytest.mark.parametrize("name", names())
def test_every_tool_can_be_shown(capsys: pytest.CaptureFixture[str], name: str) -> None:
    shown = said(capsys, "show", name)
    assert shown.startswith(name)
    assert f"  tool: {name}\n  with:\n" in shown
    assert json.loads(said(capsys, "show", name, "--json"))["parameters"]["type"] == "object"


def test_a_family_is_shown_whole(capsys: pytest.CaptureFixture[str]) -> None:
    shown = said(capsys, "show", "file")
    assert all(f"{name}  " in shown for name in ("file.read", "file.write", "file.list"))
    assert len(json.loads(said(capsys, "show", "table", "--json"))) == 6


def test_a_tool_that_is_not_there_is_named_with_its_neighbour(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(NotFound) as raised:
        said(capsys, "show", "tabel.filter")
    assert raised.value.hint == 'did you mean "table.filter"?'
    with pytest.raises(UsageError):
        said(capsys, "shwo")
