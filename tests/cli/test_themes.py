import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from app.settings import content_root
from corpus.commands import Outcome

Perform = Callable[..., Outcome]

THEMES = content_root() / "themes"
NAMES = {path.stem for path in THEMES.glob("*.yaml")}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a folder for themes."""
    (tmp_path / "themes").mkdir()
    (tmp_path / "agents").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path / "themes"


@pytest.mark.parametrize("words", [(), ("list",)])
def test_every_theme_is_listed_with_what_it_is_for(words: tuple[str, ...], perform: Perform) -> None:
    done = perform("themes", *words)
    assert done.code == 0
    assert {line.split()[0] for line in done.out.splitlines() if line[:1].isalpha()} == NAMES
    assert "paper         light" in done.out
    assert "for projectors and bright rooms" in done.out
    assert "\x1b" not in done.out


def test_the_list_as_json_has_what_each_promises(perform: Perform) -> None:
    told = {theme["name"]: theme for theme in json.loads(perform("themes", "--json").out)}
    assert set(told) == NAMES
    assert told["blackbox"]["contrast"] == 7
    assert told["blackbox"]["worst"]["contrast"] >= 7
    assert told["house"]["worst"] is None


def test_one_theme_is_shown_with_every_colour_and_how_well_it_is_read(perform: Perform) -> None:
    told = perform("themes", "show", "footlights").out
    colours = set(re.findall(r'"(#[0-9a-f]{6})"', (THEMES / "footlights.yaml").read_text()))
    assert colours <= set(re.findall("#[0-9a-f]{6}", told))
    assert "every text is read at 4.5:1 or better on every ground" in told


def test_the_house_theme_leaves_that_to_the_terminal(perform: Perform) -> None:
    assert "The terminal's palette decides" in perform("themes", "show", "house").out


def test_one_theme_as_json_has_its_colours(perform: Perform) -> None:
    told = json.loads(perform("themes", "show", "dusk", "--json").out)
    assert told["colours"]["role:bright_cyan"].startswith("#")


def test_colours_are_shown_as_they_are_where_the_terminal_can(
    perform: Perform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLORTERM", "truecolor")
    assert "\x1b[38;2;255;255;255;48;2;0;0;0m" in perform("themes", "show", "blackbox").out


def test_elsewhere_they_are_the_nearest_of_256(perform: Perform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLORTERM", "")
    told = perform("themes").out
    assert "\x1b[38;5;" in told
    assert "38;2;" not in told
    assert "\x1b[31;49m ●" in told  # the house theme names the colours of the terminal


def test_the_pages_in_ascii_are_ascii(perform: Perform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTLIGHTS_ASCII", "1")
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert (perform("themes").out + perform("themes", "show", "house").out).isascii()


@pytest.mark.parametrize("words", [("themes",), ("themes", "show", "footlights")])
def test_the_pages_keep_to_eighty_cells(
    words: tuple[str, ...], perform: Perform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("FORCE_COLOR", "1")
    shown = re.sub(r"\x1b\[[0-9;]*m", "", perform(*words).out)
    assert max(map(len, shown.splitlines())) <= 80


def test_a_misspelt_theme_is_named_with_its_nearest_neighbour(perform: Perform) -> None:
    done = perform("themes", "show", "footlight")
    assert done.code == 2
    assert 'did you mean "footlights"?' in done.err


def test_a_theme_with_a_mistake_is_told_with_its_place_beside_the_others(project: Path, perform: Perform) -> None:
    (project / "mine.yaml").write_text((THEMES / "dusk.yaml").read_text().replace("dark: true", "dark: perhaps"))
    done = perform("themes")
    assert done.code == 2
    assert "mine.yaml:4:7" in done.out
    assert "nocturne" in done.out
    assert json.loads(perform("themes", "--json").out)[-3] == {"name": "mine", "ok": False}
    shown = perform("themes", "show", "mine")
    assert shown.code == 2
    assert "mine.yaml:4:7" in shown.err


def test_a_theme_that_is_hard_to_read_is_shown_with_where(project: Path, perform: Perform) -> None:
    text = re.sub(r'muted: "#\w+"', 'muted: "#444444"', (THEMES / "footlights.yaml").read_text())
    (project / "mine.yaml").write_text(text)
    told = perform("themes", "show", "mine").out
    assert "below 4.5:1:" in told
    assert "muted on light:4" in told


def test_what_a_theme_says_of_itself_drives_no_terminal(project: Path, perform: Perform) -> None:
    text = re.sub("(?m)^says: .*", r'says: "\\u200btricky\\u0085"', (THEMES / "dusk.yaml").read_text())
    (project / "mine.yaml").write_text(text)
    done = perform("themes")
    assert not set("\x85\u200b") & set(done.out + done.err)
