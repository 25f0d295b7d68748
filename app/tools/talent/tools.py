"""The tools `talent.*`: CVs scored with evidence and never by the person, the choice compared, times to meet found."""

from __future__ import annotations

import asyncio
from typing import Any

from app.document.suggest import shortened
from app.tools.base import Arguments, Surroundings, Tool, ToolError, arguments_of
from app.tools.rows import TABLE_SCHEMA, check_columns, columns_of, read_rows
from app.tools.talent.cv import Criterion, blind, cvs_of_rows, cvs_of_text, marked
from app.tools.talent.fairness import STAND_INS, Rate, compared, swapped
from app.tools.talent.slots import common, day_of, people_of

_MAX_TEXT = 500_000


async def _score(arguments: Arguments, surroundings: Surroundings) -> dict[str, Any]:
    cvs = await _cvs(arguments, surroundings)
    rubric = [Criterion.of(line) for line in arguments["rubric"]]

    def score() -> dict[str, Any]:
        read = [blind(identifier, lines) for identifier, lines in cvs.items()]
        results = sorted((marked(cv, rubric, arguments["year"]) for cv in read), key=lambda one: -one["score"])
        ranked = [one for one in results if one["complete"]]
        return {
            "shortlist": [one["id"] for one in ranked[: arguments.get("places", 5)]],
            "ranked": [{"id": one["id"], "score": one["score"], "complete": one["complete"]} for one in results],
            "evidence": results[: arguments.get("explain", 10)],
            "never_used": sorted({kind for cv in read for kind in cv.covered}),
        }

    return await asyncio.to_thread(score)


async def _bias(arguments: Arguments, surroundings: Surroundings) -> dict[str, Any]:
    rows = await asyncio.to_thread(read_rows, arguments["groups"], surroundings.root)
    by = arguments.get("by", "group")
    check_columns(["id", by], columns_of(rows))
    ids = [_id(row.get("id"), number) for number, row in enumerate(rows, 1)]
    selected = set(arguments["selected"])
    if unknown := sorted(selected - set(ids)):
        raise ToolError("bad_arguments", f'"{shortened(unknown[0])}" was selected and did not apply', "the ids differ")
    chosen: dict[str, list[bool]] = {}
    for identifier, row in zip(ids, rows, strict=True):
        if row.get(by) is not None:  # who did not say is not guessed at
            chosen.setdefault(str(row[by]), []).append(identifier in selected)
    rates = {group: Rate(sum(chosen[group]), len(chosen[group])) for group in sorted(chosen)}
    return compared(rates, arguments.get("least", 5)) | {"not_said": sum(row.get(by) is None for row in rows)}


async def _blind(arguments: Arguments, surroundings: Surroundings) -> dict[str, Any]:
    cvs = await _cvs(arguments, surroundings)
    rubric = [Criterion.of(line) for line in arguments["rubric"]]

    def score(identifier: str, lines: list[str]) -> float:
        return float(marked(blind(identifier, lines), rubric, arguments["year"])["score"])

    def check() -> list[dict[str, Any]]:
        return [
            {"id": identifier, "as": name, "score": before, "becomes": after}
            for identifier, lines in cvs.items()
            for before in [score(identifier, lines)]
            for name in STAND_INS
            if (after := score(identifier, swapped(lines, name))) != before
        ]

    changed = await asyncio.to_thread(check)
    moved = {"same": not changed, "compared": len(cvs) * len(STAND_INS), "moved": len(changed)}
    return moved | {"changed": changed[:30]}


async def _slots(arguments: Arguments, surroundings: Surroundings) -> dict[str, Any]:
    rows = await asyncio.to_thread(read_rows, arguments["calendars"], surroundings.root)
    people = people_of(arguments["people"], rows)
    first, last = (day_of(arguments[key], key) for key in ("first", "last"))
    return await asyncio.to_thread(common, people, first, last, arguments.get("minutes", 45), arguments.get("limit", 5))


def _id(value: Any, number: int) -> str:
    if value is None:
        raise ToolError("bad_arguments", f"groups, row {number}, id: it is empty", "whoever applied has one")
    return str(value)


async def _cvs(arguments: Arguments, surroundings: Surroundings) -> dict[str, list[str]]:
    if ("cvs" in arguments) == ("rows" in arguments):
        raise ToolError("bad_arguments", "CVs come as `cvs` or as `rows`, one of them", "cvs is text, rows is a table")
    if "cvs" in arguments:
        return await asyncio.to_thread(cvs_of_text, arguments["cvs"])
    rows = await asyncio.to_thread(read_rows, arguments["rows"], surroundings.root)
    return await asyncio.to_thread(cvs_of_rows, rows)


_TEXT: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": 200}
_CVS = {"type": "string", "maxLength": _MAX_TEXT, "description": "CVs as text, each under a line such as # A-01"}
_YEAR = {"type": "integer", "minimum": 1950, "maximum": 2200, "description": "what `now` means in a CV"}
_RUBRIC = {
    "type": "array",
    "minItems": 1,
    "maxItems": 30,
    "items": arguments_of(
        required=("criterion", "weight"),
        criterion=_TEXT,
        weight={"type": "number", "exclusiveMinimum": 0, "maximum": 1_000},
        kind={"enum": ["skill", "years", "certificate"]},
        words={"type": "array", "items": _TEXT, "maxItems": 50, "description": "other words for the same"},
        need={"type": "number", "exclusiveMinimum": 0, "maximum": 60, "description": "years, or lines that say so"},
        must={"type": "boolean"},
    ),
}
_PEOPLE = {
    "type": "array",
    "minItems": 1,
    "maxItems": 20,
    "items": arguments_of(
        required=("person", "zone"),
        person=_TEXT,
        zone=_TEXT | {"description": "an IANA name, such as Europe/Berlin"},
        hours=_TEXT | {"description": "09:00-17:00 when left out"},
        breaks={"type": "array", "items": _TEXT, "maxItems": 10},
        days={"type": "array", "items": {"enum": ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]}},
    ),
}
_EXAMPLE_CVS = "# A-01\nName: Ines Roth\n2019-2024 operator, PLC and Siemens S7\n# A-02\nForklift licence, 2 years\n"
_EXAMPLE_RUBRIC = [{"criterion": "PLC", "weight": 3, "kind": "years", "need": 4, "words": ["Siemens S7"], "must": True}]

TOOLS = (
    Tool(
        "talent.score",
        "Score CVs against a weighted rubric. Each point has its line; name, age, sex and family earn none.",
        arguments_of(
            required=("rubric", "year"),
            cvs=_CVS,
            rows=TABLE_SCHEMA,
            rubric=_RUBRIC,
            year=_YEAR,
            places={"type": "integer", "minimum": 1, "maximum": 100, "description": "on the shortlist; 5 if left out"},
            explain={"type": "integer", "minimum": 0, "maximum": 30, "description": "how many with evidence; 10"},
        ),
        _score,
        example={"cvs": _EXAMPLE_CVS, "rubric": _EXAMPLE_RUBRIC, "year": 2026},
    ),
    Tool(
        "talent.bias",
        "Compare selection rates by group: the four-fifths rule, with intervals, and groups too small to say.",
        arguments_of(
            required=("selected", "groups"),
            selected={"type": "array", "items": _TEXT, "maxItems": 10_000, "description": "ids that were chosen"},
            groups=TABLE_SCHEMA,
            by=_TEXT | {"description": "the column with the group; group if left out"},
            least={"type": "integer", "minimum": 1, "maximum": 10_000, "description": "the smallest group; 5"},
        ),
        _bias,
        example={"selected": ["1", "2"], "groups": "id,group\n1,a\n2,a\n3,b\n4,b\n5,b\n", "least": 2},
    ),
    Tool(
        "talent.blind",
        "Score CVs again as other people's: other names, he and she turned round. No score may move.",
        arguments_of(required=("rubric", "year"), cvs=_CVS, rows=TABLE_SCHEMA, rubric=_RUBRIC, year=_YEAR),
        _blind,
        example={"cvs": _EXAMPLE_CVS, "rubric": _EXAMPLE_RUBRIC, "year": 2026},
    ),
    Tool(
        "talent.slots",
        "Find times at which several people are free, in working hours and breaks of their own time zones.",
        arguments_of(
            required=("people", "calendars", "first", "last"),
            people=_PEOPLE,
            calendars=TABLE_SCHEMA | {"description": "what is taken: rows with person, start, end"},
            first=_TEXT | {"description": "a day, such as 2026-03-02"},
            last=_TEXT,
            minutes={"type": "integer", "minimum": 5, "maximum": 480},
            limit={"type": "integer", "minimum": 1, "maximum": 30},
        ),
        _slots,
        example={
            "people": [
                {"person": "Mira", "zone": "Europe/Berlin"},
                {"person": "Ken", "zone": "Asia/Tokyo", "hours": "12:00-20:00"},
            ],
            "calendars": "person,start,end\nMira,2026-03-02T09:00,2026-03-02T09:30\n",
            "first": "2026-03-02",
            "last": "2026-03-02",
        },
    ),
)
