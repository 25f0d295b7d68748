"""A batch as a page: what stands first, what its drawings say in text, how large it grows, and hostile names."""

from __future__ import annotations

import base64
import hashlib
import random
import re
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from app.batch.comparing.against import Against, Shift, Turned, held_against
from app.batch.comparing.arms import compared
from app.batch.comparing.baseline import baseline_of
from app.batch.driving import Drive
from app.batch.plan import Item
from app.batch.results import Check, Results
from app.batch.verdicts import SAID
from app.events import Failure
from app.export.batch.page import page
from app.export.batch.page_plots import Scale
from app.journal import Journal
from app.state import Spent
from corpus.arms import AXIS, passed_if, plan_of, results_from
from corpus.batches import Noted, performed, read, rehearsal, results
from corpus.pages import EMPTY, Page
from corpus.probes import ALL, is_obeyed

OURS = EMPTY | {
    "html", "head", "title", "style", "body", "header", "p", "span", "h1", "h2", "h3", "dl", "div", "dt", "dd", "nav",
    "ul", "ol", "li", "a", "main", "section", "figure", "svg", "text", "line", "defs", "pattern", "table", "caption",
    "thead", "tbody", "tfoot", "tr", "th", "td", "button", "details", "summary", "b", "code", "label", "select",
    "option", "output", "footer", "script", "pre",
}  # fmt: skip
KEY = "sk-ant-api03-canary06-ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789-AA"
HARM = (
    f"{ALL}</script><script>owned()</script></style><img src=x onerror=owned()><svg onload=owned()>]]><!--"
    f"\"' onclick='owned()' $title ${{title}} {KEY}"
)
MARKETS = ({"market": "DE"}, {"market": "FR"})
WEAK = {("smart", "DE"): 0.1, ("smart", "FR"): 0.1, ("cheap", "DE"): 0.15, ("cheap", "FR"): 0.6}


@pytest.fixture
async def greetings(tmp_path: Path) -> AsyncIterator[tuple[Journal, Results]]:
    """A batch that was performed."""
    with Journal.open(tmp_path / "workspace", fast=True) as journal:
        await performed(journal, rehearsal(read(tmp_path), repeat=3, matrix={"tone": ["plain", "warm"]}))
        yield journal, await results(journal)


def auditions(pairs: int = 30) -> Results:
    """Two models in two markets; the cheap one is weak in one of them."""
    chance = random.Random(7)

    def came(item: Item) -> dict[str, Any]:
        arm, market = item.cell[AXIS], item.cell["market"]
        passes = chance.random() > WEAK[arm, market]
        cost = (0.02 if arm == "smart" else 0.004) * chance.uniform(0.9, 1.2)
        missed = () if passes else (Check("answer names the price", met=False, found="nothing"),)
        return passed_if(passes, cost_usd=cost, spent=Spent(cost), seconds=chance.uniform(1, 4), checks=missed)

    return results_from(plan_of(pairs=pairs, cells=MARKETS), came)


def worse_than_before() -> tuple[Results, Against]:
    """The same against a baseline in which all passed."""
    now = auditions()
    before = results_from(now.plan, lambda item: passed_if(passes=True, spent=Spent(0.01)))
    return now, held_against(now, baseline_of(before), "main")


def hostile() -> Results:
    """A batch in which everybody means harm."""
    failure = Failure(error="provider", message=HARM, where=HARM, hint=HARM)

    def came(item: Item) -> dict[str, Any]:
        if item.repeat:
            return {"verdict": "failed", "outcome": "failed", "failure": failure}
        return {"verdict": "unmet", "checks": (Check(HARM, met=False, found=HARM),)}

    plan = plan_of((f"a {HARM}", f"b {HARM}", f"a prompt with {KEY}"), 2, ({HARM: HARM}, {HARM: "plain"}))
    return results_from(replace(plan, title=HARM), came, stopped=HARM)


def figures(shown: str, name: str) -> str:
    """The section of that name."""
    return shown[shown.index(f'<section id="{name}">') :].partition("</section>")[0]


async def test_the_page_of_a_batch_that_was_performed_tells_how_it_went_and_has_a_row_for_each_run(
    greetings: tuple[Journal, Results],
) -> None:
    _, found = greetings
    shown = page(found)
    read_page = Page(shown)
    assert read_page.inside["title"] == read_page.inside["h1"] == ["greet"]
    assert '<p class="verdict good">✓ all 12 runs passed</p>' in shown
    assert "rehearsed: written lines, no model was asked" in shown
    assert figures(shown, "runs").count("<tr>") == 1 + 12
    assert all(item.item.run[-8:] in figures(shown, "runs") for item in found.items)


async def test_the_same_archive_gives_the_same_page(greetings: tuple[Journal, Results]) -> None:
    journal, found = greetings
    assert page(found) == page(await results(journal, found.row.batch))


def test_what_decides_stands_before_where_it_comes_from() -> None:
    found, against = worse_than_before()
    shown = page(found, [compared(found)], against)
    assert ' class="verdict error">✗ ' in shown
    assert "and it is worse than main</p>" in shown
    order = re.findall(r'<section id="([\w-]+)">', shown)
    assert order == [
        "baseline", "comparison-1", "map", "rates", "reasons", "amounts", "settled", "runs", "again",
    ]  # fmt: skip
    assert shown.index('href="#comparison-1"') < shown.index('<dl class="facts">') < shown.index("<section")


def test_every_regression_is_a_line() -> None:
    found, against = worse_than_before()
    section = figures(page(found, (), against), "baseline")
    assert section.count("✗ worse") == len(against.of_kind("regression")) > 0
    assert section.count("✓ better") == len(against.of_kind("improvement")) > 0


def test_a_comparison_draws_each_measure_around_zero_and_says_the_same_in_figures() -> None:
    found = auditions()
    comparisons = compared(found)
    section = figures(page(found, [comparisons]), "comparison-1")
    (arm,) = comparisons.arms
    assert section.count('class="zero"') == section.count('class="near"') == len(arm.measures) + len(arm.places)
    assert f'Success<span class="error">✗ {arm.measures[0].verdict}</span>' in section
    assert [f"market=<wbr>{market}" in section for market in ("DE", "FR")] == [True, True]


def test_a_prompt_that_is_called_by_a_part_stands_there_in_full() -> None:
    prompts = [f"Answer this letter by the rules of the house,\nand be {how}." for how in ("kind <b>", "brief")]
    found = results_from(plan_of(prompts, pairs=2), lambda item: {})
    shown = page(found, [compared(found)])
    assert "…brief. against …kind &lt;b&gt;." in shown
    assert "<pre>Answer this letter by the rules of the house,\nand be kind &lt;b&gt;.</pre>" in shown
    assert 'id="values"' not in page(auditions(2))


def test_what_is_void_is_not_drawn() -> None:
    def came(item: Item) -> dict[str, Any]:
        return {"verdict": "exhausted"} if item.cell[AXIS] == "cheap" and item.repeat > 5 else {}

    found = results_from(plan_of(pairs=20), came)
    section = figures(page(found, [compared(found)]), "comparison-1")
    assert "Void" in section
    assert "<svg" not in section


def test_a_map_says_in_figures_what_its_colours_say() -> None:
    found = auditions()
    section = figures(page(found), "map")
    passed = sum(item.passed for item in found.items if item.item.cell == {AXIS: "cheap", "market": "FR"})
    assert re.search(rf'<td class="shade-\d"><b>[\d.]+ %</b><span>{passed} of 30</span></td>', section)
    assert re.search(r'<table class="heat costs">.*<td class="shade-9"><b>\$0\.0\d+</b></td>', section)


def test_the_worst_stands_first_with_its_interval() -> None:
    section = figures(page(auditions()), "rates")
    heads = re.findall(r'<th scope="row">(.*?)</th>', section)
    assert heads[0].replace("<wbr>", "") == "agents.cto.model=cheap market=FR"
    assert len(re.findall(r"<span>\d+ to \d+ %</span>", section)) == 4


def test_each_reason_names_its_runs_and_how_to_see_them() -> None:
    found = auditions()
    section = figures(page(found), "reasons")
    off = [item.item.run for item in found.items if not item.passed]
    assert f"<b>{len(off)} ×</b> not met: answer names the price" in section
    assert section.count("<code>footlights replay ") == len(off)


def test_every_verdict_has_a_colour_a_pattern_and_a_letter() -> None:
    verdicts = list(SAID)
    found = results_from(plan_of(pairs=7), lambda item: {"verdict": verdicts[item.repeat], "seconds": None})
    shown = page(found)
    read_page = Page(shown)
    assert {f"of-{verdict}" for verdict in verdicts} <= set(read_page.values("id"))
    bar = re.findall(r'<svg class="whole".*?</svg>', shown)[0]
    assert len(set(re.findall(r"<text[^>]*>(.)</text>", bar))) == len(verdicts)
    assert 'aria-label="2 passed, 2 unmet, 2 failed, 2 exhausted, 2 paused, 2 running, 2 waiting"' in bar


async def test_a_batch_that_is_not_over_says_so_and_how_to_go_on(tmp_path: Path) -> None:
    with Journal.open(tmp_path / "workspace", fast=True) as journal:
        plan = rehearsal(read(tmp_path), parallel=1)
        await Drive.begin(journal, plan).conduct(Noted(), enough=lambda item, ending: "one will do")
        shown = page(await results(journal))
    assert '<p class="verdict warning">○ 1 of 1 run passed, 3 have no result yet</p>' in shown
    assert "one will do" in shown
    assert f"footlights batch --resume {plan.batch[-8:]}" in shown


def test_of_a_batch_that_has_not_begun_there_is_little_to_tell() -> None:
    found = results_from(plan_of(cells=MARKETS), lambda item: {"verdict": "waiting", "seconds": None})
    shown = page(found, [compared(found)])
    assert "none of 200 runs has a result yet" in shown
    assert re.findall(r'<section id="([\w-]+)">', shown) == ["comparison-1", "runs", "again"]


def test_without_scipy_intervals_are_left_out_and_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    found = auditions()
    with_intervals = page(found)
    monkeypatch.setitem(sys.modules, "app.batch.statistics.rates", None)
    shown = page(found)
    assert "left out, SciPy is not installed" in shown
    assert '<path class="band"' in with_intervals
    assert '<path class="band"' not in shown


def test_text_that_means_harm_stays_text() -> None:
    found = hostile()
    shift = Shift(HARM, "success", "regression", HARM, 1.0, 0.0, True, None, (HARM,))
    turned = Turned(HARM, "passed", "unmet", HARM, HARM, HARM)
    against = Against(HARM, "B", "A", "live", 1, (shift,), (HARM,), (HARM,), (HARM,), (HARM,), (turned,))
    shown = page(found, [compared(found)], against)
    read_page = Page(shown)
    assert set(read_page.tags) <= OURS
    assert read_page.tags["script"] == read_page.tags["style"] == 1
    assert not [name for _, name, _ in read_page.attributes if name == "style" or name.startswith("on")]
    assert not is_obeyed(shown)
    assert "canary" not in shown


def test_what_costs_a_little_is_not_shown_as_nothing() -> None:
    found = results_from(plan_of(pairs=2), lambda item: passed_if(passes=True, cost_usd=0.000024 * (1 + item.repeat)))
    costs = re.findall(r"<td class=\"figures\">(0\.0+\d+)</td>", figures(page(found), "runs"))
    assert costs == ["0.000024", "0.000024", "0.000048", "0.000048"]


def test_the_map_tells_a_small_cost_in_two_digits_as_the_terminal_does() -> None:
    dear = {"DE": 0.000049, "FR": 0.000063}
    plan = plan_of(pairs=2, cells=MARKETS)
    found = results_from(plan, lambda item: passed_if(passes=True, cost_usd=dear[item.cell["market"]]))
    costs = re.findall(r'<td class="shade-\d"><b>([^<]+)</b></td>', figures(page(found), "map"))
    assert costs == ["$0.000049", "$0.000049", "$0.000063", "$0.000063"]


def test_a_figure_that_is_hardly_anything_is_no_mark_of_html() -> None:
    found = results_from(plan_of(pairs=8), lambda item: passed_if(passes=True, cost_usd=1e-6 if item.repeat else 0.01))
    assert "half up to $0.0000010" in page(found)
    assert "<$" not in page(found)


def test_the_page_loads_nothing_and_only_what_is_ours_acts_in_it() -> None:
    found, against = worse_than_before()
    read_page = Page(page(found, [compared(found)], against))
    assert not read_page.values("src")
    targets = {f"#{name}" for name in read_page.values("id")}
    assert set(read_page.values("href")) - {"data:,"} <= targets
    policy = next(value for value in read_page.values("content") if "default-src" in value)
    for tag in ("script", "style"):
        digest = base64.b64encode(hashlib.sha256(read_page.inside[tag][0].encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert set(re.findall(r"url\((.)", read_page.inside["style"][0])) == {"#"}


def test_every_row_has_a_cell_for_every_head() -> None:
    found, against = worse_than_before()
    for table in re.findall(r"<table.*?</table>", page(found, [compared(found)], against), re.DOTALL):
        rows = re.findall(r"<tr>.*?</tr>", table.partition("<tfoot")[0], re.DOTALL)
        assert len({len(re.findall(r"<t[dh][ >]", row)) for row in rows}) == 1


def test_five_thousand_runs_are_folded_away_in_a_page_that_can_be_sent() -> None:
    why = (Check("answer names the price of everything that was asked for", met=False, found="nothing at all " * 40),)

    def came(item: Item) -> dict[str, Any]:
        return passed_if(item.repeat % 2 == 0, checks=() if item.repeat % 2 == 0 else why)

    found = results_from(plan_of(pairs=1250, cells=MARKETS), came)
    shown = page(found)
    assert len(shown.encode()) < 3_000_000
    assert figures(shown, "runs").count("<tr>") == 1 + 5000
    assert '<details class="long"><summary>All 5,000 runs</summary>' in shown


@pytest.mark.parametrize(("low", "high"), [(0, 1), (-35.2, 10), (0, 0.00231), (0, 5000), (3, 3)])
def test_the_marks_of_an_axis_are_few_and_lie_between_its_ends(low: float, high: float) -> None:
    scale = Scale(low, high)
    ticks = scale.ticks()
    assert 1 <= len(ticks) <= 6
    assert all(low <= tick <= high for tick in ticks)
    assert all(0 <= scale.share(value) <= 1 for value in (low - 1, *ticks, high + 1))
