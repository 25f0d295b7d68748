"""What depends on what: impact, ways, circles and ranks agree with counting by hand, and mistakes name their row."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from app.tools.graph import tools as asking
from app.tools.graph.links import Graph, circles, dependents, graph_of, reach
from tools.conftest import Failing, Using

NODES = """id,kind,org,owner,criticality
balance,field,north,Ama,3
invoice,flow,north,Ama,4
revenue,report,north,Jun,2
portal,page,south,Lena,5
archive,table,south,Lena,
"""
EDGES = """from,to,kind
invoice,balance,reads
revenue,invoice,counts
portal,invoice,shows
archive,archive,copies
"""
TABLES = {"nodes": NODES, "edges": EDGES}
LINKS = some.lists(some.tuples(some.sampled_from("abcdefg"), some.sampled_from("abcdefg")), max_size=25)


def graph(links: list[tuple[str, str]]) -> Graph:
    return graph_of(None, [{"from": start, "to": end} for start, end in links], None)


def closure(links: list[tuple[str, str]]) -> set[tuple[str, str]]:
    """All pairs of which the first depends on the second, found by joining until nothing is new."""
    known = set(links)
    while more := {(a, d) for a, b in known for c, d in known if b == c} - known:
        known |= more
    return known


async def test_a_change_reaches_all_that_depend_on_it_and_says_by_which_way(using: Using) -> None:
    found = await using("graph.impact", {**TABLES, "of": "balance"})
    assert (found["affected"], found["direct"]) == (3, 1)
    assert [(node["id"], node["distance"]) for node in found["nodes"]] == [
        ("invoice", 1),
        ("portal", 2),
        ("revenue", 2),
    ]
    assert found["nodes"][1]["path"] == "portal -> invoice -> balance"
    assert found["orgs"] == {"north": 2, "south": 1}


async def test_the_risk_of_a_change_is_the_sum_of_its_reasons(using: Using) -> None:
    found = await using("graph.impact", {**TABLES, "of": "balance"})
    assert found["score"] == 4 + 2 + 40 + 5 == sum(int(reason.partition(":")[0]) for reason in found["reasons"])
    assert found["level"] == "medium"
    assert found["reasons"][-1] == "5: it reaches into south"


async def test_a_change_on_which_nothing_depends_is_no_risk(using: Using) -> None:
    found = await using("graph.impact", {**TABLES, "of": ["revenue", "portal"]})
    assert (found["affected"], found["score"], found["level"], found["reasons"]) == (0, 0, "low", [])


async def test_how_far_a_change_is_followed_can_be_said(using: Using) -> None:
    assert (await using("graph.impact", {**TABLES, "of": "balance", "within": 1}))["affected"] == 1


async def test_another_organisation_is_not_seen_when_only_one_is_asked_for(using: Using, failing: Failing) -> None:
    assert (await using("graph.impact", {**TABLES, "of": "balance", "orgs": ["north"]}))["affected"] == 2
    error = await failing("graph.impact", {**TABLES, "of": "portal", "orgs": ["north"]})
    assert error.message == 'there is no node "portal"'


async def test_a_way_is_told_link_by_link(using: Using) -> None:
    found = await using("graph.path", {**TABLES, "from": "revenue", "to": "balance"})
    assert found["links"] == ["revenue counts invoice", "invoice reads balance"]
    assert not (await using("graph.path", {**TABLES, "from": "balance", "to": "revenue"}))["depends"]


async def test_a_thing_that_depends_on_itself_is_a_circle(using: Using) -> None:
    assert await using("graph.cycles", TABLES) == {"count": 1, "cycles": ["archive -> archive"]}


async def test_what_most_depends_on_comes_first(using: Using) -> None:
    direct = await using("graph.rank", TABLES)
    assert next((node["id"], node["dependents"]) for node in direct["nodes"]) == ("invoice", 2)
    in_all = await using("graph.rank", {**TABLES, "by": "reach", "limit": 1})
    assert [(node["id"], node["dependents"]) for node in in_all["nodes"]] == [("balance", 3)]
    assert direct["unused"] == 2


async def test_things_are_found_by_words_and_columns(using: Using) -> None:
    found = await using("graph.find", {**TABLES, "words": "LENA page"})
    assert [node["id"] for node in found["nodes"]] == ["portal"]
    assert (await using("graph.find", {**TABLES, "where": {"org": "north"}, "limit": 1}))["count"] == 3


async def test_nodes_need_not_be_told(using: Using) -> None:
    assert (await using("graph.impact", {"edges": EDGES, "of": "balance"}))["affected"] == 3
    assert (await using("graph.find", {"edges": "from,to\n7,8\n", "words": "7"}))["nodes"] == [{"id": "7"}]


@pytest.mark.parametrize(
    ("tables", "said", "hint"),
    [
        ({"edges": "from,to\ninvoise,balance\n"}, 'edges, row 1: there is no node "invoise"', 'mean "invoice"'),
        ({"edges": "from,to\nportal,\n"}, "edges, row 1: from or to is missing", "has both"),
        ({"edges": "start,end\na,b\n"}, 'there is no column "from"', ""),
        ({"nodes": "id\nb\nb\n"}, 'nodes, row 2: "b" is there twice', ""),
        ({"nodes": "id,kind\n,page\n"}, "nodes, row 1: the id is missing", ""),
        ({"nodes": "id,criticality\nb,9\n"}, "nodes, row 1, criticality: this is no number from 0 to 5", "stand still"),
        ({"nodes": "name\nb\n"}, 'there is no column "id"', ""),
        ({"of": "balanse"}, 'there is no node "balanse"', 'mean "balance"'),
    ],
)
async def test_a_mistake_names_its_row(failing: Failing, tables: dict[str, Any], said: str, hint: str) -> None:
    error = await failing("graph.impact", {**TABLES, "of": "balance", **tables})
    assert error.error == "bad_arguments"
    assert error.message == said
    assert hint in error.hint


async def test_a_column_that_no_thing_has_is_not_looked_for(failing: Failing) -> None:
    error = await failing("graph.find", {**TABLES, "where": {"knd": "page"}})
    assert error.hint == 'did you mean "kind"?'


async def test_the_dependents_of_too_many_are_not_all_counted(
    failing: Failing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "MAX_COUNTED", 4)
    assert (await failing("graph.rank", {**TABLES, "by": "reach"})).error == "refused"


@given(LINKS)
def test_impact_is_the_closure_of_the_links(links: list[tuple[str, str]]) -> None:
    built, pairs = graph(links), closure(links)
    for node in built.nodes:
        assert set(reach([node], built.needed_by)) - {node} == {a for a, b in pairs if b == node} - {node}


@given(LINKS)
def test_all_dependents_are_counted_as_the_closure_counts_them(links: list[tuple[str, str]]) -> None:
    pairs = closure(links)
    for node, count in dependents(graph(links)).items():
        assert count == len({a for a, b in pairs if b == node} - {node})


@given(LINKS)
def test_every_circle_is_found_once_and_is_one(links: list[tuple[str, str]]) -> None:
    pairs = closure(links)
    found = circles(graph(links))
    assert {frozenset(b for b in "abcdefg" if {(a, b), (b, a)} <= pairs) for a in "abcdefg" if (a, a) in pairs} == {
        frozenset(b for b in "abcdefg" if {(way[0], b), (b, way[0])} <= pairs) for way in found
    }
    assert all(way[0] == way[-1] and set(pairwise(way)) <= set(links) for way in found)


@given(LINKS)
def test_no_way_is_shorter_than_the_one_that_is_told(links: list[tuple[str, str]]) -> None:
    built = graph(links)
    for start in built.nodes:
        layer, distance, seen = {start}, 0, {start}
        while layer:
            for node in layer - {start}:
                assert asking.path(built, start, node)["distance"] == distance
            layer = {b for a, b in links if a in layer} - seen
            seen |= layer
            distance += 1


async def test_of_a_way_that_nobody_would_read_to_its_end_the_middle_is_left_out(using: Using) -> None:
    edges = [{"from": f"n{number}", "to": f"n{(number + 1) % 1_000}"} for number in range(1_000)]
    told = await using("graph.path", {"edges": edges, "from": "n0", "to": "n999"})
    assert (told["distance"], told["path"][0], told["path"][-1], len(told["path"])) == (999, "n0", "n999", 30)
    assert told["path"][24] == "... 971 more"
    assert "... 972 more" in (await using("graph.cycles", {"edges": edges}))["cycles"][0]
