"""Evidence is held against rule packs, and personal data are found and covered: nothing right is missed or repeated."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from app.tools.rows import Row
from app.tools.rules.digests import compared
from app.tools.rules.evidence import PACKS, WEIGHTS, judged, pack_of, read_evidence, scored
from app.tools.rules.numerals import is_card, is_iban
from app.tools.rules.personal import KINDS, Search, in_rows, in_text
from tools.conftest import Failing, Using

TODAY = "2026-03-31"
EVERYTHING = Search(frozenset(KINDS))


def all_proofs(pack: str, at: str = TODAY) -> list[dict[str, Any]]:
    return [
        {"control": control.name, "kind": proof.kind, "says": proof.shows, "at": at}
        for control in pack_of(pack).controls
        for proof in control.proof
    ]


async def checked(using: Using, rows: Any, pack: str = "gdpr", **more: Any) -> Any:
    return await using("rules.check", {"pack": pack, "evidence": rows, "today": TODAY, **more})


@pytest.mark.parametrize("name", PACKS)
def test_a_pack_has_controls_with_a_section_a_severity_and_proof(name: str) -> None:
    pack = pack_of(name)
    names = [control.name for control in pack.controls]
    assert 12 <= len(names) <= 25
    assert len(set(names)) == len(names)
    for control in pack.controls:
        assert control.cites
        assert control.severity in WEIGHTS
        assert control.proof
        assert len(set(control.proof)) == len(control.proof)


@pytest.mark.parametrize("name", PACKS)
async def test_all_that_is_asked_for_gives_a_hundred_and_nothing_gives_none(using: Using, name: str) -> None:
    full = await checked(using, all_proofs(name), name)
    assert (full["score"], full["partly"], full["missing"], full["gaps"]) == (100.0, 0, 0, [])
    empty = await checked(using, [], name)
    assert (empty["score"], empty["met"], len(empty["gaps"])) == (0.0, 0, len(pack_of(name).controls))


async def test_gaps_come_worst_first_and_say_what_would_do(using: Using) -> None:
    gaps = (await checked(using, [row for row in all_proofs("gdpr") if row["control"] in ("retention", "erasure")]))[
        "gaps"
    ]
    weights = [WEIGHTS[gap["severity"]] for gap in gaps]
    assert weights == sorted(weights, reverse=True)
    assert all(gap["would_do"] and gap["reason"] for gap in gaps)


@pytest.mark.parametrize(
    ("row", "status", "reason"),
    [
        ({"at": "2025-03-31"}, "met", "shown by row 1"),
        ({"at": "2025-03-30"}, "partly", "the newest report is 366 days old; at most 365 are wanted"),
        ({}, "partly", "the report in row 1 has no date; at most 365 days are wanted"),
        ({"at": "2026-04-01"}, "missing", "no report shows a penetration test and what was done about it"),
        ({"at": TODAY, "says": " "}, "missing", "no report shows a penetration test and what was done about it"),
        ({"at": TODAY, "kind": "policy"}, "missing", "no report shows a penetration test and what was done about it"),
        ({"at": TODAY, "holds": False}, "missing", "row 1 speaks against it: two open findings; no report shows a"),
    ],
)
async def test_evidence_counts_by_kind_age_and_what_it_says(
    using: Using, row: dict[str, Any], status: str, reason: str
) -> None:
    row = {"control": "security-testing", "kind": "report", "says": "two open findings"} | row
    (control,) = (await checked(using, [row], only=["security-testing"]))["controls"]
    assert control["status"] == status
    assert control["reason"].startswith(reason)


async def test_what_speaks_against_a_control_outweighs_its_papers(using: Using) -> None:
    rows = [*all_proofs("gdpr"), {"control": "erasure", "kind": "test", "says": "found in a backup", "holds": False}]
    got = await checked(using, rows, only=["erasure"])
    assert (got["score"], got["partly"]) == (50.0, 1)
    assert got["gaps"][0]["would_do"] == [f"that what row {len(rows)} found is mended"]


async def test_a_pack_says_what_it_asks_for(using: Using) -> None:
    got = await using("rules.list", {"pack": "soc2", "only": ["backups"]})
    (control,) = got["controls"]
    assert (control["cites"], control["proof"]) == ("A1.2", ["log: backups that ended well, at most 7 days old"])


async def test_what_is_too_much_is_refused(failing: Failing) -> None:
    row = {"control": "erasure", "kind": "test", "says": "gone"}
    many = {"pack": "gdpr", "evidence": [row] * 2_001, "today": TODAY}
    assert (await failing("rules.check", many)).error == "refused"
    assert (await failing("rules.personal", {"rows": [row] * 40_000})).error == "refused"


async def test_rows_that_prove_nothing_are_named(using: Using) -> None:
    rows = "control,kind,says,at\nrecords,email,yes we do,\nrecords,register,,\nrecords,register,all,2027-01-01\n"
    unused = (await checked(using, rows))["unused"]
    assert [(entry["row"], entry["why"]) for entry in unused] == [
        (1, "records asks for register, not email"),
        (2, "it does not say anything"),
        (3, "it is dated 2027-01-01, after 2026-03-31"),
    ]


async def test_one_table_can_hold_the_evidence_of_several_packs(using: Using) -> None:
    rows = [row | {"pack": pack} for pack in PACKS for row in all_proofs(pack)]
    assert [(await checked(using, rows, pack))["score"] for pack in PACKS] == [100.0] * 4


@given(some.lists(some.booleans(), min_size=24, max_size=24))
def test_the_score_is_the_weighted_share_of_what_is_met(kept: list[bool]) -> None:
    pack = pack_of("hipaa")
    controls = pack.controls
    chosen = {control.name for control, keep in zip(controls, kept, strict=True) if keep}
    evidence = read_evidence([row for row in all_proofs("hipaa") if row["control"] in chosen], pack)
    today = date.fromisoformat(TODAY)
    results = [
        judged(control, [item for item in evidence if item.control == control.name], today) for control in controls
    ]
    weigh = {"critical": 8, "high": 4, "medium": 2, "low": 1}
    met = sum(weigh[control.severity] for control in controls if control.name in chosen)
    assert scored(results) == round(100 * met / sum(weigh[control.severity] for control in controls), 1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"evidence": [{"control": "erasur", "kind": "a", "says": "b"}]},
            'evidence, row 1, control: there is no "erasur"',
        ),
        ({"evidence": [{"control": "erasure", "kind": "a"}]}, 'there is no column "says"'),
        ({"evidence": "control,kind,says,at\nerasure,test,yes,soon"}, 'evidence, row 1, at: "soon" is no date'),
        (
            {"evidence": "control,kind,says,holds\nerasure,test,yes,no"},
            'evidence, row 1, holds: "no" is not true or fal',
        ),
        ({"evidence": [], "today": "yesterday"}, 'today: "yesterday" is no date'),
        ({"evidence": [], "today": ""}, "today: a date is needed"),
        ({"evidence": [], "only": ["everything"]}, 'only: there is no "everything" in gdpr'),
        ({"evidence": [], "pack": "iso"}, ""),
    ],
)
async def test_a_mistake_in_the_evidence_is_named_with_its_row(
    failing: Failing, arguments: dict[str, Any], message: str
) -> None:
    raised = await failing("rules.check", {"pack": "gdpr", "today": TODAY, **arguments})
    assert raised.error == "bad_arguments"
    assert raised.message.startswith(message)


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("write to ana.ruiz+x@mail.example.com.", "email", "ana.ruiz+x@mail.example.com"),
        ("IBAN DE89 3704 0044 0532 0130 00 AND more", "iban", "DE89 3704 0044 0532 0130 00"),
        ("GB82WEST12345698765432", "iban", "GB82WEST12345698765432"),
        ("card 4111 1111 1111 1111, thanks", "card", "4111 1111 1111 1111"),
        ("call +34 600 123 456 now", "phone", "+34 600 123 456"),
        ("call (020) 7946 0018", "phone", "(020) 7946 0018"),
        ("call 555-010-4477", "phone", "555-010-4477"),
        ("born on 3 May 1981", "birth_date", "3 May 1981"),
        ("DOB: 1981-05-03", "birth_date", "1981-05-03"),
        ("née le 03/05/1981", "birth_date", "03/05/1981"),
        ("SSN 219-09-9999", "national_id", "219-09-9999"),
        ("NI QQ123456C or AB 12 34 56 C", "national_id", "AB 12 34 56 C"),
        ("DNI 12345678Z", "national_id", "12345678Z"),
        ("NIE X1234567L", "national_id", "X1234567L"),
        ("NIR 2 55 08 14 168 025 38", "national_id", "2 55 08 14 168 025 38"),
        ("PESEL 44051401359", "national_id", "44051401359"),
        ("IdNr 86095742719", "national_id", "86095742719"),
        ("NHS 943 476 5919", "national_id", "943 476 5919"),
        ("811228-9874", "national_id", "811228-9874"),
        ("from 192.0.2.44 at night", "ip", "192.0.2.44"),
    ],
)
def test_personal_data_is_found_where_it_stands(text: str, kind: str, value: str) -> None:
    (found,) = in_text(text, EVERYTHING, 30)["found"]
    assert (found["kind"], text[found["start"] : found["end"]]) == (kind, value)


@pytest.mark.parametrize(
    "text",
    [
        "DE88 3704 0044 0532 0130 00",  # the check digits are wrong
        "order 4111 1111 1111 1112",
        "DNI 12345678A",
        "NIR 2 55 08 14 168 025 39",
        "44051401358 and 86095742718",
        "000-12-3456, 666-12-3456, 912-12-3456",
        "version 1.2.3.4.5, 300.1.1.1",
        "on 2026-03-31 at 14:02, 03/05/2026 and 01-02-2026",
        "order 88121, invoice 2026-0047, 12,400.00 EUR, 4 102 ms",
        "user @home, a@b, and 50 % of 1,000,000",
    ],
)
def test_what_only_looks_like_it_is_left_alone(text: str) -> None:
    assert in_text(text, EVERYTHING, 30)["found"] == []


@given(some.text(alphabet="0123456789", min_size=14, max_size=14))
def test_a_card_number_has_exactly_one_right_last_digit(head: str) -> None:
    assert sum(is_card(f"4{head}{last}") for last in "0123456789") == 1


@given(some.text(alphabet="0123456789", min_size=18, max_size=18))
def test_the_check_digits_of_an_account_follow_from_the_rest(account: str) -> None:
    check = 98 - int(account + "131400") % 97  # D is 13, E is 14
    assert is_iban(f"DE{check:02}{account}")
    assert not is_iban(f"DE{(check + 1) % 97:02}{account}")


def test_one_value_has_one_cover_wherever_it_stands() -> None:
    got = in_text("Ana@example.com wrote to bo@example.com, and ana@EXAMPLE.com to herself", EVERYTHING, 2)
    assert got["masked"] == "[email 1] wrote to [email 2], and [email 1] to herself"
    assert (got["count"], len(got["found"])) == (3, 2)


def test_a_person_is_found_in_every_cell_and_a_name_from_its_column_in_the_others() -> None:
    rows: list[Row] = [
        {"customer": "Ana Ruiz", "note": "sister of Bo Lund", "born": "1981-05-03", "amount": 12.5},
        {"customer": "Bo Lund", "note": "asks for ana ruiz; Ana Ruizal is somebody else", "born": None, "amount": 3},
        {"customer": "Kofi Mensah", "note": "nothing", "born": "", "amount": True},
    ]
    got = in_rows(rows, Search(frozenset(KINDS), ("Ana Ruiz",)), 30)
    assert got["rows_about"] == [1, 2]
    assert got["masked"] == [
        {"customer": "[person 1]", "note": "sister of [name 1]", "born": "[birth date 1]", "amount": 12.5},
        {"customer": "[name 1]", "note": "asks for [person 1]; Ana Ruizal is somebody else", "born": None, "amount": 3},
        {"customer": "[name 2]", "note": "nothing", "born": "", "amount": True},
    ]
    assert "Ruiz" not in json.dumps(got["found"])


async def test_only_the_kinds_asked_for_are_found(using: Using) -> None:
    got = await using("rules.personal", {"text": "ana@example.com, 192.0.2.44", "kinds": ["ip"]})
    assert (got["by_kind"], got["masked"]) == ({"ip": 1}, "ana@example.com, [ip 1]")


@given(some.text(alphabet="ab1 2@.+-()/DE89\n", max_size=300))
def test_what_is_covered_has_nothing_left_to_find(text: str) -> None:
    got = in_text(text, EVERYTHING, 1_000)
    starts = [entry["start"] for entry in got["found"]]
    assert starts == sorted(starts)
    again = in_text(got["masked"], EVERYTHING, 1_000)["found"]
    assert all(entry["kind"] in ("email", "phone") or entry["cover"] for entry in again)
    for entry in got["found"]:
        assert text[entry["start"] : entry["end"]].strip()


# Were anything here looked at again and again, these would not end.
@pytest.mark.parametrize(
    ("part", "times", "count"),
    [
        ("a", 400_000, 0),
        ("1 ", 200_000, 0),
        ("a.@", 130_000, 0),
        ("+1-", 130_000, 0),
        ("DE89 ", 80_000, 0),
        ("born ", 80_000, 0),
        ("0/", 200_000, 0),
        ("a@b.co ", 60_000, 60_000),
    ],
)
def test_a_long_text_is_gone_through_to_its_end(part: str, times: int, count: int) -> None:
    assert in_text(part * times, EVERYTHING, 5)["count"] == count


def test_many_people_of_one_first_name_are_told_apart() -> None:
    rows: list[Row] = [
        {"name": f"Ana Ruiz{number}", "note": f"friend of Ana Ruiz{number // 2}"} for number in range(9_000)
    ]
    assert in_rows(rows, EVERYTHING, 5)["by_kind"] == {"name": 18_000}


@pytest.mark.parametrize(
    "note",
    ["call +34 600 123 456", "call +34-600-123-456 again", "mail LUCIA.FERRER@example.com", "Lucía  Ferrer came"],
)
def test_a_person_is_found_however_it_is_spaced_or_written(note: str) -> None:
    about = ("Lucía Ferrer", "lucia.ferrer@example.com", "+34 600 123 456")
    got = in_rows([{"note": note}], Search(frozenset({"person"}), about), 5)
    assert got["rows_about"] == [1]
    assert "+" not in got["masked"][0]["note"]


@pytest.mark.parametrize("arguments", [{}, {"text": "a", "rows": []}])
async def test_a_text_or_a_table_has_to_be_given(failing: Failing, arguments: dict[str, Any]) -> None:
    assert (await failing("rules.personal", arguments)).message == "give either text or rows"


ROWS = some.lists(
    some.fixed_dictionaries({"n": some.integers(0, 5), "who": some.sampled_from(["Ana", "Bo"])}), max_size=20
)


@given(ROWS, ROWS)
def test_a_comparison_accounts_for_every_row(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> None:
    got = compared(before, after)
    assert got["kept"] + got["removed"] == len(before)
    assert got["kept"] + got["added"] == len(after)
    assert (got["before"] == got["after"]) == (before == after)


async def test_a_proof_names_the_rows_that_still_speak_of_the_person(using: Using) -> None:
    before = [{"who": "Ana Ruiz"}, {"who": "Bo Lund, for Ana Ruiz"}]
    got = await using("rules.proof", {"before": before, "after": before[1:], "about": ["Ana Ruiz"]})
    assert (got["removed"], got["rows_about"]) == (1, [1])
