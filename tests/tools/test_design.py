"""An advertisement is drawn the same way each time, and says what in it cannot be read."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from app.tools.design.advertising import SIZES, contrast, fitted
from tools.conftest import Failing, Using

PALETTE = {"ground": "#FFFFFF", "ink": "#1a1a2e", "accent": "#b3261e"}
WORDS = {"headline": "Quiet by design", "text": "The bell that asks first.", "button": "Hear it", "brand": "Klingel"}


async def test_there_are_three_sizes_each_a_picture_of_its_own(using: Using) -> None:
    told = await using("design.ad", {**WORDS, "palette": PALETTE})
    assert (told["ok"], told["problems"]) == (True, [])
    assert [(ad["width"], ad["height"]) for ad in told["ads"]] == [(300, 250), (728, 90), (160, 600)]
    for ad in told["ads"]:
        picture = ElementTree.fromstring(ad["svg"])
        said = " ".join(element.text or "" for element in picture.iter("{http://www.w3.org/2000/svg}text"))
        assert all(word in said for word in " ".join(WORDS.values()).split())
        assert picture.get("aria-label") == "Quiet by design. The bell that asks first."


async def test_the_same_words_give_the_same_picture(using: Using) -> None:
    assert await using("design.ad", {**WORDS, "palette": PALETTE}) == await using(
        "design.ad", {**WORDS, "palette": PALETTE}
    )


async def test_words_that_look_like_markup_stay_words(using: Using) -> None:
    told = await using("design.ad", {"headline": '<b>"Q" & A</b>', "palette": PALETTE})
    texts = [one.text for one in ElementTree.fromstring(told["ads"][0]["svg"]).iter() if one.text]
    assert " ".join(texts) == '<b>"Q" & A</b>'


async def test_what_cannot_be_read_is_named(using: Using) -> None:
    told = await using("design.ad", {**WORDS, "palette": {"ground": "#ffffff", "ink": "#8a8a8a", "accent": "#ffd400"}})
    assert told["problems"] == [
        "text: contrast 3.45 to 1; at least 4.5 is wanted",
        "button: contrast 1.43 to 1; at least 3.0 is wanted",
    ]


async def test_a_colour_that_is_none_of_the_brands_is_named(using: Using) -> None:
    told = await using("design.ad", {**WORDS, "palette": PALETTE, "brand_colours": ["#ffffff", "#1A1A2E"]})
    assert told["problems"] == ["accent #b3261e is none of the brand's"]


async def test_words_that_do_not_fit_are_named_by_size(using: Using) -> None:
    long = {"headline": "Donaudampfschifffahrtsgesellschaft opens", "palette": PALETTE}
    assert (await using("design.ad", long))["problems"] == ["skyscraper: the headline does not fit"]


@pytest.mark.parametrize("change", [{"palette": PALETTE | {"ink": "red"}}, {"headline": "a\x07b"}, {"headline": ""}])
async def test_what_cannot_be_drawn_is_refused(failing: Failing, change: dict[str, Any]) -> None:
    assert (await failing("design.ad", {**WORDS, "palette": PALETTE, **change})).error == "bad_arguments"


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#777777", "#ffffff", 4.48),
        ("#0000ff", "#ffffff", 8.59),
        ("#123456", "#123456", 1),
    ],
)
def test_contrast_is_the_one_of_wcag(one: str, other: str, ratio: float) -> None:
    assert round(contrast(one, other), 2) == ratio


colours = some.integers(0, 0xFFFFFF).map("#{:06x}".format)


@settings(max_examples=15)
@given(colours, colours)
def test_contrast_is_the_same_either_way_and_between_1_and_21(one: str, other: str) -> None:
    assert 1 <= contrast(one, other) == contrast(other, one) <= 21.0000001


@settings(max_examples=15)
@given(some.text(alphabet="abcde ", min_size=1, max_size=80), some.sampled_from(sorted(SIZES)))
def test_words_that_fit_stay_in_their_box_and_lose_nothing(text: str, size: str) -> None:
    box = SIZES[size].headline
    letters, lines = fitted(text, box)
    if letters:
        assert " ".join(lines) == " ".join(text.split())
        assert len(lines) * letters <= box.height
        assert all(len(line) * letters * 0.5 <= box.width for line in lines)


@pytest.mark.parametrize("sign", ["\u202e", "\u2066", "\u0085", "\ufffe", "\n"])
async def test_an_advertisement_has_no_character_that_nobody_can_see(failing: Failing, sign: str) -> None:
    palette = {"ground": "#ffffff", "ink": "#000000", "accent": "#aa0000"}
    raised = await failing("design.ad", {"headline": f"Quiet{sign}", "palette": palette})
    assert raised.message.startswith("headline has a character in it")
