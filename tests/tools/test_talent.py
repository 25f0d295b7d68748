"""CVs are scored by what they show, never by who wrote them; a choice is compared by group; times to meet are real."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from app.tools.talent.cv import Criterion, blind, marked, months_covered
from app.tools.talent.fairness import Rate, compared, swapped
from app.tools.talent.slots import common, day_of, people_of
from tools.conftest import Failing, Using

PLC: dict[str, Any] = {"criterion": "PLC", "weight": 3, "kind": "years", "need": 4, "words": ["Siemens S7"]}
CV = "# A\nName: Ines Roth\n2019-2021 PLC\n2020-2023 Siemens S7\n"


async def scored(using: Using, cvs: str, *rubric: dict[str, Any], **more: Any) -> Any:
    return await using("talent.score", {"cvs": cvs, "rubric": list(rubric), "year": 2026, **more})


async def test_two_jobs_at_once_are_not_counted_twice(using: Using) -> None:
    result = await scored(using, CV, PLC | {"need": 8})
    assert result["evidence"][0]["criteria"][0]["missing"] == "4 of 8 years"


async def test_every_point_has_the_line_that_earned_it(using: Using) -> None:
    result = await scored(using, CV, PLC)
    assert result["evidence"][0]["criteria"] == [
        {"criterion": "PLC", "points": 100.0, "of": 100.0, "evidence": "2020-2023 Siemens S7", "missing": ""}
    ]


async def test_what_must_be_there_keeps_a_better_score_off_the_shortlist(using: Using) -> None:
    cvs = "# A\nexcellent welder\n# B\nlicence\n"
    rubric = [{"criterion": "welder", "weight": 9}, {"criterion": "licence", "weight": 1, "must": True}]
    result = await scored(using, cvs, *rubric)
    assert [one["id"] for one in result["ranked"]] == ["A", "B"]
    assert result["shortlist"] == ["B"]


@pytest.mark.parametrize(
    "line",
    [
        "Name: PLC Müller",
        "age: 41, PLC",
        "Date of birth: 1961 PLC",
        "- Sex: PLC",
        "Address: PLC Street 4",
        "Family: PLC",
    ],
)
async def test_a_line_about_the_person_earns_nothing(line: str, using: Using) -> None:
    result = await scored(using, f"# A\n{line}\n", PLC | {"kind": "skill", "need": 1})
    assert result["ranked"][0]["score"] == 0
    assert len(result["never_used"]) == 1


async def test_years_for_a_family_neither_count_nor_cost(using: Using) -> None:
    whole, broken = "2016-2021 PLC", "2016-2019 PLC\n2019-2021 parental leave\n2021-2023 PLC"
    result = await scored(using, f"# A\n{whole}\n# B\n{broken}\n", PLC)
    assert [one["score"] for one in result["ranked"]] == [100.0, 100.0]
    assert result["never_used"] == ["family"]


async def test_rows_are_cvs_as_well(using: Using) -> None:
    rows = [{"id": 1, "name": "PLC", "text": "PLC, 5 years", "age": 50}, {"id": 2, "text": "nothing"}]
    result = await using("talent.score", {"rows": rows, "rubric": [PLC], "year": 2026})
    assert result["shortlist"] == ["1", "2"]
    assert [one["score"] for one in result["ranked"]] == [100.0, 0.0]
    assert result["never_used"] == ["age", "name"]


async def test_a_heading_inside_a_cv_does_not_cut_it_in_two(using: Using) -> None:
    result = await scored(using, "# A\n# Work experience\nPLC, 5 years\n", PLC)
    assert [one["id"] for one in result["ranked"]] == ["A"]


async def test_a_word_is_not_found_inside_another(using: Using) -> None:
    result = await scored(using, "# A\nplcs and C++ and .NET\n", PLC, {"criterion": "C++", "weight": 1})
    assert [one["points"] for one in result["evidence"][0]["criteria"]] == [0.0, 25.0]


@given(some.lists(some.tuples(some.integers(0, 200), some.integers(0, 60)), max_size=12))
def test_months_are_those_in_which_something_was_done(spans: list[tuple[int, int]]) -> None:
    ends = [(start, start + length) for start, length in spans]
    assert months_covered(ends) == len({month for start, end in ends for month in range(start, end)})


@given(some.lists(some.tuples(some.text("PLC a\n", max_size=30), some.floats(0.1, 9)), min_size=1, max_size=5))
def test_the_points_add_up_to_the_score(parts: list[tuple[str, float]]) -> None:
    rubric = [Criterion.of({"criterion": "PLC", "weight": weight}) for _, weight in parts]
    result = marked(blind("A", [text for text, _ in parts]), rubric, 2026)
    points = [one["points"] for one in result["criteria"]]
    assert math.isclose(sum(points), result["score"], abs_tol=0.4)
    assert 0 <= result["score"] <= 100


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"cvs": "no heading"}, "does not begin with a CV"),
        ({"cvs": "# A\nx\n# A\ny"}, 'two CVs are called "A"'),
        ({"cvs": "# A\n" + "x" * 20_001}, "too long"),
        ({"cvs": "".join(f"# {n}\nx\n" for n in range(501))}, "more than 500 CVs"),
        ({"rows": [{"name": "x"}]}, "row 1 has no id"),
        ({"rows": []}, "there are no CVs"),
        ({}, "one of them"),
        ({"cvs": "# A\n", "rows": []}, "one of them"),
    ],
)
async def test_what_is_no_cv_is_said(arguments: dict[str, Any], says: str, failing: Failing) -> None:
    error = await failing("talent.score", {"rubric": [PLC], "year": 2026, **arguments})
    assert says in error.message


async def test_a_score_does_not_move_with_the_person(using: Using) -> None:
    cvs = "# A\nName: Ines Roth\nMs Roth led her team, PLC 5 years\n# B\nhis brother is a PLC man\n"
    result = await using("talent.blind", {"cvs": cvs, "rubric": [PLC], "year": 2026})
    assert result == {"same": True, "compared": 8, "moved": 0, "changed": []}


async def test_a_rubric_that_looks_at_the_person_is_found_out(using: Using) -> None:
    rubric = [{"criterion": "leading", "weight": 1, "words": ["chairman"]}]
    result = await using("talent.blind", {"cvs": "# A\nchairwoman of the board\n", "rubric": rubric, "year": 2026})
    assert not result["same"]
    assert result["changed"][0] == {"id": "A", "as": "Ana Sousa", "score": 0.0, "becomes": 100.0}


def test_a_person_is_swapped_whole() -> None:
    assert swapped(["Name: Ines Roth", "She said Roth is Her Own woman"], "Ken Ito") == [
        "Name: Ken Ito",
        "He said Ken Ito is His Own man",
    ]


@given(some.integers(1, 400), some.data())
def test_the_interval_holds_where_the_rate_would_just_surprise(applied: int, data: Any) -> None:
    selected = data.draw(some.integers(0, applied))
    rate = Rate(selected, applied)
    # Wilson's limits are by definition the rates p with |share - p| = z * sqrt(p (1 - p) / n).
    for limit in rate.interval:
        distance = 1.959964 * math.sqrt(limit * (1 - limit) / applied)
        assert math.isclose(abs(rate.share - limit), distance, abs_tol=1e-6)


@given(
    some.lists(some.tuples(some.integers(0, 30), some.integers(1, 30)), min_size=1, max_size=6), some.integers(1, 10)
)
def test_four_fifths_is_what_it_says(pairs: list[tuple[int, int]], least: int) -> None:
    rates = {str(n): Rate(min(chosen, applied), applied) for n, (chosen, applied) in enumerate(pairs)}
    known = {name: rate for name, rate in rates.items() if rate.applied >= least}
    best = max((rate.share for rate in known.values()), default=0)
    result = compared(rates, least)
    # In whole numbers: chosen / applied < 4/5 * best's chosen / best's applied.
    top = next((rate for rate in known.values() if rate.share == best), Rate(0, 1))
    below = [n for n, one in known.items() if 5 * one.selected * top.applied < 4 * top.selected * one.applied]
    if len(known) < 2 or best == 0:
        assert result["verdict"] == "too few to say"
    else:
        assert result["below"] == below
        assert result["verdict"] == ("fails" if below else "passes")


async def test_who_does_not_say_is_not_guessed_at(using: Using) -> None:
    groups = "id,group\n1,a\n2,a\n3,\n"
    result = await using("talent.bias", {"selected": ["1"], "groups": groups, "least": 1})
    assert (result["verdict"], result["not_said"]) == ("too few to say", 1)


async def test_somebody_selected_who_did_not_apply_is_a_mistake(failing: Failing) -> None:
    error = await failing("talent.bias", {"selected": ["9"], "groups": "id,group\n1,a\n"})
    assert error.message == '"9" was selected and did not apply'
    error = await failing("talent.bias", {"selected": [], "groups": "id,sex\n1,a\n"})
    assert error.message == 'there is no column "group"'


def test_the_clocks_of_spring_are_kept() -> None:
    """New York changes on 8 March 2026, Berlin three weeks later: between them the distance is five hours."""
    people = people_of(
        [{"person": "B", "zone": "Europe/Berlin"}, {"person": "N", "zone": "America/New_York"}],
        [],
    )
    before = common(people, day_of("2026-03-06", ""), day_of("2026-03-06", ""), 60, 1)["slots"][0]
    after = common(people, day_of("2026-03-09", ""), day_of("2026-03-09", ""), 60, 1)["slots"][0]
    assert before["local"] == {"B": "Fri 15:00", "N": "Fri 09:00"}
    assert after["local"] == {"B": "Mon 14:00", "N": "Mon 09:00"}


@given(
    some.lists(some.tuples(some.integers(0, 95), some.integers(1, 20)), max_size=10),
    some.sampled_from([15, 30, 45, 60]),
)
def test_a_slot_never_falls_on_what_is_taken(taken: list[tuple[int, int]], minutes: int) -> None:
    midnight = datetime(2026, 3, 2, tzinfo=ZoneInfo("Asia/Kolkata"))
    spans = [(midnight + timedelta(minutes=15 * at), timedelta(minutes=15 * long)) for at, long in taken]
    rows = [{"person": "K", "start": start.isoformat(), "end": (start + length).isoformat()} for start, length in spans]
    people = people_of([{"person": "K", "zone": "Asia/Kolkata", "breaks": ["12:00-13:00"]}], rows)
    day = day_of("2026-03-02", "")
    for slot in common(people, day, day, minutes, 30)["slots"]:
        start, end = (datetime.fromisoformat(slot[key]).astimezone(midnight.tzinfo) for key in ("start", "end"))
        assert end - start == timedelta(minutes=minutes)
        assert start.hour >= 9 and (end.hour, end.minute) <= (17, 0)
        assert end.hour < 12 or start.hour >= 13 or (end.hour, end.minute) == (12, 0)
        assert all(end <= busy or start >= busy + length for busy, length in spans)


def test_when_nothing_is_free_it_says_who_is_in_the_way() -> None:
    people = people_of(
        [{"person": "A", "zone": "UTC"}, {"person": "B", "zone": "UTC", "days": ["Tue"]}],
        [],
    )
    result = common(people, day_of("2026-03-02", ""), day_of("2026-03-02", ""), 480, 1)
    assert result == {"slots": [], "in_the_way": [{"person": "B", "because": "outside working hours", "times": 1}]}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"people": [{"person": "A", "zone": "Berlin"}]}, 'A: there is no time zone "Berlin"'),
        ({"people": [{"person": "A", "zone": "UTC", "hours": "17-9"}]}, 'A: "17-9" are no hours'),
        ({"calendars": "person,start,end\nB,1,2\n"}, 'row 1: nobody is called "B"'),
        ({"calendars": "person,start,end\nA,soon,2\n"}, 'row 1, start: "soon" is no time'),
        ({"calendars": "person,start,end\nA,2026-03-02T10:00,2026-03-02T09:00\n"}, "row 1 ends before it starts"),
        ({"first": "Monday"}, 'first: "Monday" is no day'),
        ({"last": "2026-02-02"}, "is not between 1 and 62 days"),
        ({"last": "2026-12-02"}, "is not between 1 and 62 days"),
        ({"calendars": [{"person": "A", "start": "2026-03-02", "end": "2026-03-03"}] * 2_001}, "more than 2,000"),
    ],
)
async def test_a_calendar_that_cannot_be_read_is_said(change: dict[str, Any], says: str, failing: Failing) -> None:
    arguments = {
        "people": [{"person": "A", "zone": "UTC"}],
        "calendars": [],
        "first": "2026-03-02",
        "last": "2026-03-02",
    }
    error = await failing("talent.slots", arguments | change)
    assert says in error.message


async def test_a_row_without_a_group_did_not_say_and_one_without_an_id_is_named(using: Using, failing: Failing) -> None:
    rows = [{"id": 1, "group": "a"}, {"id": 2}]
    assert (await using("talent.bias", {"selected": ["1"], "groups": rows}))["not_said"] == 1
    raised = await failing("talent.bias", {"selected": ["1"], "groups": [*rows, {"group": "a"}]})
    assert raised.message == "groups, row 3, id: it is empty"
