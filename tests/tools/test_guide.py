"""The guide to tools tells the truth: every example on the page is performed, and no tool is without one."""

from __future__ import annotations

import re
from typing import Any

import pytest

from app.document import Source, parse
from app.tools.base import Surroundings
from app.tools.registry import names
from corpus.commands import ROOT
from tools.conftest import Loopback, Using

PAGES = (ROOT / "docs" / "tools.md", *sorted((ROOT / "docs" / "tools").glob("*.md")))
GUIDE = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
EXAMPLES = [
    parse(Source("docs", text)).data
    for text in re.findall(r"^```yaml tool\n(.*?)^```$", GUIDE, re.DOTALL | re.MULTILINE)
]
FILES = re.findall(r"^```(?:csv|text) (\S+)\n(.*?)^```$", GUIDE, re.DOTALL | re.MULTILINE)


@pytest.fixture
def project(surroundings: Surroundings) -> None:
    """The files that the page shows, and what its examples wrote before they list it."""
    for name, text in FILES:
        (surroundings.root / name).parent.mkdir(exist_ok=True)
        (surroundings.root / name).write_text(text, encoding="utf-8")
    (surroundings.root / "notes" / "summary.md").write_text("Three findings.\n", encoding="utf-8")


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("example", EXAMPLES, ids=[example["tool"] for example in EXAMPLES])
async def test_an_example_gives_what_the_page_says(example: dict[str, Any], server: Loopback, using: Using) -> None:
    server.answer("/orders", b'{"order": 88121}', status=201, content_type="application/json")
    arguments = example["with"]
    if "url" in arguments:
        arguments = {**arguments, "url": arguments["url"].replace("127.0.0.1:8000", server.host)}
    got = await using(example["tool"], arguments, hosts=(server.host,))
    if example["tool"] == "http":
        del got["headers"]["date"]
    assert got == example["gives"]


def test_every_tool_has_an_example() -> None:
    by_the_engine = set(re.findall(r"^tool: (memory\.\w+)$", GUIDE, re.MULTILINE))
    assert {example["tool"] for example in EXAMPLES} | by_the_engine == set(names())


def test_every_class_of_error_is_told() -> None:
    from typing import get_args

    from app.tools.base import ToolErrorClass

    told = re.findall(r"^\| `(\w+)` \|", GUIDE, re.MULTILINE)
    assert set(get_args(ToolErrorClass)) <= set(told)
