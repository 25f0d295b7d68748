"""The page about models says what is so: services with their keys, keys of models.yaml, classes of error."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from app.scenario import load
from corpus.commands import ROOT
from providers.base import ErrorClass
from providers.catalogue import built_in
from providers.env_file import read_env_file
from providers.own_models import _Model, _Service, read_own

PAGE = (ROOT / "docs" / "models.md").read_text(encoding="utf-8")


def blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


def rows(after: str) -> list[list[str]]:
    """The first table that comes after some words."""
    table = re.search(r"(?:^\|.*\n)+", PAGE[PAGE.index(after) :], re.MULTILINE)
    assert table is not None
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table[0].splitlines()[2:]]


def names(cell: str) -> tuple[str, ...]:
    return tuple(re.findall(r"`(\w[\w-]*)`", cell))


def test_every_service_stands_in_the_table_with_its_keys() -> None:
    told = {names(row[0])[0]: names(row[1]) for row in rows("## Services")}
    assert told == {name: service.keys for name, service in built_in().services.items()}


def test_every_key_of_models_yaml_is_explained() -> None:
    assert {name for row in rows("| of a service") for name in names(row[0])} == set(_Service.model_fields)
    assert {name for row in rows("| of a model |") for name in names(row[0])} == set(_Model.model_fields)


def test_every_class_of_error_has_its_line() -> None:
    assert {names(row[0])[0] for row in rows("## When something goes wrong")} == set(get_args(ErrorClass))


@pytest.mark.parametrize("fragment", blocks("yaml fragment"))
def test_what_is_to_be_copied_into_a_scenario_is_right(fragment: str, tmp_path: Path) -> None:
    play = tmp_path / "play.yaml"
    play.write_text("schema: footlights/v1\nname: play\n" + fragment + "steps: {a: {narrate: Hello.}}\n")
    assert not [problem for problem in load(play).problems if problem.severity == "error"]


def test_the_models_yaml_and_the_env_file_on_the_page_can_be_read(tmp_path: Path) -> None:
    (tmp_path / "models.yaml").write_text(blocks("yaml models")[0])
    own = read_own(tmp_path / "models.yaml")
    assert set(own.services) == {"openai", "house"}
    (tmp_path / ".env").write_text(blocks(r"text \.env")[0])
    assert set(read_env_file(tmp_path / ".env")) == {"OPENAI_API_KEY", "GROQ_API_KEY"}
