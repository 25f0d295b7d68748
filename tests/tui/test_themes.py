import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some
from textual.app import App
from textual.color import Color
from textual.widgets import Static

from app.document import Source, parse
from app.errors import NotFound, ScenarioRefused
from app.settings import content_root
from app.tui.look.colour import contrast, mix
from app.tui.look.legibility import GROUNDS, TEXTS, readings
from app.tui.look.theme_file import ThemeRefused, plain, read_theme
from app.tui.look.themes import COLOURS, LIGHTS, ROLES, load, names, textual_theme

OURS = sorted(path.stem for path in (content_root() / "themes").glob("*.yaml"))
PAINTED = [name for name in OURS if name != "house"]
PAGE = content_root() / "docs" / "themes.md"
NIGHT = (content_root() / "themes" / "footlights.yaml").read_text()

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Put a theme called `mine` into a project, and give back the project."""

    def written(text: str) -> Path:
        (tmp_path / "themes").mkdir(exist_ok=True)
        (tmp_path / "themes" / "mine.yaml").write_text(text)
        return tmp_path

    return written


def test_the_default_comes_first_and_every_file_is_a_theme(tmp_path: Path) -> None:
    assert names(tmp_path)[0] == "footlights"
    assert sorted(names(tmp_path)) == OURS


@pytest.mark.parametrize("name", OURS)
def test_each_of_ours_is_in_order_and_has_every_colour(name: str, tmp_path: Path) -> None:
    theme = read_theme(content_root() / "themes" / f"{name}.yaml", "built in")
    assert theme == load(name, tmp_path)
    assert set(theme.colours) == {*COLOURS, *LIGHTS, *(f"role:{role}" for role in ROLES)}


@pytest.mark.parametrize("name", PAINTED)
@pytest.mark.parametrize("text", TEXTS)
def test_every_text_is_read_on_every_ground(name: str, text: str, tmp_path: Path) -> None:
    theme = load(name, tmp_path)
    for ground in GROUNDS:
        assert contrast(theme.colours[text], theme.colours[ground]) >= theme.contrast, ground


@pytest.mark.parametrize(("name", "least"), [("footlights", 4.5), ("blackbox", 7), ("paper", 7)])
def test_what_a_theme_promises_is_known(name: str, least: float, tmp_path: Path) -> None:
    theme = load(name, tmp_path)
    assert theme.contrast == least
    assert min(reading.contrast for reading in readings(theme)) >= least


@pytest.mark.parametrize("name", PAINTED)
def test_what_is_decoration_can_be_seen_all_the_same(name: str, tmp_path: Path) -> None:
    colours = load(name, tmp_path).colours
    for decoration, least in {"faint": 1.6, "edge": 1.3, "track": 1.2, "focus": 3, "gate": 4.5}.items():
        assert contrast(colours[decoration], colours["ground"]) >= least, decoration


@pytest.mark.parametrize("name", PAINTED)
def test_the_light_grows_from_below(name: str, tmp_path: Path) -> None:
    colours = load(name, tmp_path).colours
    glow = [contrast(colours[step], colours["ground"]) for step in LIGHTS]
    assert glow == sorted(glow)
    assert 1 < glow[0] < 1.25 < glow[-1]


@pytest.mark.parametrize("name", OURS)
def test_the_colour_of_a_gate_belongs_to_gates_alone(name: str, tmp_path: Path) -> None:
    colours = {key: colour for key, colour in load(name, tmp_path).colours.items() if not key.startswith("role:")}
    gate = colours.pop("gate")
    assert gate not in colours.values()


@pytest.mark.parametrize("name", PAINTED)
def test_no_two_roles_have_one_colour(name: str, tmp_path: Path) -> None:
    colours = load(name, tmp_path).colours
    assert len({colours[f"role:{role}"] for role in ROLES}) == len(ROLES)


def test_the_default_theme_is_there_before_any_reader_of_yaml() -> None:
    script = (
        "import sys; from pathlib import Path; from app.tui.look.themes import load;"
        "load('footlights', Path('/nowhere'));"
        "print([name for name in ('yaml', 'pydantic', 'rich', 'textual', 'app.document') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"


@given(some.integers(0, len(NIGHT) - 1), some.sampled_from(["", " ", ":", "#", '"', "\n", "x", "0", "null", "- "]))
def test_the_plain_way_to_read_a_theme_says_what_yaml_says_or_nothing(place: int, put: str) -> None:
    text = NIGHT[:place] + put + NIGHT[place + 1 :]
    quick = plain(text)
    if quick is None:
        return
    assert quick == parse(Source("theme", text)).data


def test_a_project_may_have_a_theme_of_its_own(write: Write) -> None:
    project = write(NIGHT.replace("title: Footlights", "title: Mine"))
    theme = load("mine", project)
    assert (theme.title, theme.origin) == ("Mine", "project")
    assert "mine" in names(project)


def test_a_theme_of_the_project_takes_the_place_of_ours(write: Write) -> None:
    project = write(NIGHT)
    (project / "themes" / "mine.yaml").rename(project / "themes" / "dusk.yaml")
    assert load("dusk", project).title == "Footlights"


@pytest.mark.parametrize("name", ["footlight", "nightshade", "../footlights", "", "a/b"])
def test_a_theme_that_is_not_there_is_named_with_what_to_do(name: str, tmp_path: Path) -> None:
    with pytest.raises(NotFound) as refused:
        load(name, tmp_path)
    assert refused.value.hint


@pytest.mark.parametrize(
    ("written", "instead", "line", "column", "message", "hint"),
    [
        ('text: "#ede5d9"', 'text: "#ede5d"', 7, 9, "this is not a colour", 'write it as "#f3b950"'),
        ('text: "#ede5d9"', "text: #ede5d9", 7, 3, "there is no colour here", "put it in quotes"),
        ('text: "#ede5d9"', "text: bright_grene", 7, 9, "this is not a colour", 'did you mean "bright_green"?'),
        ('text: "#ede5d9"', "text: white", 7, 9, "this colour is the terminal's, and the ground is mixed", "one way"),
        ('muted: "', 'mutde: "', 8, 3, '"mutde" is not a key here', 'did you mean "muted"?'),
        ('muted: "', 'mutde: "', 6, 1, '"muted" is missing', "such as  muted:"),
        ("footlights-theme/v1", "footlights-theme/v2", 1, 9, "not a version of the format", "footlights-theme/v1"),
        ("dark: true", "dark: on", 4, 7, "neither true nor false", "dark: true"),
        ("dark: true", "dark: true\ncontrast: 99", 5, 11, "a number from 4.5 to 15", "contrast: 7"),
        ("title: Footlights", "title: 12", 2, 8, "this needs a text", "title: Midnight"),
        ('light: ["', 'light: ["#000000", "', 23, 8, "a list of four colours", "four grounds"),
        ("colours:\n", "colours: none\nthe_colours:\n", 6, 10, "a map of names and colours", "each name"),
        ("  red:", "  rde:", 26, 3, '"rde" is not a key here', 'did you mean "red"?'),
    ],
)
def test_what_is_wrong_in_a_theme_is_said_with_its_place(
    written: str, instead: str, line: int, column: int, message: str, hint: str, write: Write
) -> None:
    assert written in NIGHT
    with pytest.raises(ThemeRefused) as refused:
        load("mine", write(NIGHT.replace(written, instead, 1)))
    told = [(problem.line, problem.column) for problem in refused.value.problems if message in problem.message]
    assert told == [(line, column)], refused.value.problems
    assert any(hint in problem.hint for problem in refused.value.problems)
    assert str(refused.value).startswith("the theme has ")
    assert all(problem.file.endswith("mine.yaml") for problem in refused.value.problems)


def test_all_that_is_wrong_is_said_at_once(write: Write) -> None:
    text = NIGHT.replace('text: "#ede5d9"', 'text: "ink"').replace("dark: true", "dark: yes").replace("gate:", "gait:")
    with pytest.raises(ThemeRefused) as refused:
        load("mine", write(text))
    assert len(refused.value.problems) == 4


@pytest.mark.parametrize("text", ["", "schema: [", "- a list", "a: 1\na: 2\n", "\x00"])
def test_what_is_no_theme_at_all_is_refused_like_any_other_file(text: str, write: Write) -> None:
    with pytest.raises(ScenarioRefused) as refused:
        load("mine", write(text))
    assert refused.value.problems


def test_the_page_shows_a_theme_that_is_in_order(write: Write) -> None:
    (text,) = re.findall(r"```yaml fragment\n(.*?)```", PAGE.read_text(), re.DOTALL)
    theme = load("mine", write(text))
    assert min(reading.contrast for reading in readings(theme)) >= theme.contrast


def test_the_page_names_every_theme_and_every_key() -> None:
    told = dict(re.findall(r"^\| `(\w+)` +\|(.*)", PAGE.read_text(), re.MULTILINE))
    assert set(OURS) <= set(told)
    for name, says in COLOURS.items():
        assert says.lower() in told[name].lower()
    for key in re.findall(r"^(\w+):", NIGHT, re.MULTILINE):
        assert key in told
    for role in ROLES:
        assert f"`{role}`" in PAGE.read_text()


class Wall(App[None]):
    """A wall of samples, each in a variable that a theme gives to CSS."""

    NAMES = sorted(name.replace(":", "-").replace("_", "-") for name in load("footlights", Path("/nowhere")).colours)
    CSS = "Screen { background: $ground; }\n" + "\n".join(f"#{name} {{ background: ${name}; }}" for name in NAMES)

    def __init__(self) -> None:
        super().__init__()
        for name in OURS:
            self.register_theme(textual_theme(load(name, Path("/nowhere"))))
        self.theme = "footlights"

    def compose(self):  # type: ignore[no-untyped-def]
        yield from (Static(name, id=name) for name in self.NAMES)


async def test_every_name_is_a_variable_for_css_in_every_theme() -> None:
    app = Wall()
    async with app.run_test() as pilot:
        for name in OURS:
            app.theme = name
            await pilot.pause()
            theme = load(name, Path("/nowhere"))
            for key, colour in theme.colours.items():
                shown = app.query_one(f"#{key.replace(':', '-').replace('_', '-')}").styles.background
                if theme.is_terminals_own:
                    assert shown.ansi is not None
                else:
                    assert shown == Color.parse(colour), (name, key)


def test_only_the_house_theme_leaves_its_colours_to_the_terminal(tmp_path: Path) -> None:
    assert [name for name in OURS if textual_theme(load(name, tmp_path)).ansi] == ["house"]
    assert [name for name in OURS if not load(name, tmp_path).dark] == ["matinee", "paper"]


def test_contrast_is_measured_as_wcag_does() -> None:
    assert contrast("#000000", "#ffffff") == contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert contrast("#ff0000", "#ff0000") == 1


def test_a_mixture_lies_between() -> None:
    assert mix("#000000", "#ffffff", 0) == "#000000"
    assert mix("#000000", "#ffffff", 1) == "#ffffff"
    assert mix("#102030", "#304050", 0.5) == "#203040"
