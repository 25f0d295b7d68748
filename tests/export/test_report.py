from __future__ import annotations

import base64
import hashlib
import re

import pytest
from hypothesis import given

from app.export.report import report
from corpus.histories import History, histories
from corpus.pages import EMPTY, Page
from corpus.reported import KEY, golden, hostile, paid_for, recorded
from golden.logs import NAMES

OURS = EMPTY | {
    "html", "head", "title", "style", "body", "header", "p", "span", "h1", "h2", "h3", "dl", "div", "dt", "dd", "nav",
    "ul", "ol", "li", "a", "main", "section", "pre", "figure", "svg", "g", "text", "table", "thead", "tbody", "tfoot",
    "tr", "th", "td", "button", "details", "summary", "time", "b", "code", "footer", "script",
}  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_page_tells_every_recorded_run_and_every_tag_of_it_is_closed(name: str) -> None:
    recording = golden(name)
    page = Page(report(recording))
    assert page.inside["title"][0] == page.inside["h1"][0] == recording.title
    assert "Steps" in page.inside["h2"]
    assert f"footlights replay {recording.run[-8:]}" in page.inside["code"]


def test_the_same_run_gives_the_same_page() -> None:
    assert report(golden("feature-sprint")) == report(golden("feature-sprint"))


@pytest.mark.parametrize("name", NAMES)
def test_a_page_loads_nothing_and_leads_nowhere_but_into_itself(name: str) -> None:
    page = Page(report(golden(name)))
    assert not page.values("src")
    assert {value[:1] for value in page.values("href")} <= {"#", "d"}
    assert page.values("href").count("data:,") == 1
    targets = {f"#{value}" for value in page.values("id")}
    assert {value for value in page.values("href") if value != "data:,"} == targets


def test_only_our_script_and_our_style_may_act_in_a_page() -> None:
    page = Page(report(golden("feature-sprint")))
    policy = next(value for value in page.values("content") if "default-src" in value)
    for tag in ("script", "style"):
        digest = base64.b64encode(hashlib.sha256(page.inside[tag][0].encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
        assert page.tags[tag] == 1
    assert "default-src 'none'" in policy
    assert not [name for _, name, _ in page.attributes if name == "style" or name.startswith("on")]


def test_text_that_means_harm_stays_text() -> None:
    page = Page(report(hostile()))
    assert set(page.tags) <= OURS
    assert page.tags["script"] == 1
    assert set(page.inside["h2"]) <= {"The question", "The answer", *Page(report(golden("every-kind"))).inside["h2"]}
    assert any("<script>alert(1)</script>" in said for said in page.inside["pre"])


def test_what_looks_like_a_key_is_covered() -> None:
    told = report(hostile())
    assert KEY not in told
    assert "sk-a•••" in told
    assert "\x1b" not in told


def test_a_table_can_be_sorted_by_figures_and_what_nobody_knows_has_none() -> None:
    known, unknown = report(paid_for("exact")), report(paid_for("unpriced"))
    assert '<td class="figures" data-is="0.25">$0.2500</td>' in known
    assert '<td class="figures">unpriced</td>' in unknown
    assert "$0.00" not in unknown


@pytest.mark.parametrize("name", NAMES)
def test_every_row_has_a_cell_for_every_head(name: str) -> None:
    for table in re.findall(r"<table>.*?</table>", report(golden(name)), re.DOTALL):
        widths = {len(re.findall(r"<t[dh][ >]", row)) for row in re.findall(r"<tr>.*?</tr>", table, re.DOTALL)}
        assert len(widths) == 1


def test_a_handoff_is_an_arrow_and_whoever_took_time_has_a_bar() -> None:
    page = Page(report(golden("feature-sprint")))
    classes = page.values("class")
    handoffs = sum(type(event).__name__ == "Handoff" for event in golden("feature-sprint").events)
    assert sum(value.endswith(" arrow") for value in classes) == handoffs
    assert any(value.endswith("bar speaking") for value in classes)
    assert page.values("aria-label")[1:] == [
        "Who handed what to whom, in order",
        "What took how long",
        "What each agent cost",
    ]


def test_the_page_is_the_house_by_day_and_on_a_screen_at_night_the_house_by_night() -> None:
    style = Page(report(golden("hello"))).inside["style"][0]
    day, night = style.index("--ground:#fbf7ef"), style.index("--ground:#13100d")
    assert day < style.index("@media screen and (prefers-color-scheme: dark)") < night


@given(histories())
def test_whatever_happens_in_a_run_its_page_is_whole(history: History) -> None:
    assert set(Page(report(recorded(history))).tags) <= OURS


def test_a_run_of_which_nothing_is_known_has_a_page_as_well() -> None:
    assert Page(report(recorded(History()))).inside["h1"] == ["A run"]
