"""Cards are found by name, id and alias, in the project first; a wrong card says what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.cast import Registry
from app.settings import Folder, content_root, search_folders

CARD = """\
schema: footlights-card/v1
id: {id}
title: Tester
aka: [{aka}]
company: {company}
persona: Tests things.
modes:
  first: {{prompt: Test it., output: {{ok: boolean}}}}
  second: {{prompt: Test it again.}}
rehearsal:
  first: [{{ok: true}}]
"""


def registry_of(*folders: Path) -> Registry:
    return Registry(tuple(Folder("project", folder) for folder in folders))


def write_card(folder: Path, company: str, name: str, text: str | None = None, aka: str = "the_tester") -> Path:
    path = folder / company / f"{name}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text if text is not None else CARD.format(id=name, company=company, aka=aka))
    return path


def test_a_card_is_found_by_its_name_its_id_and_its_alias(tmp_path: Path) -> None:
    write_card(tmp_path, "lab", "tester")
    registry = registry_of(tmp_path)
    for name in ("lab/tester", "tester", "the_tester", "lab/the_tester"):
        found = registry.find(name)
        assert found is not None, name
        assert found.name == "lab/tester"


def test_an_alias_does_not_reach_into_another_company(tmp_path: Path) -> None:
    write_card(tmp_path, "lab", "tester")
    assert registry_of(tmp_path).find("shop/the_tester") is None
    assert registry_of(tmp_path).find("x" * 400 + "/the_tester") is None


def test_the_project_comes_before_what_is_built_in(tmp_path: Path) -> None:
    write_card(tmp_path / "agents", "engineering", "cto")
    registry = Registry(search_folders("agents", tmp_path))
    found = registry.find("engineering/cto")
    assert found is not None
    assert found.origin == "project"
    assert [entry.origin for entry in registry.entries() if entry.name == "engineering/cto"] == ["project"]


def test_an_id_that_two_companies_have_needs_the_company(tmp_path: Path) -> None:
    write_card(tmp_path, "lab", "tester", aka="lab_tester")
    write_card(tmp_path, "shop", "tester", aka="shop_tester")
    registry = registry_of(tmp_path)
    assert registry.find("tester") is None
    assert registry.find("shop/tester") is not None


@pytest.mark.parametrize(
    "name", ["../lab/tester", "/etc/passwd", "lab/../lab/tester", "", "/", "lab/", "*", "l?b/tester", "lab\\tester"]
)
def test_no_name_leads_out_of_the_folders(name: str, tmp_path: Path) -> None:
    write_card(tmp_path / "agents", "lab", "tester")
    assert registry_of(tmp_path / "agents").find(name) is None


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("id: tester", "id: other"), 'the file is called "tester"'),
        (("company: lab", "company: shop"), 'the folder is called "lab"'),
        (("persona:", "persna:"), '"persona" is missing'),
        (("modes:", "default_mode: frist\nmodes:"), 'there is no mode "frist"'),
        (("rehearsal:\n  first", "rehearsal:\n  third"), 'there is no mode "third"'),
        (("[{ok: true}]", "[{ok: 7}]"), "needs true or false"),
        (("ok: boolean", "ok: bool"), 'there is no type "bool"'),
        (("title: Tester", "title: Tester\ncolor: pink"), '"pink" is not one of'),
        (("title: Tester", "title: Tester\nglyph: ab"), "character"),
        (("schema: footlights-card/v1\n", ""), '"schema" is missing'),
    ],
)
def test_a_wrong_card_says_what_is_wrong(change: tuple[str, str], told: str, tmp_path: Path) -> None:
    text = CARD.format(id="tester", company="lab", aka="the_tester").replace(*change)
    write_card(tmp_path, "lab", "tester", text)
    entry = registry_of(tmp_path).find("lab/tester")
    assert entry is not None
    assert entry.card is None
    assert any(told in problem.message for problem in entry.problems), [problem.message for problem in entry.problems]
    assert all(problem.line for problem in entry.problems)


def test_a_version_changes_with_the_text(tmp_path: Path) -> None:
    path = write_card(tmp_path, "lab", "tester")
    before = registry_of(tmp_path).find("tester")
    path.write_text(path.read_text().replace("Tests things.", "Tests everything."))
    after = registry_of(tmp_path).find("tester")
    assert before is not None and after is not None
    assert before.version != after.version
    assert len(before.version) == 8


def test_every_bundled_card_is_in_order_and_has_lines_for_each_of_its_modes() -> None:
    entries = Registry((Folder("built in", content_root() / "agents"),)).entries()
    assert len(entries) >= 8
    for entry in entries:
        assert entry.problems == (), entry.name
        assert entry.card is not None
        modes = len(entry.card.modes)
        assert modes == 4 if entry.card.company == "business" else modes >= 2, entry.name
        assert set(entry.card.rehearsal) == set(entry.card.modes), entry.name
        assert entry.card.criteria, entry.name


def test_bundled_cards_look_different_on_stage() -> None:
    cards = [entry.card for entry in Registry((Folder("built in", content_root() / "agents"),)).entries() if entry.card]
    assert len({(card.glyph, card.color) for card in cards}) == len(cards)
    aliases = [alias for card in cards for alias in card.aka]
    assert len(set(aliases)) == len(aliases)
