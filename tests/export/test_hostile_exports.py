"""Whatever strangers write into a run, an export of it drives no terminal, runs no script and gives away no key."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from functools import cache
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest

from app.export.cast import cast
from app.export.film import Cut, Film, filmed
from app.export.html import player
from app.export.lint import lint, unfit_in
from app.export.markdown import markdown
from app.export.redaction import fit_to_leave
from app.export.report import report
from app.export.svg import animated, poster_of, still
from app.export.tables import csv_of
from app.journal import Archive
from app.journal.recording import Recording, lines_of, recording_of
from corpus.probes import is_obeyed
from terminal.hostile import POISON, write_run

PAGES = (
    "<script>window.owned=1</script></script><script src=//evil.example></script>"
    "</style><style>*{background:url(//evil.example)}</style><img src=x onerror=owned()><svg onload=owned()>"
    "]]><!-- --><a href='javascript:owned()'>a</a>\"' onclick='owned()' $title ${title} {{x}}"
)
MARKS = (
    "[link](javascript:owned()) ![image](//evil.example/x.png) <https://evil.example> https://evil.example/bare\n"
    "# Heading\n- list\n> quote\n```\nfence\n```\n~~~\n| a | b |\n|---|---|\n"
    "[ref]: javascript:owned()\n&lt;b&gt; @someone"
)
TABLES = '=HYPERLINK("//evil.example")'
KEYS = (
    "sk-proj-canary05_abcdefghijklmnopqrstuv-wxyz0123456789",
    "sk-ant-api03-canary06-ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789-AA",
    "AIzaSycanary07_abcdefghijklmnopqrstuvw",
    "ghp_canary08abcdefghijklmnopqrstuv",
    "xoxb-canary09-abcdefghij",
    "AKIACANARY10ABCDEFGH",
    "eyJjYW5hcnkxOCI6MX0x.eyJjYW5hcnkxOCI6MX0y.canary11signature",
    "https://me:canary12password@host.example/x",
    "-----BEGIN RSA PRIVATE KEY-----\ncanary13\n-----END RSA PRIVATE KEY-----",
)  # fmt: skip
CANARIES = [re.sub(r"^.*?(canary\d\d).*$", r"\1", key, flags=re.S | re.I)[:8].lower() for key in KEYS]
ATTACKS = {"terminal": POISON, "page": PAGES, "markdown": MARKS, "table": TABLES, "keys": f" {' and '.join(KEYS)} "}
SIZE = (80, 24)
HERE = ("#", "data:,")
OURS = {"html": 2, "report": 1}  # scripts
FORMATS: dict[str, Callable[[Film, Recording], str]] = {
    "cast": lambda film, _: cast(film),
    "cast-3": lambda film, _: cast(film, version=3),
    "svg": lambda film, _: animated(film),
    "still": lambda film, _: still(film, poster_of(film)),
    "html": lambda film, _: player(film),
    "markdown": lambda _, run: markdown(run),
    "report": lambda _, run: report(run),
    "csv": lambda _, run: csv_of(run),
    "json": lambda _, run: "".join(lines_of(run)),
}


async def made(attack: str, *formats: str) -> dict[str, str]:
    """What is exported of a run in which every text is an attack; each is made once, and held against everything."""
    film, recording = await _filmed(attack)
    texts = _exported(attack)
    for name in formats or FORMATS:
        if name not in texts:
            texts[name] = FORMATS[name](film, recording)
    return {name: texts[name] for name in formats or FORMATS}


@cache
def _exported(_attack: str) -> dict[str, str]:
    return {}


async def _filmed(attack: str) -> tuple[Film, Recording]:
    if attack not in _known():
        run = write_run(ATTACKS[attack])
        async with Archive.open() as archive:
            recording = fit_to_leave(await recording_of(archive, run))
        _known()[attack] = await filmed(recording, Cut(size=SIZE, pace="brisk", captions="layer", fps=2.0)), recording
    return _known()[attack]


@cache
def _known() -> dict[str, tuple[Film, Recording]]:
    return {}


@pytest.mark.parametrize("attack", ATTACKS)
async def test_no_export_drives_a_terminal(attack: str) -> None:
    for name, text in (await made(attack)).items():
        plain = _without_our_sequences(text) if name.startswith("cast") else text
        assert not is_obeyed(plain.replace("\r\n", "\n")), name


def _without_our_sequences(text: str) -> str:
    """What a cast writes into a terminal, but for moves of the cursor, colours, and the cursor that is hidden."""
    written = "".join(event[-1] for event in map(json.loads, text.splitlines()[1:]) if event[1] == "o")
    return re.sub(r"\x1b\[(?:[0-9;]*[mHGCdJKX]|\?25[lh])", "", written)


@pytest.mark.parametrize("attack", ATTACKS)
async def test_nothing_runs_on_a_page_but_what_is_ours(attack: str) -> None:
    for name, text in (await made(attack, "html", "report")).items():
        page = Elements(text)
        assert page.scripts == OURS[name], name
        assert not page.handlers and not page.leads_away and not page.framed, name


class Elements(HTMLParser):
    """What of a page could run, and what leads away from it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.scripts = 0
        self.framed: list[str] = []
        self.handlers: list[str] = []
        self.leads_away: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.scripts += tag == "script"
        self.framed += [tag] * (tag in ("iframe", "object", "embed", "base", "img"))
        for name, value in attrs:
            self.handlers += [name] * name.startswith("on")
            if name in ("href", "src", "action", "xlink:href", "srcset") and not (value or "").startswith(HERE):
                self.leads_away.append(value or "")


@pytest.mark.parametrize("attack", ATTACKS)
async def test_a_picture_is_sound_and_shows_words_alone(attack: str) -> None:
    for text in (await made(attack, "svg", "still")).values():
        for element in ElementTree.fromstring(text).iter():
            assert element.tag.rpartition("}")[2] not in ("script", "image", "foreignObject", "a")
            assert not any(name.startswith("on") for name in element.attrib)
            assert all(value.startswith("#") for name, value in element.attrib.items() if name.endswith("href"))


async def test_markdown_of_strangers_stays_text() -> None:
    for attack in ("markdown", "page"):
        (text,) = (await made(attack, "markdown")).values()
        prose = re.sub(r"^(?P<fence>`{3,})[^`\n]*\n.*?^(?P=fence)$", "", text, flags=re.S | re.M)
        prose = re.sub(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)", "", prose)
        assert not re.search(r"(?<!\\)\]\((?!#)", prose), "a link"
        assert not re.search(r"(?<!\\)<[a-z/!]", re.sub(r"</?(br|details|summary)>", "", prose), re.I), "an element"
        assert "\n# Heading" not in prose and "\n> quote" not in prose


async def test_no_cell_of_a_table_is_a_formula() -> None:
    for attack in ("table", "terminal"):
        (text,) = (await made(attack, "csv")).values()
        cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
        assert any("HYPERLINK" in cell for cell in cells) or attack != "table"
        assert not [cell for cell in cells if re.match(r"[=@\t\r]|[+-](?![\d.])", cell)]


@pytest.mark.parametrize("name", FORMATS)
async def test_no_key_leaves_in_any_format(name: str) -> None:
    (text,) = (await made("keys", name)).values()
    folded = _unstyled(text).casefold()
    assert not [canary for canary in CANARIES if canary in folded]
    assert unfit_in(text) == []


def _unstyled(text: str) -> str:
    return re.sub(r"<[^<>]*>|(?:\x1b|\\u001b)\[[0-9;?]*[A-Za-z]", "", text)


@pytest.mark.parametrize("attack", ATTACKS)
async def test_a_film_of_an_attack_is_fit_to_leave(attack: str) -> None:
    film, _ = await _filmed(attack)
    assert lint(film) == []
