"""Problems are shown with their line, the place beneath the right cell, and nothing a file could smuggle in."""

from __future__ import annotations

import io

import pytest

from app.cli.ink import Ink, cell_width
from app.cli.problems import closing_line, write_problems
from app.errors import Problem

FILE = "scenarios/play.yaml"


def shown(problem: Problem, source: str) -> list[str]:
    stream = io.StringIO()
    write_problems([problem], {FILE: source}, stream)
    return stream.getvalue().splitlines()


def at(line: int, column: int | None, length: int = 1, message: str = "it is wrong", hint: str = "") -> Problem:
    return Problem("code", message, hint, FILE, line, column, length)


def test_a_problem_has_an_address_its_line_a_caret_a_hint_and_a_count() -> None:
    problem = at(2, 10, 4, 'there is no agent "ctoo"', 'did you mean "cto"?')
    assert shown(problem, "plan:\n  agent: ctoo\n") == [
        'scenarios/play.yaml:2:10: error: there is no agent "ctoo"',
        "    2 │   agent: ctoo",
        "      │          ^^^^",
        '  hint: did you mean "cto"?',
        "",
        "1 error in play.yaml",
    ]


@pytest.mark.parametrize(
    ("line", "column", "cells"),
    [
        ("a: ctoo", 4, 3),
        ("\ta: ctoo", 5, 7),
        ("日本語: ctoo", 6, 8),
        ("✏️ 👩‍❤️‍👨: ctoo", 12, 7),
        ("e\u0301: ctoo", 5, 3),
        ("\x1b[2J: ctoo", 7, 6),
        ("", 1, 0),
        ("end", 4, 3),
    ],
)
def test_the_caret_stands_under_the_right_cell(line: str, column: int, cells: int) -> None:
    _, _, caret, *_ = shown(at(1, column), line)
    assert caret == "      │ " + " " * cells + "^"


@pytest.mark.parametrize("column", [1, 2, 60, 150, 500, 998])
def test_a_long_line_is_clipped_around_the_caret(column: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    line = "".join(chr(ord("a") + index % 26) for index in range(1000))
    _, excerpt, caret, *_ = shown(at(1, column, 3), line)
    assert cell_width(excerpt) <= 60
    place = caret.index("^")
    assert excerpt[place : place + 3] == line[column - 1 : column + 2]
    assert excerpt.endswith("…") == (column < 900)


def test_wide_characters_are_clipped_to_the_window_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "41")
    _, excerpt, caret, *_ = shown(at(1, 200, 2), "語" * 198 + "x" + "問題" + "語" * 200)
    assert cell_width(excerpt) <= 41
    before = caret.index("^") - len("      │ ")
    assert excerpt.index("問") > 0
    assert cell_width(excerpt[: excerpt.index("問")]) - len("    1 │ ") == before
    assert caret.count("^") == 4


def test_a_line_of_a_megabyte_is_no_trouble() -> None:
    assert cell_width(shown(at(1, 500_000, 10**6), "x" * 10**6)[1]) <= 100


def test_an_underline_ends_with_its_line() -> None:
    assert shown(at(1, 4, 99), "a: ctoo\nb: 1")[2].count("^") == 4


def test_a_line_without_a_column_is_shown_without_a_caret() -> None:
    assert shown(at(1, None), "a: 1")[:3] == ["scenarios/play.yaml:1: error: it is wrong", "    1 │ a: 1", ""]


@pytest.mark.parametrize("line", [0, 3, 99])
def test_a_line_that_is_not_there_is_not_shown(line: int) -> None:
    assert shown(at(line, 1), "a: 1\nb: 2")[1] == ""


def test_a_problem_with_no_address_still_says_what_is_wrong() -> None:
    assert shown(Problem("code", "nothing to read"), "") == ["error: nothing to read", "", "1 error"]


def test_keys_are_covered_without_moving_the_caret() -> None:
    key = "sk-ant-abcdefghijklmnop1234"
    _, excerpt, caret, *_ = shown(at(1, 35), f"key: {key}  x: 1")
    assert excerpt == f"    1 │ key: sk-a{'•' * (len(key) - 4)}  x: 1"
    assert caret.index("^") == excerpt.index("x")


def test_every_line_of_a_private_key_is_covered() -> None:
    source = "key: |\n  -----BEGIN PRIVATE KEY-----\n  MIIEpAIBAAKC\n  -----END PRIVATE KEY-----\n"
    assert "MIIE" not in "".join(shown(at(3, 3), source))


def test_nothing_in_a_message_a_hint_a_name_or_a_line_drives_the_terminal() -> None:
    problem = Problem("code", "bad\x1b[2J", "try\x9b1m", "a\x1b]0;x\x07.yaml", 1, 1)
    stream = io.StringIO()
    write_problems([problem], {problem.file: "\x1b[31mred\x00"}, stream)
    assert not set(stream.getvalue()) & {"\x1b", "\x9b", "\x07", "\x00"}


def test_a_count_names_each_severity_and_how_many_files() -> None:
    one = [Problem("c", "m", file="a/b.yaml"), Problem("c", "m", file="a/b.yaml", severity="warning")]
    assert closing_line(one) == "1 error, 1 warning in b.yaml"
    assert closing_line([*one, Problem("c", "m", file="z.yaml", severity="note")]).endswith("1 note in 2 files")
    assert closing_line([one[0]] * 3) == "3 errors in b.yaml"


def test_no_problem_writes_nothing() -> None:
    stream = io.StringIO()
    write_problems([], {}, stream)
    assert stream.getvalue() == ""


class Terminal(io.StringIO):
    """A stream that says it is a terminal of the given encoding."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("asked", "colour"),
    [
        ({}, True),
        ({"NO_COLOR": "1"}, False),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
        ({"TERM": "dumb"}, False),
        ({"TERM": "dumb", "FORCE_COLOR": "1"}, True),
        ({"CLICOLOR": "0"}, False),
        ({"CLICOLOR": "0", "CLICOLOR_FORCE": "1"}, True),
    ],
)
def test_colour_follows_the_terminal_and_what_its_user_asked_for(
    asked: dict[str, str], colour: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    for name, value in asked.items():
        monkeypatch.setenv(name, value)
    assert Ink.for_stream(Terminal()).colour is colour


def test_a_pipe_has_no_colour_unless_it_is_forced(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Ink.for_stream(io.StringIO()).paint("x", "error") == "x"
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert Ink.for_stream(io.StringIO()).paint("x", "error") == "\x1b[1;31mx\x1b[0m"


def test_ascii_is_for_those_who_ask_and_for_terminals_that_know_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    latin = Terminal()
    latin.encoding = "iso-8859-1"
    assert Ink.for_stream(latin).ascii
    assert not Ink.for_stream(Terminal()).ascii
    monkeypatch.setenv("FOOTLIGHTS_ASCII", "1")
    assert Ink.for_stream(Terminal()).ascii
    drawn = "┌─✓ … ▶┐"
    assert Ink.for_stream(Terminal()).glyphs(drawn).isascii()
    assert len(Ink.for_stream(Terminal()).glyphs(drawn)) == len(drawn)
