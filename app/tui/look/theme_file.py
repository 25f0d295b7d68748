"""Reads a theme's file and says what is wrong in it, each thing at its line and column.

Our own are read at every start. They are written in a plain way that needs no YAML reader: it and what comes with it
take five times as long to load as everything else a first picture needs of a theme.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from app.errors import Problem, ScenarioRefused
from app.settings import Origin
from app.tui.look.colour import READABLE
from app.tui.look.themes import COLOURS, DIM, LIGHTS, ROLES, Theme

SCHEMA = "footlights-theme/v1"
MAX_SAYS = 200
TERMINALS_OWN = ("default", DIM, "black", "bright_black", *ROLES)

_KEYS = {
    "schema": f"such as  schema: {SCHEMA}",
    "title": "such as  title: Midnight",
    "says": "such as  says: Deep blue, for late hours.",
    "dark": "write  dark: true  or  dark: false",
    "contrast": "",
    "colours": "a map with a colour for each name",
    "light": 'four grounds, faint to strong, such as  light: ["#1d1611", "#291d12", "#372513", "#462d12"]',
    "roles": "a map with a colour for each role",
}
_OPTIONAL = ("contrast",)
_HEX = re.compile(r"#[0-9a-fA-F]{6}")
_PLAIN = re.compile(
    r"(?: {2})?(?P<key>[a-z_]+):"
    r'(?: (?:"(?P<quoted>[^"\\]*)"|(?P<number>\d+(?:\.\d+)?)|(?P<bare>[A-Za-z][\w /,.-]*)))?'
)
_LIST = re.compile(r'(?P<key>light): \[(?P<list>"[^"\\]*"(?:, "[^"\\]*")*)\]')


class ThemeRefused(ScenarioRefused):
    """A theme's file has errors. Carries all of them, and its text."""

    def __init__(self, problems: Iterable[Problem], sources: Mapping[str, str] | None = None) -> None:
        super().__init__(tuple(problems), sources)
        self.message = self.message.replace("the scenario", "the theme")
        self.args = (self.message,)


class Wrong(NamedTuple):
    """What is wrong at a path of the file."""

    path: tuple[str | int, ...]
    code: str
    message: str
    hint: str = ""


def read_theme(path: Path, origin: Origin) -> Theme:
    """The theme in a file; raises `ThemeRefused` with everything that is wrong there."""
    from app.document import Report, parse, read_source

    text = ""
    try:
        source = read_source(path)
        text = source.text
        report = Report(source, parse(source))
        for wrong in mistakes(report.root.data):
            report.error(wrong.code, wrong.message, wrong.hint, at=wrong.path)
    except ScenarioRefused as refused:
        raise ThemeRefused(refused.problems, {str(path): text}) from refused
    if report.has_errors:
        raise ThemeRefused(report.problems, {source.name: source.text})
    return _theme(path.stem, report.root.data, origin)


def read_built_in(path: Path) -> Theme:
    """One of ours, which the tests have read with all checks."""
    written = plain(path.read_text(encoding="utf-8"))
    return read_theme(path, "built in") if written is None else _theme(path.stem, written, "built in")


def plain(text: str) -> dict[str, Any] | None:
    """What a file in the plain way of ours says, or None if any line of it is written in another."""
    found: dict[str, Any] = {}
    inner: dict[str, Any] | None = None
    for line in text.removesuffix("\n").split("\n"):
        if not line or line.startswith("# "):
            continue
        read = _LIST.fullmatch(line) or _PLAIN.fullmatch(line)
        if read is None:
            return None
        key, value, is_inner = read["key"], _value(read), line.startswith(" ")
        holder = inner if is_inner else found
        if holder is None or key in holder or value is None or (is_inner and isinstance(value, dict)):
            return None
        holder[key] = value
        if not is_inner:
            inner = value if isinstance(value, dict) else None
    return None if {} in found.values() else found


def mistakes(written: dict[str, Any]) -> Iterator[Wrong]:
    """Everything that is wrong with what a file says."""
    yield from _keys((), written, _KEYS, _OPTIONAL)
    if "schema" in written and written["schema"] != SCHEMA:
        yield Wrong(
            ("schema",), "schema", "this is not a version of the format that is known", f"write  schema: {SCHEMA}"
        )
    for key, most in (("title", 40), ("says", MAX_SAYS)):
        if key in written and not (isinstance(written[key], str) and 0 < len(written[key]) <= most):
            yield Wrong((key,), "text", f"this needs a text of at most {most} characters", _KEYS[key])
    if "dark" in written and not isinstance(written["dark"], bool):
        yield Wrong(("dark",), "dark", "this is neither true nor false", _KEYS["dark"])
    if "contrast" in written and not _is_ratio(written["contrast"]):
        yield Wrong(("contrast",), "contrast", "this needs a number from 4.5 to 15", "such as  contrast: 7")
    yield from _map_of_colours("colours", written, COLOURS)
    yield from _map_of_colours("roles", written, ROLES)
    light = written.get("light", ["#000000"] * len(LIGHTS))
    if not isinstance(light, list) or len(light) != len(LIGHTS):
        yield Wrong(("light",), "light", "this needs a list of four colours", _KEYS["light"])
    else:
        yield from (wrong for index, colour in enumerate(light) for wrong in _colour(("light", index), colour))
    yield from _two_ways(written)


def _value(read: re.Match[str]) -> Any:
    """What stands behind a key: a list, a text, a number, true or false, or nothing, which is a map that follows."""
    if read.re is _LIST:
        return re.findall('"([^"]*)"', read["list"])
    if read["quoted"] is not None:
        return read["quoted"]
    if read["number"]:
        return float(read["number"])
    bare = read["bare"]
    if bare is None:
        return {}
    if bare in ("true", "false"):
        return bare == "true"
    return None if bare.lower() in ("true", "false", "null") or bare.endswith(" ") else bare


def _is_ratio(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and READABLE <= value <= 15


def _keys(
    at: tuple[str, ...], written: dict[str, Any], known: Iterable[str], optional: Iterable[str] = ()
) -> Iterator[Wrong]:
    from app.document.suggest import did_you_mean

    for key in written:
        if key not in known:
            yield Wrong((*at, key, "@key"), "unknown-key", f'"{key}" is not a key here', did_you_mean(key, known))
    for key in known:
        if key not in written and key not in optional:
            hint = _KEYS.get(key, "") if not at else f'such as  {key}: "#f3b950"'
            yield Wrong(at, "missing", f'"{key}" is missing', hint)


def _map_of_colours(key: str, written: dict[str, Any], known: Iterable[str]) -> Iterator[Wrong]:
    if key not in written:
        return
    if not isinstance(written[key], dict):
        yield Wrong((key,), "map", "this needs a map of names and colours", _KEYS[key])
        return
    yield from _keys((key,), written[key], known)
    for name, colour in written[key].items():
        if name in known:
            yield from _colour((key, name), colour)


def _colour(at: tuple[str | int, ...], colour: object) -> Iterator[Wrong]:
    if _is_colour(colour):
        return
    if colour is None:
        yield Wrong(at, "colour", "there is no colour here", "put it in quotes: to YAML a bare # begins a comment")
        return
    from app.document.suggest import nearest

    near = nearest(str(colour), TERMINALS_OWN)
    hint = f'did you mean "{near}"?' if near else 'write it as "#f3b950", or name one of the terminal\'s own'
    yield Wrong(at, "colour", "this is not a colour", hint)


def _two_ways(written: dict[str, Any]) -> Iterator[Wrong]:
    """Only all of a theme can be left to the terminal: its colours and ours would not know each other's ground."""
    flat = {(key, name): colour for key in ("colours", "light", "roles") for name, colour in _items(written.get(key))}
    ground = flat.get(("colours", "ground"))
    if not _is_colour(ground):
        return
    own, other = ("the terminal's", "mixed") if _is_own(ground) else ("mixed", "the terminal's")
    for path, colour in flat.items():
        if _is_colour(colour) and _is_own(colour) != _is_own(ground):
            yield Wrong(path, "two-ways", f"this colour is {other}, and the ground is {own}", "write all in one way")


def _items(value: Any) -> Iterable[tuple[str | int, Any]]:
    if isinstance(value, dict):
        return value.items()
    return enumerate(value) if isinstance(value, list) else ()


def _is_colour(value: object) -> bool:
    return isinstance(value, str) and (value in TERMINALS_OWN or _HEX.fullmatch(value) is not None)


def _is_own(colour: object) -> bool:
    return colour in TERMINALS_OWN


def _theme(name: str, written: dict[str, Any], origin: Origin) -> Theme:
    colours: dict[str, str] = {key: written["colours"][key] for key in COLOURS}
    colours |= dict(zip(LIGHTS, written["light"], strict=True))
    colours |= {f"role:{role}": written["roles"][role] for role in ROLES}
    return Theme(
        name=name,
        title=written["title"],
        says=written["says"],
        dark=written["dark"],
        contrast=float(written.get("contrast", READABLE)),
        colours={key: colour.lower() for key, colour in colours.items()},
        origin=origin,
    )
