"""The page about adding a provider shows the toy that a test performs plays with, and what it says can be typed."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from app.scenario import load
from corpus.commands import ROOT, Outcome
from corpus.stub import Answer, Asked, Stub
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


def a_telegraph(asked: Asked) -> Answer:
    """Answers as the page says it does."""
    words = [{"word": word} for word in ("one", "two", "three")]
    last = {"stop": True, "read": 120, "wrote": len(words), "by": asked.json["model"]}
    lines = [json.dumps(line).encode() + b"\n" for line in (*words, last)]
    return Answer(headers={"content-type": "application/x-ndjson"}, pieces=lines)


async def test_what_is_to_be_typed_at_the_end_works_with_what_stands_above_it(
    own_models: Path, tmp_path: Path, footlights: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "my_house").mkdir()
    (tmp_path / "my_house" / "telegraph.py").write_text(block("python"))
    commands = [line.split() for line in re.findall(r"^    (.+)$", PAGE[PAGE.index("## Try it") :], re.MULTILINE)]
    async with Stub(a_telegraph) as stub:
        own_models.write_text(block("yaml models").replace("http://127.0.0.1:7070", stub.url))
        for program, *words in commands:
            if program == "export":
                monkeypatch.setenv(*words[0].split("="))
                continue
            assert program == "footlights"
            shown = await asyncio.to_thread(footlights, *words, modules=tmp_path)
            assert shown.code == 0, shown
    assert "✓ answers         one two three" in shown.out
    assert len(stub.asked) == 1


def test_what_it_leads_to_is_there() -> None:
    for page, heading in re.findall(r"\((\w+\.md)#?([\w-]*)\)", PAGE):
        headings = re.findall(r"^#+ (.+)$", (ROOT / "docs" / page).read_text(encoding="utf-8"), re.MULTILINE)
        anchors = {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in headings}
        assert not heading or heading in anchors, heading
