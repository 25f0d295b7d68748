from pathlib import Path

import pytest
from rich.color import ColorType
from rich.style import Style

from app.tui.look.colour import contrast
from app.tui.look.legibility import TEXTS
from app.tui.look.styles import Palette
from app.tui.look.themes import LIGHTS, Theme, load, names

NOWHERE = Path("/nowhere")
PAINTED = [name for name in names(NOWHERE) if name != "house"]
LOUD = ("accent", "good", "warning", "error", "info")


def shown(style: Style) -> str:
    assert style.color is not None
    return style.color.get_truecolor().hex


@pytest.fixture(params=PAINTED)
def theme(request: pytest.FixtureRequest) -> Theme:
    """Each theme with colours of its own."""
    return load(request.param, NOWHERE)


@pytest.fixture
def night() -> Theme:
    return load("footlights", NOWHERE)


@pytest.fixture
def house() -> Palette:
    return Palette.of(load("house", NOWHERE))


def test_words_become_a_style(night: Theme) -> None:
    style = Palette.of(night).style("role:cyan bold underline on:panel")
    assert shown(style) == night.colours["role:cyan"]
    assert style.bgcolor is not None
    assert style.bgcolor.get_truecolor().hex == night.colours["panel"]
    assert (style.bold, style.underline, style.italic) == (True, True, None)


def test_the_order_of_the_words_says_nothing(night: Theme) -> None:
    palette = Palette.of(night)
    assert palette.style("bold on:light:3 error") == palette.style("error bold on:light:3")


def test_no_words_are_no_style_and_leave_the_ground_to_the_widget(night: Theme) -> None:
    palette = Palette.of(night)
    assert palette.style("") == Style.null()
    assert palette.style("text bold").bgcolor is None


def test_the_ground_has_the_colours_of_the_app(night: Theme) -> None:
    assert str(Palette.of(night).ground) == f"{night.colours['text']} on {night.colours['ground']}"


def test_a_style_is_made_once(night: Theme) -> None:
    palette = Palette.of(night)
    assert palette.style("muted dim") is palette.style("muted dim")


@pytest.mark.parametrize("words", ["blod", "on:nothing", "#ff0000", "text on", "link"])
def test_a_word_that_means_nothing_is_refused(words: str, night: Theme) -> None:
    with pytest.raises(ValueError, match="is no word of a style"):
        Palette.of(night).style(words)


def test_a_role_of_a_colour_that_no_theme_has_is_white(night: Theme) -> None:
    palette = Palette.of(night)
    assert palette.style("role:mauve bold") == palette.style("role:white bold")


@pytest.mark.parametrize("text", TEXTS)
def test_who_is_not_in_the_light_recedes_and_is_still_read(text: str, theme: Theme) -> None:
    palette, colours = Palette.of(theme), theme.colours
    for ground in ("ground", "panel"):
        dimmed = shown(palette.style(f"{text} dim"))
        assert theme.contrast <= contrast(dimmed, colours[ground]) < contrast(colours[text], colours[ground])
    for ground in ("selection", *LIGHTS):
        assert contrast(shown(palette.style(f"{text} dim on:{ground}")), colours[ground]) >= theme.contrast


@pytest.mark.parametrize("line", ["edge", "faint", "track"])
def test_a_line_that_is_dimmed_recedes_too(line: str, theme: Theme) -> None:
    ground = theme.colours["ground"]
    dimmed = shown(Palette.of(theme).style(f"{line} dim"))
    assert 1 < contrast(dimmed, ground) < contrast(theme.colours[line], ground)


def test_dim_alone_dims_the_text(night: Theme) -> None:
    assert Palette.of(night).style("dim") == Palette.of(night).style("text dim")


@pytest.mark.parametrize("name", LOUD)
def test_what_stands_on_a_colour_is_read(name: str, theme: Theme) -> None:
    style = Palette.of(theme).style(f"on:{name} bold")
    assert contrast(shown(style), theme.colours[name]) >= theme.contrast


def test_colours_are_those_of_the_theme_and_never_left_to_the_terminal_to_dim(theme: Theme) -> None:
    style = Palette.of(theme).style("muted dim")
    assert not style.dim
    assert style.color is not None
    assert style.color.type is ColorType.TRUECOLOR


def test_without_colour_nothing_has_a_colour(theme: Theme) -> None:
    palette = Palette.of(theme, colour=False)
    for name in theme.colours:
        style = palette.style(f"{name} bold on:{name}")
        assert (style.color, style.bgcolor) == (None, None)
        assert style.bold


@pytest.mark.parametrize(
    ("words", "seen"),
    [
        ("text", ""),
        ("role:cyan", ""),
        ("role:cyan dim", "dim"),
        ("muted", "dim"),
        ("edge", "dim"),
        ("accent", "bold"),
        ("error", "bold"),
        ("gate", "bold"),
        ("text on:panel", ""),
        ("text on:light:4", ""),
        ("text on:selection", "reverse"),
        ("on:warning bold", "bold reverse"),
        ("role:red underline strike italic", "italic strike underline"),
    ],
)
def test_without_colour_loud_and_quiet_are_still_told_apart(words: str, seen: str, night: Theme) -> None:
    assert Palette.of(night, colour=False).style(words) == Style.parse(seen)


@pytest.mark.parametrize(
    ("words", "seen"),
    [
        ("role:blue bold", "bold blue"),
        ("text", "default"),
        ("muted", "dim default"),
        ("role:red dim", "dim red"),
        ("text on:panel", "default on default"),
        ("text on:track", "default on default"),
        ("role:green on:light:4", "green on default"),
        ("role:green on:selection", "reverse default"),
        ("ground on:error bold", "bold reverse red"),
        ("on:good dim", "reverse green"),
    ],
)
def test_in_the_house_theme_the_terminal_decides(words: str, seen: str, house: Palette) -> None:
    assert house.style(words) == Style.parse(seen)


def test_in_the_house_theme_no_colour_is_one_of_ours(house: Palette) -> None:
    for name in load("house", NOWHERE).colours:
        style = house.style(f"{name} on:{name}")
        for colour in (style.color, style.bgcolor):
            assert colour is None or colour.type in (ColorType.DEFAULT, ColorType.STANDARD)
