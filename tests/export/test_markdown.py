from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import msgspec
import pytest
from hypothesis import given
from markdown_it import MarkdownIt
from markdown_it.token import Token

from app.export.markdown import markdown
from corpus.histories import History, histories
from corpus.reported import KEY, golden, hostile, paid_for, recorded
from golden.logs import NAMES

SECTIONS = {
    "The question", "The answer", "Cast", "Who handed what to whom", "What took how long", "Steps",
    "What each agent took", "What each model took", "How models were chosen", "Who was asked, and who acted",
    "What was expected", "What went wrong", "Word for word", "To see it again",
}  # fmt: skip
PLAIN = r"[^;:#`<>\"{}\[\]|&*]*"
DIAGRAM = re.compile(
    r"sequenceDiagram|gantt|    dateFormat YYYY-MM-DD HH:mm:ss.SSS|    axisFormat (%H:)?%M:%S"
    rf"|    (participant a\d+ as|a\d+->>a\d+: wrap:|Note over a\d+: wrap:|section) {PLAIN}"
    rf"|    {PLAIN} :(crit, |active, )?2000-01-[\d :.-]+, 2000-01-[\d :.-]+"
)


def tokens(text: str) -> list[Token]:
    return MarkdownIt("gfm-like").parse(text)


def spread(found: list[Token]) -> Iterator[Token]:
    for token in found:
        yield token
        yield from spread(token.children or [])


def blocks(text: str, language: str) -> list[str]:
    return [token.content for token in tokens(text) if token.type == "fence" and token.info == language]


def headings(text: str) -> list[str]:
    found = tokens(text)
    return [found[at + 1].content for at, token in enumerate(found) if token.type == "heading_open"]


@pytest.mark.parametrize("name", NAMES)
def test_a_report_tells_every_recorded_run_from_its_title_to_how_to_see_it_again(name: str) -> None:
    recording = golden(name)
    told = markdown(recording)
    title, *sections = headings(told)
    assert title == recording.title
    assert set(sections) <= SECTIONS
    assert {"Steps", "To see it again"} <= set(sections)
    assert f"footlights replay {recording.run[-8:]}" in blocks(told, "sh")[0]


def test_the_same_run_gives_the_same_report() -> None:
    assert markdown(golden("feature-sprint")) == markdown(golden("feature-sprint"))


def test_a_colleague_finds_the_question_the_answer_the_cost_and_who_decided() -> None:
    told = markdown(golden("feature-sprint"))
    for said in (
        "**feature:** dark mode",
        "Three steps, and each of them can be the last",
        "rehearsed, nothing to pay",
    ):
        assert said in told
    assert "| rehearsal |" in told[told.index("## Who was asked") :]


@pytest.mark.parametrize("name", NAMES)
def test_every_row_of_a_table_has_as_many_cells_as_its_head(name: str) -> None:
    for line, head in rows_and_heads(markdown(golden(name))):
        assert cells(line) == cells(head)


def test_text_that_means_harm_makes_no_link_no_picture_no_heading_no_html_and_no_list() -> None:
    told = markdown(hostile())
    found = list(spread(tokens(told)))
    assert {token.content for token in found if token.type == "html_inline"} == {"<br>"}
    harmless = ("<details>\n<summary>All that was said, ", "</details>")
    assert all(token.content.startswith(harmless) for token in found if token.type == "html_block")
    assert set(headings(told)[1:]) <= SECTIONS
    kinds = {token.type for token in found}
    assert not kinds & {
        "link_open",
        "image",
        "bullet_list_open",
        "ordered_list_open",
        "blockquote_open",
        "hr",
        "s_open",
    }
    for line, head in rows_and_heads(told):
        assert cells(line) == cells(head)


def test_no_page_makes_an_address_a_name_a_number_or_a_sign_of_what_somebody_wrote() -> None:
    said = " ".join(token.content for token in tokens(markdown(hostile())) if token.type == "inline")
    for pattern in (r"://", r"www\.", r"@\w", r"(?<!&)#\d", r":tada:", r"(?<!\\)\$"):
        assert not re.search(pattern, said), pattern


def test_what_looks_like_a_key_is_covered_and_nothing_drives_a_terminal() -> None:
    told = markdown(hostile())
    assert KEY not in told
    assert "sk-a" in told
    assert "\x1b" not in told
    assert "\u202e" not in told


@pytest.mark.parametrize("name", [*NAMES, ""])
def test_a_diagram_holds_nothing_but_what_it_may(name: str) -> None:
    for diagram in blocks(markdown(golden(name) if name else hostile()), "mermaid"):
        for line in diagram.rstrip("\n").split("\n"):
            assert DIAGRAM.fullmatch(line), line
            assert "%%" not in line
            assert "$$" not in line


def test_what_nobody_knows_the_price_of_is_never_zero() -> None:
    told = markdown(paid_for("unpriced"))
    assert "unpriced" in told
    assert "$0.00" not in told


def test_each_basis_of_money_is_told_apart() -> None:
    told = markdown(paid_for("exact", "estimated", "unpriced"))
    assert r"? + ≈\$0.5000" in told
    assert r"\$0.2500 of it estimated; 1 call unpriced" in told


def test_a_run_of_which_nothing_is_known_is_still_told() -> None:
    assert "to resume" not in markdown(recorded(History())).lower()


@given(histories())
def test_whatever_happens_in_a_run_its_report_is_whole(history: History) -> None:
    told = markdown(recorded(history))
    assert set(headings(told)[1:]) <= SECTIONS
    for line, head in rows_and_heads(told):
        assert cells(line) == cells(head)


def rows_and_heads(told: str) -> Iterator[tuple[str, str]]:
    """Each row of a table as it is written, and the head of its table."""
    lines = told.split("\n")
    for token in tokens(told):
        if token.type == "table_open" and token.map is not None:
            head, _, *rows = lines[token.map[0] : token.map[1]]
            yield from ((row, head) for row in rows)


def cells(row: str) -> int:
    return len(re.findall(r"(?<!\\)\|", row))


def test_a_command_holds_one_command_whatever_a_run_is_called() -> None:
    told = markdown(replace(golden("feature-sprint"), run="01M7 ;reboot"))
    assert "footlights replay ' ;reboot'" in told


@pytest.mark.parametrize("at", [10**18, -(10**18), 2**62])
def test_a_year_that_no_calendar_has_is_not_told(at: int) -> None:
    recording = golden("feature-sprint")
    begun = msgspec.structs.replace(recording.events[0], at=at)
    assert "nobody knows when" in markdown(replace(recording, events=(begun, *recording.events[1:])))
