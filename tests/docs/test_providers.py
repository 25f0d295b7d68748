"""The page about adding a provider shows the toy that a test performs plays with, and what it says can be typed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from app.scenario import load
from corpus.commands import ROOT, Outcome
from providers.own_models import read_own

PAGE = (ROOT / "docs" / "providers.md").read_text(encoding="utf-8")
TOY = (ROOT / "tests" / "corpus" / "telegraph.py").read_text(encoding="utf-8")


def block(kind: str) -> str:
    [found] = re.findall(rf"^```{kind}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    return str(found)


@pytest.fixture
def own_models(tmp_path: Path) -> Path:
    (tmp_path / "config").mkdir()
    file = tmp_path / "config" / "models.yaml"
    file.write_text(block("yaml models").replace("my_house.", "corpus."))
    return file


def test_the_file_on_the_page_is_the_toy_itself() -> None:
    assert block("python") == TOY


def test_the_line_on_the_page_makes_it_a_service_like_any_other(
    own_models: Path, tmp_path: Path, perform: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert set(read_own(own_models).models) == {"telegraph/morse-2"}
    (tmp_path / "cable.yaml").write_text(block("yaml scenario"))
    assert load(tmp_path / "cable.yaml").ok
    monkeypatch.setenv("TELEGRAPH_KEY", "dot-dash")
    told = json.loads(perform("models", "telegraph", "--json").out)
    assert (told["ready"], told["privacy"], told["requests"]) == (True, "private", 60)
    assert [model["use"] for model in told["models"]] == ["telegraph/morse-2"]


def test_what_it_leads_to_is_there() -> None:
    for page, heading in re.findall(r"\((\w+\.md)#?([\w-]*)\)", PAGE):
        headings = re.findall(r"^#+ (.+)$", (ROOT / "docs" / page).read_text(encoding="utf-8"), re.MULTILINE)
        anchors = {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in headings}
        assert not heading or heading in anchors, heading
