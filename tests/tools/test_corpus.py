"""Given documents are searched by words, the best first, whatever the query holds."""

from __future__ import annotations

from threading import Event
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from app.tools.corpus import phrases, ranked
from tools.conftest import Failing, Using

SHELF = [
    {"title": "Price list", "text": "One visit costs 54, two cost 90.", "source": "site"},
    {"title": "Reviews", "text": "The prices are fair, they say.", "source": "forum"},
    {"title": "Über uns", "text": "Wir sind seit 1987 hier. Café im Hof.", "source": "site"},
    {"title": "Trial", "text": "Thirty days free, no trial of strength.", "source": "site"},
    {"title": "Offer", "text": "A free trial for schools.", "source": "mail"},
]


async def hits(using: Using, query: str, **more: Any) -> list[str]:
    told = await using("corpus.search", {"documents": SHELF, "query": query, **more})
    return [hit["title"] for hit in told["hits"]]


async def test_a_word_in_the_title_says_more_than_one_in_the_text(using: Using) -> None:
    assert await hits(using, "price") == ["Price list", "Reviews"]


async def test_a_phrase_stays_together(using: Using) -> None:
    assert await hits(using, '"free trial"') == ["Offer"]
    assert set(await hits(using, "free trial")) == {"Offer", "Trial"}


async def test_all_words_can_be_asked_for(using: Using) -> None:
    assert await hits(using, "visit prices", every_word=True) == ["Price list"]


async def test_accents_do_not_matter(using: Using) -> None:
    assert await hits(using, "uber CAFE", every_word=True) == ["Über uns"]


async def test_what_else_a_document_has_comes_with_the_hit(using: Using) -> None:
    told = await using("corpus.search", {"documents": SHELF, "query": "visit", "limit": 1})
    assert told["hits"][0]["source"] == "site"
    assert told["hits"][0]["snippet"] == "One [visit] costs 54, two cost 90."


async def test_a_long_text_is_shown_where_its_words_stand_together(using: Using) -> None:
    text = "A visit by tram. " * 20_000 + "The price of a visit is 54. " + "Nothing more. " * 5_000
    told = await using("corpus.search", {"documents": [{"title": "Long", "text": text}], "query": "visit price"})
    snippet = told["hits"][0]["snippet"]
    assert "[price]" in snippet and "[visit]" in snippet
    assert snippet.startswith("… ") and snippet.endswith(" …")


async def test_a_text_full_of_the_word_takes_no_longer_than_any_other(using: Using) -> None:
    told = await using("corpus.search", {"documents": [{"text": "price " * 170_000}], "query": "price"})
    assert told["hits"][0]["snippet"] == " ".join(["[price]"] * 24) + " …"


async def test_half_a_letter_in_a_text_is_no_reason_to_fail(using: Using) -> None:
    told = await using("corpus.search", {"documents": [{"text": "price \ud83d"}], "query": "price"})
    assert told["hits"][0]["snippet"] == "[price] �"


async def test_columns_can_be_called_otherwise(using: Using) -> None:
    documents = "name,body\nPrices,One visit costs 54\nImprint,Radhaus\nMap,By tram\n"
    arguments = {"documents": documents, "query": "visit", "text": "body", "title": "name"}
    told = await using("corpus.search", arguments)
    assert [hit["name"] for hit in told["hits"]] == ["Prices"]


async def test_nothing_found_is_an_answer(using: Using) -> None:
    told = await using("corpus.search", {"documents": SHELF, "query": "helicopter"})
    assert (told["found"], told["hits"]) == (0, [])
    assert (await using("corpus.search", {"documents": [], "query": "x"}))["found"] == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"query": "?!"}, "there is no word in the query"),
        ({"query": "x", "text": "body"}, 'there is no column "body"'),
        ({"query": "x", "documents": [{"text": 4}]}, "document 1: text is 4"),
    ],
)
async def test_what_cannot_be_searched_is_said(failing: Failing, arguments: dict[str, Any], message: str) -> None:
    raised = await failing("corpus.search", {"documents": SHELF, **arguments})
    assert (raised.error, raised.message) == ("bad_arguments", message)


@settings(max_examples=15)
@given(some.text(max_size=60))
def test_no_query_is_taken_for_a_command(query: str) -> None:
    asked = phrases(query)
    if asked:
        found, total = ranked(SHELF, "text", "title", asked, False, 10, Event())
        assert len(found) == total <= len(SHELF)


COLOURS = ["red", "green", "blue", "grey"]
words = some.lists(some.sampled_from(COLOURS), min_size=1, max_size=6).map(" ".join)


@given(some.lists(words, min_size=1, max_size=8), some.sampled_from(COLOURS))
@settings(max_examples=15)
def test_what_is_found_is_what_holds_the_word(texts: list[str], word: str) -> None:
    rows = [{"text": text, "number": number} for number, text in enumerate(texts)]
    found, _ = ranked(rows, "text", "title", [word], False, 30, Event())
    assert {hit["number"] for hit in found} == {row["number"] for row in rows if word in str(row["text"]).split()}
    assert [hit["score"] for hit in found] == sorted((hit["score"] for hit in found), reverse=True)
