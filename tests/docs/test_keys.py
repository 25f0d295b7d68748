"""The page about keys has all of them, and what it says of a file of one's own is so."""

from __future__ import annotations

import re
from pathlib import Path

from app.settings import config_folder
from app.tui.keymap import FILE, read_keymap
from app.tui.keys import KEYS
from corpus.commands import ROOT
from docs.key_tables import tables

PAGE = (ROOT / "docs" / "keys.md").read_text(encoding="utf-8")


def test_every_spot_has_its_table() -> None:
    assert set(re.findall(r"<!-- table: (keys_\w+) -->", PAGE)) == set(tables())


def test_every_key_stands_on_the_page_by_its_id() -> None:
    assert [key.id for key in KEYS if f"| `{key.id}`" not in PAGE] == []


def test_the_example_of_a_file_of_keys_is_taken() -> None:
    (example,) = re.findall(r"^```yaml fragment\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    folder: Path = config_folder()
    folder.mkdir(parents=True)
    (folder / FILE).write_text(example, encoding="utf-8")
    keys, problems = read_keymap()
    assert problems == ()
    assert keys == {"stage.pause": "f5", "stage.direct": "colon,d", "runs.remove": "ctrl+x"}


def test_every_name_of_a_key_on_the_page_can_be_written() -> None:
    (named,) = re.findall(r"or by its name: (.*?)\.\s", PAGE, re.DOTALL)
    folder = config_folder()
    folder.mkdir(parents=True)
    names = re.findall(r"`([^`]+)`", named)
    (folder / FILE).write_text(f"stage.pause: [{', '.join(names)}]\n", encoding="utf-8")
    refused = [problem.message for problem in read_keymap()[1] if problem.message == "this is no key"]
    assert (refused, len(names) > 5) == ([], True)
