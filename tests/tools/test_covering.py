"""Secrets are covered also where only a part of one is repeated, and where one was broken up on the way."""

from __future__ import annotations

import base64

import pytest

from app.tools.covering import COVER, cover, cover_text

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
