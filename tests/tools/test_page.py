"""A page is audited by named checks, whatever a stranger wrote into it, and structured data is made and checked."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from app.tools.page.checks import CHECKS, GROUPS, PENALTY, audit_page
from app.tools.page.markup import MAKES, check_markup, make_markup, script_of
from app.tools.page.tree import Page
from tools.conftest import Failing, Using

GOOD = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Bicycle repair at your door in Graz</title>
<meta name="description" content="A mechanic comes to you within two days, tells you what it costs and mends it there.">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="canonical" href="https://radhaus.example/repair">
<link rel="icon" href="/icon.svg">
<meta property="og:title" content="Bicycle repair at your door">
<meta property="og:description" content="Within two days.">
<meta property="og:image" content="https://radhaus.example/van.png">
<meta property="og:url" content="https://radhaus.example/repair">
<meta property="og:type" content="website">
<meta name="twitter:card" content="summary_large_image">
<script type="application/ld+json">{"@context": "https://schema.org", "@type": "FAQPage", "mainEntity":
[{"@type": "Question", "name": "When?", "acceptedAnswer": {"@type": "Answer", "text": "In two days."}}]}</script>
</head>
<body><main>
<h1>Bicycle repair, where the bicycle is</h1>
<h2>How it works</h2>
<p>BODY</p>
<a href="/prices">What a visit costs</a>
<img src="van.webp" alt="Our van in front of a school" width="600" height="400">
</main></body></html>
""".replace("BODY", "</p><p>".join(["We come, we look, we say what it costs, and then we mend your bicycle."] * 22))

# What to put into the good page so that exactly this check finds it.
SPOILT = {
    "doctype": ("<!doctype html>", ""),
    "language": (' lang="en"', ""),
    "language-code": ('lang="en"', 'lang="english!"'),
    "charset": ('<meta charset="utf-8">', ""),
    "title": ("Bicycle repair at your door in Graz", ""),
    "title-length": ("Bicycle repair at your door in Graz", "Repair"),
    "title-once": ("</title>", "</title><title>Another title for this</title>"),
    "description": ('name="description"', 'name="summary"'),
    "description-length": ("A mechanic comes to you within two days, tells you what it costs and", "He"),
    "description-once": ("<title>", '<meta name="description" content="two"><title>'),
    "viewport": ('name="viewport"', 'name="port"'),
    "zoom": ("initial-scale=1", "initial-scale=1, user-scalable=no"),
    "canonical": ('rel="canonical"', 'rel="me"'),
    "canonical-once": ("<title>", '<link rel="canonical" href="https://other.example/"><title>'),
    "canonical-whole": ('rel="canonical" href="https://radhaus.example/repair"', 'rel="canonical" href="/repair"'),
    "indexed": ("<title>", '<meta name="robots" content="noindex, follow"><title>'),
    "alternates": ("<title>", '<link rel="alternate" hreflang="austrian" href="/de"><title>'),
    "refresh": ("<title>", '<meta http-equiv="refresh" content="5;url=/"><title>'),
    "icon": ('rel="icon"', 'rel="mark"'),
    "h1": ("h1>", "h2>"),
    "h1-once": ("<h2>How it works</h2>", "<h1>How it works</h1><h2>So</h2>"),
    "heading-length": ("How it works", "How it works when we come to you with everything that we might possibly need"),
    "heading-order": ("<p>We", "<h4>Deep</h4><p>We"),
    "heading-empty": ("<h2>", "<h2></h2><h2>"),
    "heading-twice": ("<h2>", "<h2>How it works</h2><h2>"),
    "subheadings": ("h2>", "h3>"),
    "length": ("We come, we look, we say what it costs, and then we mend your bicycle.", "We come."),
    "paragraphs": ("</h2>\n<p>", "</h2>\n<p>" + "on and " * 80),
    "filling": ("We come", "Lorem ipsum"),
    "link-text": ("What a visit costs", ""),
    "link-words": ("What a visit costs", "Click here"),
    "link-target": ("<img", '<a href="#">Go up</a><img'),
    "link-secure": ("<img", '<a href="http://other.example/">Our friends</a><img'),
    "link-window": ("<img", '<a href="https://other.example/" target="_blank">Our friends</a><img'),
    "link-anchor": ("<img", '<a href="#nowhere">Further down</a><img'),
    "link-names": ("<img", '<a href="/other">What a visit costs</a><img'),
    "link-inside": ('"/prices"', '"https://other.example/prices"'),
    "link-count": ("<img", '<a href="/prices">What a visit costs</a>' * 151 + "<img"),
    "image-alt": (' alt="Our van in front of a school"', ""),
    "image-alt-length": ("Our van", "Our old van " * 20),
    "image-alt-name": ("Our van in front of a school", "IMG_2214"),
    "image-source": ("van.webp", ""),
    "image-size": (' width="600"', ""),
    "image-lazy": ("<img", '<img src="a.webp" alt="" width="1" height="1">' * 3 + "<img"),
    "image-format": ("van.webp", "van.gif"),
    "form-label": ("<img", '<input name="town"><img'),
    "button-name": ("<img", '<button><img src="x.webp" alt="" width="9" height="9"></button><img'),
    "id-once": ("<p>We", '<p id="a">We'),
    "tab-order": ("<img", '<span tabindex="3">x</span><img'),
    "table-heads": ("<img", "<table><tr><td>1</td></tr></table><img"),
    "frame-title": ("<img", '<iframe src="/map"></iframe><img'),
    "main": ("main>", "div>"),
    "aria-target": ("<img", '<span aria-describedby="nobody">x</span><img'),
    "hidden-focus": ("<img", '<button aria-hidden="true">x</button><img'),
    "autoplay": ("<img", '<video autoplay src="a.mp4"><track></video><img'),
    "captions": ("<img", '<video src="a.mp4"></video><img'),
    "markup": ("application/ld+json", "text/plain"),
    "markup-valid": ('"name": "When?", ', ""),
    "markup-whole": ("FAQPage", 'Article", "headline": "One'),
    "share-title": ('property="og:title"', ""),
    "share-text": ('property="og:description"', ""),
    "share-image": ("https://radhaus.example/van.png", "/van.png"),
    "share-address": ('"og:url" content="https://radhaus', '"og:url" content="https://other'),
    "share-kind": ('property="og:type"', ""),
    "share-card": ("twitter:card", "card"),
    "script-blocks": ("<title>", '<script src="/slow.js"></script><title>'),
    "script-inside": ("<img", f"<script>{'a=1;' * 6000}</script><img"),
    "style-inside": ("<title>", f"<style>{'b{c:d}' * 4000}</style><title>"),
    "style-sheets": ("<title>", '<link rel="stylesheet" href="/a.css">' * 5 + "<title>"),
    "style-attributes": ("<p>We", '<p style="color:red">We'),
    "weight": ("<img", f"<!-- {'x' * 150_000} --><img"),
    "elements": ("<img", "<i></i>" * 1_600 + "<img"),
    "depth": ("<img", "<div>" * 40 + "<img"),
    "hosts": ("<img", "".join(f'<iframe title="t" src="https://{n}.example/"></iframe>' for n in "abcdefg") + "<img"),
    "loaded-secure": ("van.webp", "http://radhaus.example/van.webp"),
    "old-elements": ("<img", "<center>x</center><img"),
}


def found(html: str, keyword: str = "") -> dict[str, dict[str, Any]]:
    return {one["id"]: one for one in audit_page(html, "", keyword, [])["findings"]}


def test_a_page_that_is_well_made_has_nothing_to_be_said_of() -> None:
    told = audit_page(GOOD, "", "", [])
    assert (told["findings"], told["score"], told["passed"]) == ([], 100, told["checks"])


def test_there_are_more_than_fifty_checks_with_names_of_their_own() -> None:
    names = [entry.id for entry in CHECKS]
    assert len(names) == len(set(names)) >= 80
    assert {entry.group for entry in CHECKS} == set(GROUPS)


@pytest.mark.parametrize("name", SPOILT)
def test_a_spoilt_page_is_found_out(name: str) -> None:
    before, after = SPOILT[name]
    assert before in GOOD
    findings = found(GOOD.replace(before, after))
    assert name in findings
    assert len(findings) <= 4  # what else follows from it


def test_every_check_has_been_seen_to_find_something() -> None:
    of_words = {entry.id for entry in CHECKS if entry.id.startswith("keyword-")}
    assert {entry.id for entry in CHECKS} == set(SPOILT) | of_words | {"description-own"}
    assert set(found(GOOD, "tandem hire")) == of_words - {"keyword-often"}
    assert set(found(GOOD, "bicycle")) == {"keyword-often", "keyword-description"}
    same = GOOD.replace("Bicycle repair at your door in Graz", "A mechanic comes")
    assert "description-own" in found(re.sub('content="A mech[^"]*"', 'content="A mechanic comes"', same))


def test_the_score_is_what_the_findings_cost() -> None:
    told = audit_page("<p>Hello <img src=x>", "", "", [])
    assert told["checks"] - told["passed"] == len(told["findings"])
    assert told["score"] == max(0, 100 - sum(PENALTY[one["severity"]] for one in told["findings"]))
    weights = [PENALTY[one["severity"]] for one in told["findings"]]
    assert weights == sorted(weights, reverse=True)


def test_a_finding_says_on_which_line_and_how_many_more() -> None:
    finding = found(GOOD.replace("<img", "<img src=a.webp width=1 height=1>\n<img src=b.webp width=1 height=1>\n<img"))
    assert finding["image-alt"]["found"] == 'no alt: "a.webp" (and 1 more)'
    assert re.fullmatch(r"line \d+, \d+", finding["image-alt"]["where"])


def test_a_picture_with_words_is_a_name_for_its_link() -> None:
    assert not found(GOOD.replace("What a visit costs", '<img src=a alt="Prices" width=1 height=1>'))
    assert "link-text" not in found(GOOD.replace('href="/prices">What a visit costs', 'href="/p" aria-label="Prices">'))


HOSTILE = [
    *("<div>", "<b><i><p>", "<label>", "<h1>", "<table>", "<p id=a><p id=b>", "<a x=1 ", "&", "<!--", "<script>", " "),
    *("<a aria-labelledby='a a a' id=a href=#a>", "\x00<\x00p\x00>", "<svg><title>x</title><a/></svg>"),
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_hostile_page_is_read_to_its_end(piece: str) -> None:
    assert 0 <= audit_page((piece * 10_000)[:10_000], "", "x", [])["score"] <= 100


def test_elements_may_stand_deeper_than_python_can_call() -> None:
    assert len(Page("<div>" * 5_000).elements) == 5_003


async def test_a_page_that_would_take_for_ever_is_ended(failing: Failing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.tools.apart.SECONDS", 0.3)
    raised = await failing("page.audit", {"html": "<p id=a><label>" * 60_000})
    assert raised.error == "failed"


@given(some.text(alphabet="<>/=\"' abph1![]&;-#\n", max_size=300))
@settings(max_examples=15)
def test_no_page_breaks_the_audit(html: str) -> None:
    assert len(audit_page(html, "", "a", [])["findings"]) <= 30


def test_text_in_a_page_is_what_people_see() -> None:
    page = Page(
        "<title>No</title><style>p{}</style><p>Yes <b>indeed</b></p><script>no()</script><template>no</template>"
    )
    assert page.words == ["yes", "indeed"]


EXAMPLES: dict[str, dict[str, Any]] = {
    "Article": {"headline": "H", "author": ["Mira Okoro", "Tom Li"], "datePublished": "2026-03-01"},
    "Product": {
        "name": "Lamp",
        "brand": "Lux",
        "offers": [{"price": 30, "currency": "EUR", "availability": "InStock"}],
    },
    "Organization": {"name": "Radhaus", "url": "https://radhaus.example"},
    "LocalBusiness": {"name": "Radhaus", "address": {"streetAddress": "Ring 1", "addressLocality": "Graz"}},
    "FAQPage": {"questions": [{"question": "When?", "answer": "Now."}]},
    "Event": {"name": "E", "startDate": "2026-03-01T18:00+01:00", "location": {"name": "Hall", "address": "Ring 1"}},
    "BreadcrumbList": {"crumbs": [{"name": "Home", "url": "https://radhaus.example"}, {"name": "Prices"}]},
}


@pytest.mark.parametrize("kind", MAKES)
def test_what_is_made_is_valid(kind: str) -> None:
    told = check_markup(json.dumps(make_markup(kind, EXAMPLES[kind])))
    assert (told["ok"], told["types"]) == (True, [kind])


@pytest.mark.parametrize("kind", MAKES)
def test_what_is_made_of_nothing_is_not(kind: str) -> None:
    assert not check_markup(json.dumps(make_markup(kind, {})))["ok"]


@pytest.mark.parametrize(
    ("markup", "what"),
    [
        ("{", "this is not JSON"),
        ("[1]", "this is no map"),
        ('{"@type": "Article", "headline": "x"}', 'it should be "https://schema.org"'),
        ('{"@context": "https://schema.org"}', "it has no @type"),
        ('{"@context": "https://schema.org", "@type": "FAQPage", "mainEntity": "x"}', "Question belongs here"),
        ('{"@context": "https://schema.org", "@type": "WebSite", "name": "x", "url": "/x"}', "written in full"),
        ('{"@context": "https://schema.org", "@type": "Offer", "price": "9 EUR", "priceCurrency": "EUR"}', "a number"),
        ('{"@context": "https://schema.org", "@type": "Offer", "price": 9, "priceCurrency": "€"}', "three letters"),
        ('{"@context": "https://schema.org", "@type": "BreadcrumbList", "itemListElement": '
         '[{"@type": "ListItem", "position": 2, "name": "x"}]}', "count from 1"),
        ('{"@context": "https://schema.org", "@type": "Place", "address": ' + '{"@type": "Place", "address": ' * 30
         + '"x"' + "}" * 31, "nested too deep"),
        ("[" * 100_000, "JSON"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_markup_is_said(markup: str, what: str) -> None:
    told = check_markup(markup)
    assert not told["ok"]
    assert what in told["problems"][0]["what"]


async def test_markup_in_a_page_is_found_with_its_line(using: Using) -> None:
    told = await using("page.check_markup", {"text": GOOD.replace('"name": "When?", ', "")})
    assert told["problems"] == [
        {"path": "line 16: FAQPage/mainEntity/1", "severity": "error", "what": "name is missing"}
    ]
    nothing = await using("page.check_markup", {"text": "<p>Hello</p>"})
    assert nothing["problems"][0]["what"] == "there is no JSON-LD in it"


@settings(max_examples=15)
@given(some.text(max_size=80))
def test_a_script_ends_only_where_it_should(text: str) -> None:
    page = Page(script_of(make_markup("Article", {"headline": f"{text}</script><!-- <script>"})))
    assert len(page.all("script")) == 1
    assert json.loads(page.all("script")[0].own)["headline"] == f"{text}</script><!-- <script>"


async def test_questions_without_answers_are_refused(failing: Failing) -> None:
    raised = await failing("page.markup", {"type": "FAQPage", "values": {"questions": ["When?"]}})
    assert (raised.error, raised.message) == (
        "bad_arguments",
        "values: each of questions is a map with question and answer",
    )


async def test_a_value_needs_a_name(failing: Failing) -> None:
    raised = await failing("page.markup", {"type": "Article", "values": {"": "x"}})
    assert raised.message == "values: one of them has no name"
