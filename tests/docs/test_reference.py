"""The pages say what is so: their tables are up to date, no key is left out, and every example can be performed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.cast import read_card
from app.document import Source, parse
from app.errors import ScenarioRefused
from app.scenario import check
from docs import make_reference
from docs.make_reference import EXAMPLE, PAGES, REFERENCE, ROOT, own_keys, places, table, written

TABLE = re.compile(r"<!-- table: (\w+) -->\n(.*?)<!-- end -->", re.DOTALL)
LINK = re.compile(r"\]\(([^)#\s]*)(?:#([^)\s]*))?\)")
ALL = [*PAGES, ROOT / "ARCHITECTURE.md"]
PAGE = pytest.mark.parametrize("page", ALL, ids=lambda page: page.name)
TOP = "schema: footlights/v1\nname: trap\n"


def examples(page: Path, language: str = "yaml") -> list[str]:
    """Return the blocks of a page in one language, without those of a longer name that begins the same."""
    return re.findall(rf"^```{language}\n(.*?)^```$", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_says_what_the_models_and_the_commands_say(page: Path) -> None:
    assert page.read_text(encoding="utf-8") == written(page), "python docs/make_reference.py brings it up to date"


def test_the_check_of_an_outdated_page_shows_what_would_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Outcomes\n\n<!-- table: outcomes -->\n<!-- end -->\n", encoding="utf-8")
    monkeypatch.setattr(make_reference, "PAGES", (page,))
    monkeypatch.setattr(make_reference, "ROOT", tmp_path)
    monkeypatch.setattr("sys.argv", ["make_reference.py", "--check"])
    assert make_reference.main() == 1
    assert "+| `skipped`" in capsys.readouterr().out
    monkeypatch.setattr("sys.argv", ["make_reference.py"])
    assert make_reference.main() == 0
    assert "| `skipped`" in page.read_text(encoding="utf-8")


def test_every_key_of_every_section_stands_in_a_table() -> None:
    tables = {name: body for page in PAGES for name, body in TABLE.findall(page.read_text(encoding="utf-8"))}
    for section in places():
        if section.__name__ == "FileText":
            continue  # told under "Files", in words
        assert section.__name__ in tables, f"there is no table about {section.__name__}"
        for key in own_keys(section):
            assert f"| `{key}` " in tables[section.__name__], f"{key} of {section.__name__}"


def test_every_key_says_what_it_is_for() -> None:
    silent = [
        f"{section.__name__}.{name}"
        for section in places()
        for name, field in own_keys(section).items()
        if not field.description
    ]
    assert silent == []


@PAGE
def test_every_whole_scenario_on_a_page_has_no_errors(page: Path, tmp_path: Path) -> None:
    for index, text in enumerate(examples(page)):
        assert text.startswith("schema: "), f"a part of a file is marked as one: ```yaml fragment\n{text}"
        if text.startswith("schema: footlights-card/"):
            _accept_card(text, tmp_path)
            continue
        path = tmp_path / f"{index}.yaml"
        path.write_text(text, encoding="utf-8")
        assert [problem for problem in check(path, path.name).problems if problem.severity != "note"] == []


def _accept_card(text: str, folder: Path) -> None:
    company, name = (re.findall(rf"^{key}: (\S+)", text, re.MULTILINE)[0] for key in ("company", "id"))
    path = folder / company / f"{name}.yaml"
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    assert read_card(path).problems == ()


def test_every_piece_of_the_tutorial_is_a_piece_of_its_play() -> None:
    page = ROOT / "docs" / "first-scenario.md"
    (play,) = examples(page)
    for piece in examples(page, "yaml fragment"):
        assert piece in play


def test_what_is_shown_as_a_mistake_is_one(tmp_path: Path) -> None:
    for page in PAGES:
        for text in examples(page, "yaml mistake"):
            path = tmp_path / "mistake.yaml"
            path.write_text(text, encoding="utf-8")
            assert not check(path).ok


def test_every_trap_of_yaml_is_one_and_the_way_out_leads_out() -> None:
    rows = re.findall(r"^\| `(.+?)` \| .+ \| `(.+?)` \|$", _traps(), re.MULTILINE)
    assert len(rows) >= 10
    for trap, way_out in rows:
        assert _reads(way_out) is not None, way_out
        assert _reads(trap) != _reads(way_out), trap


def _traps() -> str:
    return REFERENCE.read_text(encoding="utf-8").partition("## YAML's own traps")[2].partition("\n## ")[0]


def _reads(line: str) -> object:
    try:
        return parse(Source("trap.yaml", f"a: {line}\n" if line.startswith("{") else f"{line}\n")).data
    except ScenarioRefused:
        return None


@PAGE
def test_every_link_leads_somewhere(page: Path) -> None:
    for target, heading in LINK.findall(page.read_text(encoding="utf-8")):
        if target.startswith("https://"):
            continue
        other = page.parent / target if target else page
        assert other.exists(), target
        assert not heading or heading in _headings(other), f"{target}#{heading}"


def _headings(page: Path) -> set[str]:
    found = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in found}


@PAGE
def test_a_page_is_short_enough_to_be_read(page: Path) -> None:
    lines = page.read_text(encoding="utf-8").splitlines()
    words = [line for line in TABLE.sub("", "\n".join(lines) + "\n").splitlines() if line.strip()]
    assert len(words) <= 400
    assert page.name != "ARCHITECTURE.md" or len(lines) < 200


def test_a_table_lines_up_in_a_terminal_but_for_its_last_column() -> None:
    head, *rows = table("outcomes", REFERENCE).splitlines()
    assert {row.index("|", 1) for row in rows} == {head.index("|", 1)}


def test_the_example_above_a_command_is_the_one_that_is_shown() -> None:
    assert EXAMPLE.findall("```yaml mistake\nschema: footlights/v1\n```\n") == ["schema: footlights/v1\n"]
