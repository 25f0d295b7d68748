"""Secrets are covered also where only a part of one is repeated, and where one was broken up on the way."""

from __future__ import annotations

import asyncio
import base64
import html
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as some

from app.tools.base import Surroundings
from app.tools.covering import COVER, cover, cover_text
from app.tools.offers import use
from app.tools.registry import find

KEY = "zqxKEY1234567890abcdefghijKLMNOP"


@pytest.mark.parametrize(
    "written",
    [
        KEY,
        KEY[:20],
        KEY[:12],
        KEY[9:21],
        KEY[-12:],
        KEY.encode().hex(),
        KEY.encode().hex().upper(),
        KEY.encode().hex()[10:44],
        KEY[:10] + "\n" + KEY[10:],
        KEY[:10] + "\n    " + KEY[10:],
        "\u200b".join(KEY),
        "\xad".join(KEY[:14]),
        base64.b64encode(KEY.encode()).decode(),
    ],
)
def test_it_is_covered_and_nothing_else_is(written: str) -> None:
    covered = cover_text(f"The key {written} İs wrong.", (KEY, "another-secret-of-mine"))
    assert covered == f"The key {COVER} İs wrong."
    assert cover({written: [written]}, (KEY,)) == {COVER: [COVER]}


@pytest.mark.parametrize("text", [KEY[:11], KEY[:6] + "-" + KEY[6:11], "zqx KEY", "a" * 40, "0123456789abcdef" * 4, ""])
def test_what_may_be_anything_is_left_alone(text: str) -> None:
    assert cover_text(text, (KEY,)) == text


def test_two_parts_are_covered_and_the_words_between_them_stay() -> None:
    assert cover_text(f"{KEY[:15]}, not {KEY[10:30]}", (KEY,)) == f"{COVER}, not {COVER}"


def test_parts_that_overlap_are_covered_once() -> None:
    assert cover_text(KEY[:16] + KEY[4:20], (KEY,)) in (COVER, COVER * 2)
    assert cover_text("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", ("a" * 20,)).strip("•a") == ""


SIGNS = "pa&ss<w\"or'd/x9=é"


@pytest.mark.parametrize(
    "written",
    [
        html.escape(SIGNS),
        html.escape(SIGNS, quote=False),
        html.escape(SIGNS).replace("&quot;", "&#34;").replace("&#x27;", "&apos;"),
        SIGNS.encode("ascii", "xmlcharrefreplace").decode(),
        repr(SIGNS)[1:-1],
        ascii(SIGNS)[1:-1],
        json.dumps(SIGNS)[1:-1],
        json.dumps(SIGNS, ensure_ascii=False)[1:-1],
        json.dumps(json.dumps(SIGNS))[3:-3],
        json.dumps(SIGNS)[1:-1].replace("<", "\\u003C").replace("&", "\\u0026").replace("/", "\\/"),
        quote(SIGNS),
        "".join(f"%{octet:02x}" if octet < 48 else chr(octet) for octet in SIGNS[:-1].encode()) + "é",
        SIGNS[:8] + "…",
        html.escape(SIGNS[:11]) + "…",
    ],
)
def test_signs_may_be_written_in_any_way_and_the_end_may_be_cut_off(written: str) -> None:
    assert cover_text(f'a="{written}"; b', (SIGNS, KEY)) == f'a="{COVER}"; b'


@pytest.mark.parametrize("text", ["pa&ss…", "password…", "pa&amp;ss", "100% of it & more…"])
def test_what_only_begins_alike_is_left_alone(text: str) -> None:
    assert cover_text(text, (SIGNS, KEY)) == text


def test_a_long_secret_is_found_by_its_parts() -> None:
    long = "-----BEGIN KEY-----\n" + "\n".join(f"line{number}of+a/key" * 4 for number in range(50))
    assert "line7of" not in cover_text(f"<{html.escape(long)}>", (long,))


@given(some.text(min_size=4, max_size=30), some.sampled_from([html.escape, quote, json.dumps, repr, str]))
def test_no_secret_comes_through_in_the_usual_ways(secret: str, way: Callable[[str], str]) -> None:
    written = way(secret)
    assert written.strip("\"'") not in cover_text(f"see {written} there", (secret,)) or len(written) <= 6


def test_tools_that_draw_and_quote_do_not_repeat_it(tmp_path: Path) -> None:
    palette = {"ground": "#ffffff", "ink": "#000000", "accent": "#aa0000"}
    rows = [{"t": SIGNS, "v": 3}]
    asked: dict[str, dict[str, Any]] = {
        "chart.svg": {"kind": "bar", "rows": rows, "x": "t", "y": "v", "title": SIGNS},
        "chart.draw": {"kind": "bar", "rows": rows, "x": "t", "y": "v", "title": SIGNS},
        "design.ad": {"headline": SIGNS, "text": SIGNS, "button": SIGNS, "brand": SIGNS, "palette": palette},
        "page.markup": {"type": "FAQPage", "values": {"questions": [{"question": SIGNS, "answer": SIGNS}]}},
        "code.test": {"files": {"test_a.py": f"def test_x():\n    assert {SIGNS!r} == 1\n"}},
    }
    for name, arguments in asked.items():
        tool = find(name)
        assert tool is not None
        gives = asyncio.run(use(tool, arguments, Surroundings(tmp_path, tmp_path, secrets=(SIGNS,))))
        plain = html.unescape(json.dumps(gives, ensure_ascii=False)).replace("\\", "").replace("u0026", "&")
        assert COVER in plain, name
        assert "pa&ss<" not in plain.replace("u003c", "<"), name
