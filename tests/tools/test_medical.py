"""Codes are looked up in a sample that says so, and a claim is denied for what a payer would deny it for."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from app.tools.medical.claims import Claim, Line, validated
from app.tools.medical.coding import HCPCS, ICD, excluded, sample, searched, standing
from tools.conftest import Failing, Using

TODAY = date(2026, 3, 31)
LINE = {"date": "2026-03-02", "code": "G0108", "units": 2, "pointers": "A", "charge": 112.4}


async def claimed(using: Using, *lines: dict[str, Any], **more: Any) -> Any:
    arguments = {"patient": {"sex": "F", "born": "1961-02-11"}, "diagnoses": ["E11.65"], "today": "2026-03-31", **more}
    return await using("medical.claim", arguments | {"lines": [LINE | line for line in lines]})


def rules(got: Any) -> list[tuple[int | None, str]]:
    return [(finding["line"], finding["rule"]) for finding in got["findings"]]


def test_the_sample_holds_public_codes_only_and_each_is_well_formed() -> None:
    for code in sample().values():
        shape = r"[A-Z]\d[0-9AB](\.[0-9A-Z]{1,4})?" if code.system == ICD else r"[A-V]\d{4}"
        assert re.fullmatch(shape, code.code)
        assert code.title
        assert (code.units is not None) == (code.system == HCPCS)
    assert not any(re.fullmatch(r"\d{4}[0-9FT]", code) for code in sample())


def test_what_a_service_needs_can_be_given_by_a_diagnosis_of_the_sample() -> None:
    diagnoses = [code.code for code in sample().values() if code.system == ICD]
    for service in sample().values():
        assert not service.needs or any(code.startswith(service.needs) for code in diagnoses)


@pytest.mark.parametrize(
    ("code", "stands"),
    [
        ("E11.65", "known"), ("G0108", "known"), ("E11", "too short"), ("E11.6", "too short"), ("M35.81", "unknown"),
        ("G9999", "unknown"), ("99213", "cpt"), ("0001F", "cpt"), ("E1165", "unknown"), ("hello", "malformed"),
        ("", "malformed"), ("E11.", "malformed"), ("123", "malformed"),
    ],
)  # fmt: skip
def test_a_code_is_known_unknown_too_short_or_malformed(code: str, stands: str) -> None:
    assert standing(code) == stands


def test_words_find_codes_by_how_they_begin_the_best_first() -> None:
    assert [entry["code"] for entry in searched("oxygen conc", "", 2)] == ["E1390", "Z99.81"]
    assert searched("oxygen", HCPCS, 30) and not searched("oxygen zebra giraffe", "", 30)
    assert {entry["system"] for entry in searched("diabetes", ICD, 30)} == {ICD}


def test_a_whole_code_excludes_itself_alone_and_a_beginning_all_that_begin_so() -> None:
    assert [pair.why for _, _, pair in excluded(["R73.03", "E11.42"])] == ["prediabetes is not coded beside diabetes"]
    assert len(excluded(["E11.9", "E11.42"])) == 1
    assert excluded(["E11.65", "E11.42"]) == []
    assert excluded(["I10", "I10"]) == []


async def test_a_clean_claim_pays(using: Using) -> None:
    got = await claimed(using, {}, {"code": "A4253", "units": 1, "charge": 36.1})
    assert (got["verdict"], got["charged"], got["would_pay"], got["findings"]) == ("pays", 148.5, 148.5, [])


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ({"code": "G0108X"}, "procedure code"),
        ({"code": "E11.9"}, "procedure code"),
        ({"units": 9}, "units"),
        ({"units": 0}, "units"),
        ({"units": 1.5}, "units"),
        ({"pointers": ""}, "pointer"),
        ({"pointers": "AB"}, "pointer"),
        ({"date": "1960-01-01"}, "date"),
        ({"date": "2026-04-01"}, "date"),
        ({"date": "2025-03-30"}, "date"),
        ({"code": "G0103", "units": 1}, "sex"),
        ({"code": "E0601", "units": 1, "modifiers": "NU"}, "necessity"),
        ({"code": "E0143", "units": 1}, "modifier"),
        ({"code": "E0143", "units": 1, "modifiers": "NU RR"}, "modifier"),
    ],
)
async def test_a_line_is_denied_for_its_fault(using: Using, line: dict[str, Any], rule: str) -> None:
    got = await claimed(using, line, {"code": "A4259", "units": 1, "charge": 10})
    assert (1, rule) in rules(got)
    assert [entry["verdict"] for entry in got["lines"]] == ["denied", "pays"]
    assert got["would_pay"] == 10


@pytest.mark.parametrize("line", [{"code": "99213"}, {"code": "G9999"}, {"modifiers": "ZZ"}])
async def test_what_is_not_in_the_sample_goes_to_a_person(using: Using, line: dict[str, Any]) -> None:
    got = await claimed(using, line)
    assert (got["verdict"], got["would_pay"]) == ("person", 0)


@pytest.mark.parametrize(
    ("diagnoses", "rule", "verdict"),
    [
        (["E11"], "diagnosis code", "denied"),
        (["G0108"], "diagnosis code", "denied"),
        (["E13.65"], "diagnosis code", "person"),
        (["E11.65", "E10.9"], "exclusive", "denied"),
        (["E11.65", "C61"], "sex", "denied"),
        (["E11.65", "Z00.129"], "age", "denied"),
        (["E11.65", "I10", "I10"], "duplicate", "pays"),
    ],
)
async def test_diagnoses_are_looked_at_too(using: Using, diagnoses: list[str], rule: str, verdict: str) -> None:
    got = await claimed(using, {}, diagnoses=diagnoses)
    assert (None, rule) in rules(got)
    assert got["verdict"] == verdict


async def test_a_wrong_diagnosis_falls_only_on_the_lines_that_point_at_it(using: Using) -> None:
    got = await claimed(using, {}, {"code": "G0463", "units": 1, "pointers": "B"}, diagnoses=["E11.65", "P59.9"])
    assert [line["verdict"] for line in got["lines"]] == ["pays", "denied"]


async def test_a_line_twice_on_a_day_is_denied_unless_it_is_told_apart(using: Using) -> None:
    assert rules(await claimed(using, {}, {})) == [(2, "duplicate")]
    assert rules(await claimed(using, {}, {"date": "2026-03-03"})) == []
    assert rules(await claimed(using, {}, {"modifiers": "xe"})) == []


async def test_services_that_exclude_each_other_do_so_on_one_day(using: Using) -> None:
    first, next_one = ({"code": code, "units": 1} for code in ("G0438", "G0439"))
    assert rules(await claimed(using, first, next_one)) == [(2, "exclusive")]
    assert rules(await claimed(using, first, next_one | {"date": "2026-03-09"})) == []


async def test_a_person_without_a_sex_on_record_is_not_denied_for_it(using: Using) -> None:
    patient = {"sex": "X", "born": "1961-02-11"}
    assert rules(await claimed(using, {"code": "G0103", "units": 1}, patient=patient, diagnoses=["Z12.5"])) == []


CODES = some.sampled_from(["G0108", "A4253", "G0103", "99213", "G9999", "nothing", "E11.65"])
LINES = some.lists(
    some.builds(
        Line,
        number=some.just(0),
        day=some.integers(-500, 5).map(lambda days: TODAY + timedelta(days)),
        code=CODES,
        modifiers=some.frozensets(some.sampled_from(["LT", "XE", "ZZ"])),
        units=some.integers(0, 12),
        pointers=some.text("ABC", max_size=2),
        charge=some.integers(0, 50_000).map(lambda cents: cents / 100),
    ),
    min_size=1,
    max_size=8,
)


@given(LINES, some.lists(CODES, min_size=1, max_size=3).map(tuple))
def test_what_would_be_paid_is_the_sum_of_the_lines_that_pay(lines: list[Line], diagnoses: tuple[str, ...]) -> None:
    numbered = tuple(line._replace(number=number) for number, line in enumerate(lines, 1))
    got = validated(Claim("F", date(1961, 2, 11), diagnoses, numbered, TODAY, 365))
    paid = sum(round(line["charge"] * 100) for line in got["lines"] if line["verdict"] == "pays")
    assert round(got["would_pay"] * 100) == paid
    denied = {finding["line"] for finding in got["findings"] if finding["severity"] == "denies"} - {None}
    assert denied <= {line["line"] for line in got["lines"] if line["verdict"] == "denied"}
    assert (got["verdict"] == "pays") == all(finding["severity"] == "notes" for finding in got["findings"])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"lines": []}, "these are 0 lines"),
        ({"lines": [LINE] * 51}, "these are 51 lines"),
        ({"lines": [{"code": "G0108"}]}, 'there is no column "date"'),
        ({"lines": [LINE, LINE | {"date": "soon"}]}, 'lines, row 2, date: "soon" is no date'),
        ({"lines": [LINE | {"units": "two"}]}, 'lines, row 1, units: "two" should be a number'),
        ({"lines": [LINE | {"charge": -1}]}, 'lines, row 1, charge: "-1" should be a number'),
        ({"today": "31.3."}, 'today: "31.3." is no date'),
        ({"patient": {"sex": "F", "born": "long ago"}}, 'patient, born: "long ago" is no date'),
    ],
)
async def test_a_mistake_in_a_claim_is_named_with_its_row(
    failing: Failing, change: dict[str, Any], message: str
) -> None:
    whole = {
        "patient": {"sex": "F", "born": "1961-02-11"},
        "diagnoses": ["E11.65"],
        "lines": [LINE],
        "today": "2026-03-31",
    }
    raised = await failing("medical.claim", whole | change)
    assert raised.error == "bad_arguments"
    assert raised.message.startswith(message)


async def test_something_has_to_be_looked_up(failing: Failing) -> None:
    assert (await failing("medical.codes", {"words": " "})).message == "there is nothing to look up"


@pytest.mark.parametrize("column", ["date", "code", "units", "charge"])
async def test_a_line_without_one_of_its_columns_is_named(failing: Failing, column: str) -> None:
    line = {"date": "2026-03-02", "code": "G0108", "units": 1, "pointers": "A", "charge": 50}
    lines = [line, {name: value for name, value in line.items() if name != column}]
    claim = {"patient": {"sex": "F", "born": "1961-02-11"}, "diagnoses": ["E11.65"], "today": "2026-03-31"}
    raised = await failing("medical.claim", claim | {"lines": lines})
    assert raised.message.startswith(f"lines, row 2, {column}: ")
